internal import HoldfastAnalysis
internal import HoldfastContract
internal import HoldfastStore
internal import HoldfastWire

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// The rows of analyses, their columns and checkpoints.
enum AnalysisRunTable {
  // MARK: Looking

  static func find<Reading: Transaction & ~Copyable>(
    _ run: UUID, space: Int64, _ transaction: borrowing Reading
  ) throws(StoreError) -> AnalysisRun? {
    try transaction.first(
      """
      SELECT id, run, space, file, options, state, row_count, done, tokens, began, ended, who, failure, emptied,
        version, coalesce((SELECT s.name FROM space AS s WHERE s.id = analysis_run.space), '')
      FROM analysis_run WHERE run = $1 AND space = $2
      """, [.bytes(run.bytes), .integer(space)]
    ) { (row) throws(StoreError) in try AnalysisRun(row) }
  }

  static func find<Reading: Transaction & ~Copyable>(
    _ id: Int64, _ transaction: borrowing Reading
  ) throws(StoreError) -> AnalysisRun? {
    try transaction.first(
      """
      SELECT id, run, space, file, options, state, row_count, done, tokens, began, ended, who, failure, emptied,
        version, coalesce((SELECT s.name FROM space AS s WHERE s.id = analysis_run.space), '')
      FROM analysis_run WHERE id = $1
      """, [.integer(id)]
    ) { (row) throws(StoreError) in try AnalysisRun(row) }
  }

  /// The newest runs of a space before one, the newest first.
  static func page<Reading: Transaction & ~Copyable>(
    space: Int64, before: Int64, limit: Int, _ transaction: borrowing Reading
  ) throws(StoreError) -> [AnalysisRun] {
    try transaction.all(
      """
      SELECT id, run, space, file, options, state, row_count, done, tokens, began, ended, who, failure, emptied,
        version, coalesce((SELECT s.name FROM space AS s WHERE s.id = analysis_run.space), '')
      FROM analysis_run WHERE space = $1 AND id < $2 ORDER BY id DESC LIMIT $3
      """, [.integer(space), .integer(before), .integer(limit)]
    ) { (row) throws(StoreError) in try AnalysisRun(row) }
  }

  /// Runs that go on, with the columns that are not done.
  static func running<Reading: Transaction & ~Copyable>(
    _ transaction: borrowing Reading
  ) throws(StoreError) -> [[EnteringColumn]] {
    let ids = try transaction.all(
      "SELECT id FROM analysis_run WHERE state = $1 ORDER BY id", [.integer(Int64(RunState.running.rawValue))]
    ) { $0.integer(0) }
    var found: [[EnteringColumn]] = []
    for id in ids {
      guard let run = try find(id, transaction) else { continue }
      found.append(
        try transaction.all(
          """
          SELECT c.id, c.result, p.column_id FROM analysis_column AS c
          LEFT JOIN analysis_checkpoint AS p ON p.column_id = coalesce(c.source, c.id)
          WHERE c.run = $1 AND coalesce(p.is_done, 0) = 0 ORDER BY c.place
          """, [.integer(id)]
        ) { row in
          EnteringColumn(
            column: LeasedColumn(run: id, number: row.integer(0)), chain: run.options.chain, space: run.space,
            key: row.isNull(1) ? nil : ResultKey(space: run.space, hash: row.bytes(1)),
            mayAdopt: row.isNull(2) && !run.options.fresh)
        })
    }
    return found
  }

  /// The columns of a run, without what the chain knows of them.
  static func columns<Reading: Transaction & ~Copyable>(
    of run: Int64, opening seal: SpaceSeal?, _ transaction: borrowing Reading
  ) throws(StoreError) -> [AnalysisColumn] {
    try transaction.all(
      """
      SELECT c.id, c.name, c.fence, coalesce(p.rows_done, 0), coalesce(p.errors, 0), coalesce(p.is_done, 0),
        coalesce(p.found, X''), p.seal, CASE WHEN p.column_id IS NULL THEN 0 ELSE p.tokens END, c.result, c.source,
        coalesce(c.source, c.id)
      FROM analysis_column AS c LEFT JOIN analysis_checkpoint AS p ON p.column_id = coalesce(c.source, c.id)
      WHERE c.run = $1 ORDER BY c.place
      """, [.integer(run)]
    ) { (row) throws(StoreError) in try AnalysisColumn(row, opening: seal) }
  }

  /// What the chain knows of a column's rows that have their items.
  static func summary<Reading: Transaction & ~Copyable>(
    of column: Int64, opening seal: SpaceSeal?, _ transaction: borrowing Reading
  ) throws(StoreError) -> [UInt8] {
    try transaction.first(
      "SELECT summary, seal FROM analysis_checkpoint WHERE column_id = $1", [.integer(column)]
    ) { (row) throws(StoreError) in
      try seal.lastingContent(row, 0, sealedBy: row.optionalInteger(1), of: .summary(column: column))
    } ?? []
  }

  /// The names of a run's columns by their numbers.
  static func columnNames<Reading: Transaction & ~Copyable>(
    of run: Int64, _ transaction: borrowing Reading
  ) throws(StoreError) -> [Int64: String] {
    let columns = try transaction.all("SELECT id, name FROM analysis_column WHERE run = $1", [.integer(run)]) {
      ($0.integer(0), $0.text(1))
    }
    return Dictionary(columns) { first, _ in first }
  }

  /// The columns of a run that are not done.
  static func openColumns<Reading: Transaction & ~Copyable>(
    of run: Int64, _ transaction: borrowing Reading
  ) throws(StoreError) -> [Int64] {
    try transaction.all(
      """
      SELECT c.id FROM analysis_column AS c
      LEFT JOIN analysis_checkpoint AS p ON p.column_id = coalesce(c.source, c.id)
      WHERE c.run = $1 AND coalesce(p.is_done, 0) = 0 ORDER BY c.place
      """, [.integer(run)]
    ) { $0.integer(0) }
  }

  /// How the last runs came out, the newest last. Those that have others' results tell nothing of how long theirs take.
  static func past<Reading: Transaction & ~Copyable>(
    limit: Int, _ transaction: borrowing Reading
  ) throws(StoreError) -> [PastRun] {
    try transaction.all(
      """
      SELECT options, done, began, ended, expected FROM analysis_run AS r
      WHERE state = $1 AND NOT EXISTS (SELECT 1 FROM analysis_column AS c WHERE c.run = r.id AND c.source IS NOT NULL)
      ORDER BY id DESC LIMIT $2
      """, [.integer(Int64(RunState.done.rawValue)), .integer(limit)]
    ) { (row) throws(StoreError) in
      let chain: String
      do {
        chain = try RunOptions(decoding: row.bytes(0)).chain
      } catch {
        throw StoreError(.corrupt, "the options of an analysis cannot be read", cause: error)
      }
      let expected = row.real(4)
      return PastRun(
        chain: chain, texts: Int(clamping: row.integer(1)), bytes: nil,
        seconds: Double(row.integer(3) - row.integer(2)) / 1e6, expectedSeconds: expected > 0 ? expected : nil)
    }.reversed()
  }

  // MARK: Changing

  /// Makes the rows of a run that begins.
  ///
  /// - Parameters:
  ///   - checksum: of the file.
  ///   - version: that of the chain; nil where the results are used for no other.
  /// - Returns: its number, and its columns.
  static func insert(
    _ run: UUID, of file: UUID, checksum: [UInt8] = [], space: Int64, _ options: RunOptions, version: String? = nil,
    expected: Double = 0, at: Moment, by who: String, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) -> (id: Int64, columns: [EnteringColumn]) {
    let id = try transaction.first(
      """
      INSERT INTO analysis_run (run, space, file, options, state, began, who, expected, version)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
      RETURNING id
      """,
      [
        .bytes(run.bytes), .integer(space), .bytes(file.bytes), .bytes(options.encoded()),
        .integer(Int64(RunState.running.rawValue)), .integer(at.microseconds), .text(who), .real(expected),
        version.map { .text($0) } ?? .null,
      ]
    ) { $0.integer(0) }
    guard let id else { throw StoreError(.corrupt, "the row of an analysis was not made") }
    var columns: [EnteringColumn] = []
    for (place, name) in options.columns.enumerated() {
      let key = version.map { ResultKey(space: space, checksum: checksum, column: name, options, version: $0) }
      let column = try transaction.first(
        "INSERT INTO analysis_column (run, place, name, result) VALUES ($1, $2, $3, $4) RETURNING id",
        [.integer(id), .integer(place), .text(name), key.map { .bytes($0.hash) } ?? .null]
      ) { $0.integer(0) }
      guard let column else { throw StoreError(.corrupt, "the row of a column was not made") }
      columns.append(
        EnteringColumn(
          column: LeasedColumn(run: id, number: column), chain: options.chain, space: space, key: key,
          mayAdopt: !options.fresh))
    }
    return (id, columns)
  }

  /// Ends a run, unless it has ended before.
  /// - Returns: whether it was running.
  static func end(
    _ id: Int64, _ state: RunState, failure: String, at: Moment, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) -> Bool {
    try transaction.execute(
      "UPDATE analysis_run SET state = $2, ended = $3, failure = $4 WHERE id = $1 AND state = $5",
      [
        .integer(id), .integer(Int64(state.rawValue)), .integer(at.microseconds), .text(failure),
        .integer(Int64(RunState.running.rawValue)),
      ]) == 1
  }

  static func setRows(_ count: Int64, of id: Int64, _ transaction: borrowing WriteTransaction) throws(StoreError) {
    try transaction.execute("UPDATE analysis_run SET row_count = $2 WHERE id = $1", [.integer(id), .integer(count)])
  }

  // MARK: Leases

  /// Gives a column a lease with a number of its own: what comes under an older one is refused from now on.
  /// - Returns: nil when there is nothing to do any longer.
  static func lease(
    _ column: LeasedColumn, keys ring: KeyRing? = nil, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) -> (run: AnalysisRun, column: AnalysisColumn)? {
    guard let run = try find(column.run, transaction), run.state == .running else { return nil }
    let seal = ring.seal(of: run.spaceName)
    try transaction.execute("UPDATE analysis_column SET fence = fence + 1 WHERE id = $1", [.integer(column.number)])
    let found = try columns(of: column.run, opening: seal, transaction).first { $0.id == column.number }
    guard var found, !found.isDone else { return nil }
    found.summary = try summary(of: column.number, opening: seal, transaction)
    return (run, found)
  }

  /// Whether the lease is the column's newest, and the run goes on.
  static func holds(
    _ column: LeasedColumn, fence: Int64, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) -> Bool {
    try transaction.first(
      """
      SELECT 1 FROM analysis_column AS c JOIN analysis_run AS r ON r.id = c.run
      WHERE c.id = $1 AND c.fence = $2 AND r.state = $3
      """,
      [.integer(column.number), .integer(fence), .integer(Int64(RunState.running.rawValue))]
    ) { _ in true } ?? false
  }

  static func setCheckpoint(
    _ column: AnalysisColumn, of run: Int64, at: Moment, sealing seal: SpaceSeal?,
    _ transaction: borrowing WriteTransaction
  ) throws {
    let summary = try seal.stored(column.summary, of: .summary(column: column.id))
    let found = try seal.stored(FoundRecord(findings: column.found).encoded(), of: .found(column: column.id))
    try transaction.execute(
      """
      INSERT INTO analysis_checkpoint (column_id, run, rows_done, errors, is_done, summary, found, at, seal, tokens)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
      ON CONFLICT (column_id) DO UPDATE SET rows_done = excluded.rows_done, errors = excluded.errors,
        is_done = excluded.is_done, summary = excluded.summary, found = excluded.found, at = excluded.at,
        seal = excluded.seal, tokens = excluded.tokens
      """,
      [
        .integer(column.id), .integer(run), .integer(column.rowsDone), .integer(column.errors),
        .integer(column.isDone ? 1 : 0), .bytes(summary.bytes), .bytes(found.bytes), .integer(at.microseconds),
        .integer(summary.key), .integer(column.tokens),
      ])
  }

  /// Adds items to a run.
  /// - Returns: how many the run has now.
  static func append(
    _ count: Int, tokens: Int64, to run: Int64, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) -> Int64 {
    let done = try transaction.first(
      "UPDATE analysis_run SET done = done + $2, tokens = tokens + $3 WHERE id = $1 RETURNING done",
      [.integer(run), .integer(count), .integer(tokens)]
    ) { $0.integer(0) }
    guard let done else { throw StoreError(.corrupt, "the row \(run) of an analysis is gone") }
    return done
  }
}
