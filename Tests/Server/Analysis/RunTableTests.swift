import FoundationEssentials
import HoldfastContract
import HoldfastStore
import HoldfastTesting
import HoldfastWire
import Testing

@testable import HoldfastServer

struct `Tables of analyses` {
  private static let single = 16
  private let disk = LosingDisk(seed: 1)

  private func open(_ count: Int = Schema.migrations.count) throws -> Database {
    var options = StoreOptions()
    options.vfs = disk.name
    return try Database(path: "hub", options: options, migrations: Array(Schema.migrations.prefix(count)))
  }

  private func block(_ texts: [String]) -> [UInt8] {
    ItemBlock(results: texts.map { ItemResult(findings: [NamedFinding(name: "text", value: .text($0))]) }).encoded()
  }

  /// What the hub of before, which knew one column for each analysis, left behind.
  private func makeOld() throws {
    let database = try open(Self.single)
    _ = try database.write { transaction in
      for (run, column, state) in [(1, "review", 1), (2, "a column's name that is longer than it should be ✓", 2)] {
        try transaction.execute(
          """
          INSERT INTO analysis_run
            (id, run, space, file, column_name, options, state, row_count, done, errors, tokens, fence, summary, found,
             began, ended, who)
          VALUES ($1, $2, 1, $3, $4, $5, $6, 5, 3, 1, 30, 4, X'0102', $7, 1000, $8, 'ann')
          """,
          [
            .integer(run), .bytes([UInt8](repeating: UInt8(run), count: 16)), .bytes([UInt8](repeating: 9, count: 16)),
            .text(column), .bytes(RunOptions(columns: [column], chain: "sentiment").encoded()), .integer(state),
            .bytes(FoundRecord(findings: [NamedFinding(name: "mean", value: .number(0.5))]).encoded()),
            state == 2 ? .integer(2_000) : .null,
          ])
        try transaction.execute(
          "INSERT INTO analysis_block (run, sequence, first_row, count, content) VALUES ($1, 1, 0, 2, $2), ($1, 3, 2, 1, $3)",
          [.integer(run), .bytes(block(["a", "b"])), .bytes(block(["c"]))])
        try transaction.execute(
          "INSERT INTO analysis_log (run, at, worker, text) VALUES ($1, 1000, 'w', 'began')", [.integer(run)])
      }
    }
  }

  private func columns(of run: Int64, _ database: Database) throws -> [AnalysisColumn] {
    try database.makeReader().read { try AnalysisRunTable.columns(of: run, opening: nil, $0) }
  }

  private func texts(of run: Int64, _ database: Database) throws -> [String] {
    let names = [Int64: String](
      uniqueKeysWithValues: try columns(of: run, database).map { ($0.id, $0.name) })
    let blocks = try database.makeReader().read {
      try ItemTable.read(run: run, after: 0, names: names, bytes: .max, opening: nil, $0)
    }
    return blocks.flatMap { block in
      block.results.enumerated().map { place, result in
        guard case .text(let text)? = result.findings.first?.value.value else { return "?" }
        return "\(block.sequence + UInt64(place)) \(block.column) \(block.row + UInt64(place)) \(text)"
      }
    }
  }

  @Test func `analyses of one column become analyses of several, with all that was known`() throws {
    try makeOld()
    let database = try open()
    let column = try #require(try columns(of: 1, database).first)
    #expect(try columns(of: 1, database).count == 1)
    #expect(column.name == "review")
    #expect((column.fence, column.rowsDone, column.errors, column.isDone) == (4, 3, 1, false))
    let summary = try database.makeReader().read { try AnalysisRunTable.summary(of: column.id, opening: nil, $0) }
    #expect(summary == [1, 2])
    #expect(column.found == [NamedFinding(name: "mean", value: .number(0.5))])
    let other = try #require(try columns(of: 2, database).first)
    #expect(other.name == "a column's name that is longer than it should be ✓")
    #expect(other.isDone)
    #expect(try texts(of: 1, database) == ["1 review 0 a", "2 review 1 b", "3 review 2 c"])
    let log = try database.makeReader().read {
      try RunLogTable.page(
        run: 1, column: column.id, after: 0, limit: 10, names: [column.id: "review"], opening: nil, $0)
    }
    #expect(log.map(\.text) == ["began"])
    #expect(log.map(\.column) == ["review"])
  }

  @Test func `the schema of before comes back, and what it cannot say in one analysis it says in several`() throws {
    try makeOld()
    let database = try open()
    let options = RunOptions(columns: ["x", "y"], chain: "keywords")
    _ = try database.write { transaction in
      let made = try AnalysisRunTable.insert(
        UUID(), of: UUID(), space: 1, options, at: Moment(microseconds: 5), by: "bob", transaction)
      for (place, texts) in [(0, ["x0", "x1"]), (1, ["y0"]), (0, ["x2"]), (1, ["y1", "y2"])] {
        let column = made.columns[place].column.number
        let all = try AnalysisRunTable.columns(of: made.id, opening: nil, transaction)
        var state = try #require(all.first { $0.id == column })
        let done = try AnalysisRunTable.append(texts.count, tokens: 1, to: made.id, transaction)
        try ItemTable.insert(
          ItemBlock(
            sequence: UInt64(done) - UInt64(texts.count) + 1, row: UInt64(state.rowsDone),
            results: texts.map { ItemResult(findings: [NamedFinding(name: "text", value: .text($0))]) }),
          run: made.id, column: column, sealing: nil, transaction)
        state.rowsDone += Int64(texts.count)
        state.summary = [UInt8(place)]
        try AnalysisRunTable.setCheckpoint(
          state, of: made.id, at: Moment(microseconds: 6), sealing: nil, transaction)
      }
    }
    #expect(
      try texts(of: 3, database) == ["1 x 0 x0", "2 x 1 x1", "3 y 0 y0", "4 x 2 x2", "5 y 1 y1", "6 y 2 y2"])

    try Migrator(Schema.migrations).revert(database, to: Self.single)
    let runs = try database.makeReader().read { transaction in
      try transaction.all("SELECT column_name, done, fence, hex(summary), state FROM analysis_run ORDER BY id") { row in
        "\(row.text(0)) \(row.integer(1)) \(row.integer(2)) \(row.text(3)) \(row.integer(4))"
      }
    }
    #expect(
      runs == [
        "review 3 4 0102 1", "a column's name that is longer than it should be ✓ 3 4 0102 2", "x 3 0 00 1",
        "y 3 0 01 1",
      ])

    // And forth again, by the program of today.
    let again = try open()
    #expect(try texts(of: 1, again) == ["1 review 0 a", "2 review 1 b", "3 review 2 c"])
    #expect(try texts(of: 3, again) == ["1 x 0 x0", "2 x 1 x1", "3 x 2 x2"])
    #expect(try texts(of: 4, again) == ["1 y 0 y0", "2 y 1 y1", "3 y 2 y2"])
  }

  @Test func `in the schema of before, columns that have the items of others get their own`() throws {
    let database = try open()
    let options = RunOptions(columns: ["x"], chain: "keywords")
    let key = ResultKey(space: 1, checksum: [1], column: "x", options, version: "1")
    _ = try database.write { transaction in
      var columns: [EnteringColumn] = []
      for _ in 0..<2 {
        columns += try AnalysisRunTable.insert(
          UUID(), of: UUID(), checksum: [1], space: 1, options, version: "1", at: Moment(microseconds: 5), by: "bob",
          transaction
        ).columns
      }
      #expect(columns.map(\.key) == [key, key])
      var state = try #require(try AnalysisRunTable.columns(of: 1, opening: nil, transaction).first)
      _ = try AnalysisRunTable.append(2, tokens: 9, to: 1, transaction)
      let results = ["x0", "x1"].map { ItemResult(findings: [NamedFinding(name: "text", value: .text($0))]) }
      try ItemTable.insert(
        ItemBlock(sequence: 1, results: results), run: 1, column: state.id, sealing: nil, transaction)
      (state.rowsDone, state.isDone, state.tokens) = (2, true, 9)
      try AnalysisRunTable.setCheckpoint(state, of: 1, at: Moment(microseconds: 6), sealing: nil, transaction)
      let moment = Moment(microseconds: 6)
      #expect(try ResultTable.find(key, since: Moment(microseconds: 7), transaction) == nil)
      #expect(try ResultTable.find(ResultKey(space: 2, hash: key.hash), since: moment, transaction) == nil)
      #expect(try ResultTable.find(key, since: moment, transaction) == state.id)
      let adopted = try ResultTable.adopt(columns[1].column, from: state.id, of: key, since: moment, transaction)
      #expect(adopted?.rows == 2)
      #expect(try ResultTable.adopt(columns[1].column, from: state.id, of: key, since: moment, transaction) == nil)
    }
    #expect(try texts(of: 2, database) == ["1 x 0 x0", "2 x 1 x1"])
    #expect(try columns(of: 2, database).map(\.tokens) == [9])
    try Migrator(Schema.migrations).revert(database, to: 21)
    let again = try open()
    _ = try again.write { transaction in
      try transaction.execute("DELETE FROM analysis_block WHERE run = 1")
      try transaction.execute("DELETE FROM analysis_checkpoint WHERE run = 1")
    }
    #expect(try texts(of: 2, again) == ["1 x 0 x0", "2 x 1 x1"])
    #expect(try columns(of: 2, again).map(\.isDone) == [true])
  }

  @Test func `the schema without analyses does not come back once there are some`() throws {
    try makeOld()
    let database = try open()
    let error = #expect(throws: StoreError.self) { try Migrator(Schema.migrations).revert(database, to: 15) }
    #expect(error?.message.contains("analyses") == true)
    let running = try open().makeReader().read { try AnalysisRunTable.running($0) }
    #expect(running.map { $0.map(\.chain) } == [["sentiment"]])
  }

  @Test func `of a lease that is not the newest nothing is taken`() throws {
    let database = try open()
    _ = try database.write { transaction in
      let made = try AnalysisRunTable.insert(
        UUID(), of: UUID(), space: 1, RunOptions(columns: ["x"]), at: Moment(microseconds: 5), by: "bob", transaction)
      let key = made.columns[0].column
      let first = try #require(try AnalysisRunTable.lease(key, transaction))
      let second = try #require(try AnalysisRunTable.lease(key, transaction))
      #expect(second.column.fence == first.column.fence + 1)
      #expect(try !AnalysisRunTable.holds(key, fence: first.column.fence, transaction))
      #expect(try AnalysisRunTable.holds(key, fence: second.column.fence, transaction))
      #expect(
        try AnalysisRunTable.end(made.id, .cancelled, failure: "", at: Moment(microseconds: 6), transaction))
      #expect(try !AnalysisRunTable.holds(key, fence: second.column.fence, transaction))
      #expect(try AnalysisRunTable.lease(key, transaction) == nil)
      #expect(
        try !AnalysisRunTable.end(made.id, .cancelled, failure: "", at: Moment(microseconds: 7), transaction))
    }
  }
}
