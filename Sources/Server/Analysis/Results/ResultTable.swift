internal import HoldfastContract
internal import HoldfastCrypto
internal import HoldfastStore
internal import HoldfastWire

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// What an analysis of a column depends on: two of the same key, in one space, come to the same.
struct ResultKey: Hashable, Sendable {
  let space: Int64
  /// SHA-256 of content, dialect, column, chain, the chain's version, and the rule by which tokens are counted.
  let hash: [UInt8]

  init(space: Int64, hash: [UInt8]) {
    self.space = space
    self.hash = hash
  }

  /// - Parameter options: filled in, so that what was left open makes no difference.
  init(space: Int64, checksum: [UInt8], column: String, _ options: RunOptions, version: String) {
    var text = Array("holdfast result 1\n".utf8)
    text.append(counted: checksum)
    text.append(counted: options.dialect.encoded())
    text.append(counted: column)
    text.append(counted: options.chain)
    text.append(counted: version)
    text.append(counted: options.tokens)
    self.init(space: space, hash: SHA256.hash(text))
  }
}

/// Columns that have their items from a column which was analysed before.
///
/// Such a column has no items of its own: `source` says whose are its, and `first_sequence` which place the first of them has
/// in its run. Its checkpoint is that of the source, too. Items stay as long as one column has them.
enum ResultTable {
  /// The newest column of that key which is done, since `moment`.
  static func find<Reading: Transaction & ~Copyable>(
    _ key: ResultKey, since moment: Moment, _ transaction: borrowing Reading
  ) throws(StoreError) -> Int64? {
    try transaction.first(
      """
      SELECT c.id FROM analysis_column AS c JOIN analysis_run AS r ON r.id = c.run
      JOIN analysis_checkpoint AS p ON p.column_id = coalesce(c.source, c.id)
      WHERE c.result = $1 AND r.space = $2 AND r.emptied = 0 AND p.is_done = 1 AND p.tokens IS NOT NULL AND p.at >= $3
      ORDER BY c.id DESC LIMIT 1
      """, [.bytes(key.hash), .integer(key.space), .integer(moment.microseconds)]
    ) { $0.integer(0) }
  }

  /// Keys of columns that may be used again, the newest first.
  static func newest<Reading: Transaction & ~Copyable>(
    limit: Int, _ transaction: borrowing Reading
  ) throws(StoreError) -> [ResultKey] {
    try transaction.all(
      """
      SELECT r.space, c.result FROM analysis_column AS c JOIN analysis_run AS r ON r.id = c.run
      WHERE c.result IS NOT NULL AND r.emptied = 0 ORDER BY c.id DESC LIMIT $1
      """, [.integer(limit)]
    ) { ResultKey(space: $0.integer(0), hash: $0.bytes(1)) }
  }

  /// Gives a column of which nothing is there yet the items of another.
  ///
  /// - Parameter moment: since when the other must have been done.
  /// - Returns: whether that is so; not when the other is gone, not done, or of another key, or there is nothing to do.
  static func adopt(
    _ column: LeasedColumn, from other: Int64, of key: ResultKey, since moment: Moment,
    _ transaction: borrowing WriteTransaction
  ) throws(StoreError) -> AdoptedColumn? {
    guard let run = try AnalysisRunTable.find(column.run, transaction), run.state == .running, run.space == key.space,
      try isUntouched(column.number, key, transaction)
    else { return nil }
    let source = try transaction.first(
      """
      SELECT p.column_id, p.rows_done, p.tokens FROM analysis_column AS c JOIN analysis_run AS r ON r.id = c.run
      JOIN analysis_checkpoint AS p ON p.column_id = coalesce(c.source, c.id)
      WHERE c.id = $1 AND c.result = $2 AND r.space = $3 AND r.emptied = 0 AND p.is_done = 1 AND p.tokens IS NOT NULL
        AND p.at >= $4
      """, [.integer(other), .bytes(key.hash), .integer(key.space), .integer(moment.microseconds)]
    ) { (column: $0.integer(0), rows: $0.integer(1), tokens: $0.integer(2)) }
    guard let source else { return nil }
    // A lease from before no longer holds.
    try transaction.execute(
      "UPDATE analysis_column SET source = $2, first_sequence = $3, fence = fence + 1 WHERE id = $1",
      [.integer(column.number), .integer(source.column), .integer(run.done + 1)])
    _ = try AnalysisRunTable.append(Int(clamping: source.rows), tokens: source.tokens, to: run.id, transaction)
    try AnalysisRunTable.setRows(source.rows, of: run.id, transaction)
    return AdoptedColumn(run: run, rows: source.rows)
  }

  private static func isUntouched(
    _ column: Int64, _ key: ResultKey, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) -> Bool {
    try transaction.first(
      """
      SELECT 1 FROM analysis_column AS c WHERE c.id = $1 AND c.result = $2 AND c.source IS NULL
        AND NOT EXISTS (SELECT 1 FROM analysis_checkpoint AS p WHERE p.column_id = c.id)
      """, [.integer(column), .bytes(key.hash)]
    ) { _ in true } ?? false
  }

  /// What comes of the column is used for no other: somebody works on it whose version of the chain is not the one that its
  /// key tells of.
  static func forget(_ column: Int64, _ transaction: borrowing WriteTransaction) throws(StoreError) {
    try transaction.execute("UPDATE analysis_column SET result = NULL WHERE id = $1", [.integer(column)])
  }
}

/// A column that has the items of another now.
struct AdoptedColumn: Sendable {
  let run: AnalysisRun
  let rows: Int64
}

/// A column of a run that begins, or goes on after a stop of the hub.
struct EnteringColumn: Sendable {
  let column: LeasedColumn
  let chain: String
  let space: Int64
  /// Nil where its results are used for no other.
  let key: ResultKey?
  /// Whether it may have the items of another: nothing is there of it yet, and it is not to be worked out anew.
  let mayAdopt: Bool
}
