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
      SELECT id, run, space, file, options, state, row_count, done, tokens, began, ended, who, failure, emptied
      FROM analysis_run WHERE run = $1 AND space = $2
      """, [.bytes(run.bytes), .integer(space)]
    ) { (row) throws(StoreError) in try AnalysisRun(row) }
  }

  static func find<Reading: Transaction & ~Copyable>(
    _ id: Int64, _ transaction: borrowing Reading
  ) throws(StoreError) -> AnalysisRun? {
    try transaction.first(
      """
      SELECT id, run, space, file, options, state, row_count, done, tokens, began, ended, who, failure, emptied
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
      SELECT id, run, space, file, options, state, row_count, done, tokens, began, ended, who, failure, emptied
      FROM analysis_run WHERE space = $1 AND id < $2 ORDER BY id DESC LIMIT $3
      """, [.integer(space), .integer(before), .integer(limit)]
    ) { (row) throws(StoreError) in try AnalysisRun(row) }
  }

  /// Runs that go on, with the columns that are not done.
  static func running<Reading: Transaction & ~Copyable>(
    _ transaction: borrowing Reading
  ) throws(StoreError) -> [(id: Int64, space: Int64, chain: String, columns: [Int64])] {
    let ids = try transaction.all(
      "SELECT id FROM analysis_run WHERE state = $1 ORDER BY id", [.integer(Int64(RunState.running.rawValue))]
    ) { $0.integer(0) }
    var found: [(id: Int64, space: Int64, chain: String, columns: [Int64])] = []
    for id in ids {
      guard let run = try find(id, transaction) else { continue }
      let open = try columns(of: id, transaction).filter { !$0.isDone }
      found.append((id, run.space, run.options.chain, open.map(\.id)))
    }
    return found
  }

  static func columns<Reading: Transaction & ~Copyable>(
    of run: Int64, _ transaction: borrowing Reading
  ) throws(StoreError) -> [AnalysisColumn] {
    try transaction.all(
      """
      SELECT c.id, c.name, c.fence, coalesce(p.rows_done, 0), coalesce(p.errors, 0), coalesce(p.is_done, 0),
        coalesce(p.summary, X''), coalesce(p.found, X'')
      FROM analysis_column AS c LEFT JOIN analysis_checkpoint AS p ON p.column_id = c.id
      WHERE c.run = $1 ORDER BY c.place
      """, [.integer(run)]
    ) { (row) throws(StoreError) in try AnalysisColumn(row) }
  }

  /// How the last runs came out, the newest last.
  static func past<Reading: Transaction & ~Copyable>(
    limit: Int, _ transaction: borrowing Reading
  ) throws(StoreError) -> [PastRun] {
    try transaction.all(
      """
      SELECT options, done, began, ended, expected FROM analysis_run WHERE state = $1 ORDER BY id DESC LIMIT $2
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
  /// - Returns: its columns' numbers.
  static func insert(
    _ run: UUID, of file: UUID, space: Int64, _ options: RunOptions, expected: Double = 0, at: Moment, by who: String,
    _ transaction: borrowing WriteTransaction
  ) throws(StoreError) -> (id: Int64, columns: [Int64]) {
    let id = try transaction.first(
      """
      INSERT INTO analysis_run (run, space, file, options, state, began, who, expected)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
      RETURNING id
      """,
      [
        .bytes(run.bytes), .integer(space), .bytes(file.bytes), .bytes(options.encoded()),
        .integer(Int64(RunState.running.rawValue)), .integer(at.microseconds), .text(who), .real(expected),
      ]
    ) { $0.integer(0) }
    guard let id else { throw StoreError(.corrupt, "the row of an analysis was not made") }
    var columns: [Int64] = []
    for (place, name) in options.columns.enumerated() {
      let column = try transaction.first(
        "INSERT INTO analysis_column (run, place, name) VALUES ($1, $2, $3) RETURNING id",
        [.integer(id), .integer(place), .text(name)]
      ) { $0.integer(0) }
      guard let column else { throw StoreError(.corrupt, "the row of a column was not made") }
      columns.append(column)
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
    _ column: LeasedColumn, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) -> (run: AnalysisRun, column: AnalysisColumn)? {
    guard let run = try find(column.run, transaction), run.state == .running else { return nil }
    try transaction.execute("UPDATE analysis_column SET fence = fence + 1 WHERE id = $1", [.integer(column.number)])
    let found = try columns(of: column.run, transaction).first { $0.id == column.number }
    guard let found, !found.isDone else { return nil }
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
    _ column: AnalysisColumn, of run: Int64, at: Moment, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) {
    try transaction.execute(
      """
      INSERT INTO analysis_checkpoint (column_id, run, rows_done, errors, is_done, summary, found, at)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
      ON CONFLICT (column_id) DO UPDATE SET rows_done = excluded.rows_done, errors = excluded.errors,
        is_done = excluded.is_done, summary = excluded.summary, found = excluded.found, at = excluded.at
      """,
      [
        .integer(column.id), .integer(run), .integer(column.rowsDone), .integer(column.errors),
        .integer(column.isDone ? 1 : 0), .bytes(column.summary), .bytes(FoundRecord(findings: column.found).encoded()),
        .integer(at.microseconds),
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

/// The blocks of items.
enum ItemTable {
  static func insert(
    _ block: ItemBlock, run: Int64, column: Int64, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) {
    var content = block
    (content.sequence, content.column, content.row) = (0, "", 0)
    try transaction.execute(
      "INSERT INTO analysis_block (run, sequence, column_id, first_row, count, content) VALUES ($1, $2, $3, $4, $5, $6)",
      [
        .integer(run), .integer(Int64(clamping: block.sequence)), .integer(column), .integer(Int64(clamping: block.row)),
        .integer(block.results.count), .bytes(content.encoded()),
      ])
  }

  /// Blocks with items after `sequence`, in order, until they have `bytes` together; one at least. A block that begins
  /// before it is cut.
  static func read<Reading: Transaction & ~Copyable>(
    run: Int64, after sequence: UInt64, names: [Int64: String], bytes: Int, _ transaction: borrowing Reading
  ) throws(StoreError) -> [ItemBlock] {
    let after = Int64(clamping: sequence)
    var blocks: [ItemBlock] = []
    var size = 0
    try transaction.forEach(
      """
      SELECT sequence, column_id, first_row, content FROM analysis_block
      WHERE run = $1 AND sequence > $2 - $3 AND sequence + count > $2 + 1 ORDER BY sequence
      """, [.integer(run), .integer(after), .integer(Limits.batchTexts)]
    ) { (row) throws(StoreError) in
      let content = row.bytes(3)
      size += content.count
      guard blocks.isEmpty || size <= bytes else { return false }
      var block: ItemBlock
      do {
        block = try ItemBlock(decoding: content)
      } catch {
        throw StoreError(.corrupt, "items of an analysis from \(row.integer(0)) on cannot be read", cause: error)
      }
      block.sequence = UInt64(clamping: row.integer(0))
      block.column = names[row.integer(1)] ?? ""
      block.row = UInt64(clamping: row.integer(2))
      if block.sequence <= sequence {
        let known = sequence - block.sequence + 1
        block.results.removeFirst(min(block.results.count, Int(clamping: known)))
        block.sequence += known
        block.row += known
      }
      blocks.append(block)
      return true
    }
    return blocks
  }
}

/// What happened to columns, for people.
enum RunLogTable {
  static func append(
    _ text: String, by worker: String, run: Int64, column: Int64, at: Moment, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) {
    try transaction.execute(
      "INSERT INTO analysis_log (run, column_id, at, worker, text) VALUES ($1, $2, $3, $4, $5)",
      [.integer(run), .integer(column), .integer(at.microseconds), .text(worker), .text(text)])
  }

  static func page<Reading: Transaction & ~Copyable>(
    run: Int64, column: Int64?, after: Int64, limit: Int, names: [Int64: String], _ transaction: borrowing Reading
  ) throws(StoreError) -> [RunLogEntry] {
    try transaction.all(
      """
      SELECT id, column_id, at, worker, text FROM analysis_log
      WHERE run = $1 AND id > $2 AND ($3 IS NULL OR column_id = $3) ORDER BY id LIMIT $4
      """, [.integer(run), .integer(after), .integer(column), .integer(limit)]
    ) { row in
      RunLogEntry(
        number: UInt64(clamping: row.integer(0)), column: names[row.integer(1)] ?? "",
        at: Moment(microseconds: row.integer(2)).timestamp, worker: row.text(3), text: row.text(4))
    }
  }
}
