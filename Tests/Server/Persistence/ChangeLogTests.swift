import HoldfastContract
import HoldfastStore
import HoldfastTesting
import Testing

@testable import HoldfastServer

struct `Rows of the log` {
  private struct Refusal: Error {}
  private typealias Job = (borrowing WriteTransaction) throws -> EarlierOutcome?

  private let disk = LosingDisk(seed: 1)
  private let now = Moment(microseconds: 1_000)

  private func openDatabase() throws -> Database {
    var options = StoreOptions()
    options.vfs = disk.name
    return try Database(path: "hub", options: options, migrations: Schema.migrations)
  }

  private func operation(_ number: UInt8, request: UInt8 = 0) -> OperationIdentity {
    OperationIdentity(key: [number], request: [request])
  }

  /// Writes changes of which the last carries an operation, unless that has an outcome: then returns this.
  private func append(_ number: UInt8, by who: String = "tester", count: Int = 1, thenThrow fails: Bool = false) -> Job
  {
    { transaction in
      if let earlier = try ChangeLog.earlier(operation(number), by: who, transaction) { return earlier }
      let account = try transaction.shared(SpaceLedger.self).openAccount(named: "notes", transaction)
      let entries = (0..<count).map { LogEntry(kind: .put, key: [UInt8($0)], content: [number]) }
      try ChangeLog.append(
        entries, to: account, at: now, who: who, operation: operation(number), outcome: [number, number], transaction)
      if fails { throw Refusal() }
      return nil
    }
  }

  private func rows(_ database: Database) throws -> [[UInt8]] {
    try database.makeReader().read { transaction in
      try transaction.all("SELECT operation, outcome, content, key FROM change ORDER BY id") { row in
        row.bytes(0) + row.bytes(1) + row.bytes(2) + row.bytes(3)
      }
    }
  }

  @Test func `an operation is found by the jobs after it, before and after the commit`() throws {
    let database = try openDatabase()
    for _ in 0..<2 {
      let outcomes = try database.write(group: [append(1, count: 2), append(1), append(1, by: "another")]).map {
        try $0.get()
      }
      #expect(outcomes[1]?.outcome == [1, 1])
      #expect(outcomes[1]?.id == ChangeID(space: 1, sequence: 2).rawValue)
      #expect(outcomes[1]?.at == now)
      #expect(outcomes[1]?.isSame == true)
    }
    #expect(try rows(database) == [[1, 0], [1, 1, 1, 1, 1], [1, 1, 1, 1, 0]])
  }

  @Test func `another request under the same identity is told from the first, before and after the commit`() throws {
    let database = try openDatabase()
    let other: Job = { transaction in try ChangeLog.earlier(operation(1, request: 7), by: "tester", transaction) }
    for _ in 0..<2 {
      let outcomes = try database.write(group: [append(1), other]).map { try $0.get() }
      #expect(outcomes[1]?.isSame == false)
    }
  }

  @Test func `a job that throws leaves no row, and its operation can be done by the next`() throws {
    let database = try openDatabase()
    for number in UInt8(1)...2 {
      let outcomes = database.write(group: [append(10 + number), append(number, thenThrow: true), append(number)])
      #expect(throws: Refusal.self) { try outcomes[1].get() }
      #expect(try outcomes[2].get() == nil)
    }
    #expect(try rows(database).map(\.first) == [11, 1, 12, 2])
  }

  @Test func `an operation that only the table knows fails the job that repeats it, and no other`() throws {
    let database = try openDatabase()
    func blindly(_ number: UInt8) -> Job {
      { transaction in
        let account = try transaction.shared(SpaceLedger.self).openAccount(named: "notes", transaction)
        try ChangeLog.append(
          [LogEntry(kind: .put, key: [number], content: [])], to: account, at: now, who: "tester",
          operation: operation(number), outcome: [], transaction)
        return nil
      }
    }
    let outcomes = database.write(group: [blindly(1), blindly(2), blindly(1), blindly(3)])
    let error = #expect(throws: StoreError.self) { try outcomes[2].get() }
    #expect(error?.code == .constraint)
    #expect(try rows(database).map(\.first) == [1, 2, 3])
  }
}
