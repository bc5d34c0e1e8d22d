internal import HoldfastContract
internal import HoldfastStore

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// What becomes of analyses whose file is removed: those that go on end, and of all of them the row alone stays, which says
/// how they came out. Their items, checkpoints and logs go some at a time (`RunDesk.tend`), but for those that a column of
/// another file of the same content has, too: these go with that.
extension AnalysisRunTable {
  /// How far the rows of an analysis whose file was removed are gone.
  enum Emptying: Int64 {
    case isDue = 1
    case isDone = 2
  }

  /// Notes that a file is removed.
  /// - Returns: the columns of the runs that went on.
  static func removeFile(
    _ file: UUID, of space: Int64, at: Moment, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) -> [LeasedColumn] {
    let running = try transaction.all(
      "SELECT id FROM analysis_run WHERE space = $1 AND file = $2 AND state = $3",
      [.integer(space), .bytes(file.bytes), .integer(Int64(RunState.running.rawValue))]
    ) { $0.integer(0) }
    var ended: [LeasedColumn] = []
    for run in running {
      _ = try end(run, .cancelled, failure: "its file was removed", at: at, transaction)
      ended += try columnNumbers(of: run, transaction).map { LeasedColumn(run: run, number: $0) }
    }
    try transaction.execute(
      "UPDATE analysis_run SET emptied = $3 WHERE space = $1 AND file = $2 AND emptied = 0",
      [.integer(space), .bytes(file.bytes), .integer(Emptying.isDue.rawValue)])
    return ended
  }

  static func columnNumbers<Reading: Transaction & ~Copyable>(
    of run: Int64, _ transaction: borrowing Reading
  ) throws(StoreError) -> [Int64] {
    try transaction.all("SELECT id FROM analysis_column WHERE run = $1 ORDER BY place", [.integer(run)]) {
      $0.integer(0)
    }
  }

  /// An analysis of which something is still to be dropped.
  static func emptied<Reading: Transaction & ~Copyable>(
    _ transaction: borrowing Reading
  ) throws(StoreError) -> Int64? {
    try transaction.first(
      "SELECT id FROM analysis_run WHERE emptied = $1 LIMIT 1", [.integer(Emptying.isDue.rawValue)]
    ) { $0.integer(0) }
  }

  /// Drops some rows of an analysis; when none are left, notes that.
  static func empty(_ run: Int64, limit: Int, _ transaction: borrowing WriteTransaction) throws(StoreError) {
    try releaseSources(of: run, transaction)
    if let column = try columnWithItems(of: run, transaction) {
      try transaction.execute(dropItems, [.integer(column), .integer(limit)])
      return
    }
    for statement in droppings {
      guard try transaction.execute(statement, [.integer(run), .integer(limit)]) < limit else { return }
    }
    try transaction.execute(
      "UPDATE analysis_run SET emptied = $2 WHERE id = $1", [.integer(run), .integer(Emptying.isDone.rawValue)])
  }

  /// Gives up what the run has from others. Where their files are gone as well, it is theirs to drop now.
  private static func releaseSources(of run: Int64, _ transaction: borrowing WriteTransaction) throws(StoreError) {
    try transaction.execute(
      """
      UPDATE analysis_run SET emptied = $2 WHERE emptied = $3 AND id IN (
        SELECT o.run FROM analysis_column AS o JOIN analysis_column AS c ON c.source = o.id WHERE c.run = $1)
      """, [.integer(run), .integer(Emptying.isDue.rawValue), .integer(Emptying.isDone.rawValue)])
    try transaction.execute(
      "UPDATE analysis_column SET source = NULL, result = NULL WHERE run = $1 AND source IS NOT NULL", [.integer(run)])
  }

  /// A column of the run with items that no other has.
  private static func columnWithItems(
    of run: Int64, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) -> Int64? {
    try transaction.first(
      """
      SELECT c.id FROM analysis_column AS c
      WHERE c.run = $1 AND NOT EXISTS (SELECT 1 FROM analysis_column AS o WHERE o.source = c.id)
        AND EXISTS (SELECT 1 FROM analysis_block AS b WHERE b.column_id = c.id) LIMIT 1
      """, [.integer(run)]
    ) { $0.integer(0) }
  }

  private static let dropItems: SQL = """
    DELETE FROM analysis_block WHERE id IN (
      SELECT id FROM analysis_block WHERE column_id = $1 ORDER BY first_row LIMIT $2)
    """

  private static let droppings: [SQL] = [
    """
    DELETE FROM analysis_checkpoint WHERE column_id IN (
      SELECT p.column_id FROM analysis_checkpoint AS p
      WHERE p.run = $1 AND NOT EXISTS (SELECT 1 FROM analysis_column AS o WHERE o.source = p.column_id) LIMIT $2)
    """,
    "DELETE FROM analysis_log WHERE id IN (SELECT id FROM analysis_log WHERE run = $1 ORDER BY id LIMIT $2)",
  ]
}
