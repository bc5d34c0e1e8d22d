import HoldfastStore
import HoldfastTesting
import Testing

@testable import HoldfastServer

struct `The ledger of spaces` {
  private struct Refusal: Error {}

  private let disk = LosingDisk(seed: 1)

  /// Opens a space and counts a value in it.
  private func grow(_ name: String, _ transaction: borrowing WriteTransaction) throws -> Int64 {
    let account = try transaction.shared(SpaceLedger.self).openAccount(named: name, transaction)
    try account.grow(bytes: 10, values: 1, defaultQuota: .init(bytes: 1_000, values: 1_000))
    return account.row.values
  }

  private func openDatabase() throws -> Database {
    var options = StoreOptions()
    options.vfs = disk.name
    return try Database(path: "hub", options: options, migrations: Schema.migrations)
  }

  private func rows(of database: Database) throws -> [String: Int64] {
    try Dictionary(
      uniqueKeysWithValues: database.makeReader().read { transaction in
        try transaction.all("SELECT name, \"values\" FROM space") { ($0.text(0), $0.integer(1)) }
      })
  }

  @Test func `a space that a failed job has made does not exist, and the next job makes it`() throws {
    let database = try openDatabase()
    let outcomes = database.write(group: [
      { transaction in try grow("a", transaction) },
      { transaction in
        _ = try grow("b", transaction)
        _ = try grow("a", transaction)
        throw Refusal()
      },
      { transaction in try grow("a", transaction) },
    ])
    #expect(outcomes.map { try? $0.get() } == [1, nil, 2])
    #expect(try rows(of: database) == ["a": 2])
    #expect(try database.write { transaction in try grow("b", transaction) } == 1)
    #expect(try rows(of: database) == ["a": 2, "b": 1])
  }

  @Test func `jobs that use several spaces in turns are all counted, and undone where they fail`() throws {
    let database = try openDatabase()
    let outcomes = database.write(group: [
      { transaction in try grow("a", transaction) + grow("b", transaction) + grow("a", transaction) },
      { transaction in try grow("b", transaction) + grow("a", transaction) },
      { transaction in
        _ = try grow("a", transaction) + grow("b", transaction)
        throw Refusal()
      },
      { transaction in try grow("b", transaction) },
    ])
    #expect(outcomes.map { try? $0.get() } == [4, 5, nil, 3])
    #expect(try rows(of: database) == ["a": 3, "b": 3])
  }

  @Test func `of more spaces than are kept at hand each goes on where it was`() throws {
    let database = try openDatabase()
    let names = (0..<Limits.recentSpaces + 100).map { "space \($0)" }
    for round in Int64(1)...3 {
      for part in stride(from: 0, to: names.count, by: 300) {
        let outcomes = database.write(
          group: names[part..<min(part + 300, names.count)].map { name in
            { transaction in try grow(name, transaction) }
          })
        #expect(try outcomes.allSatisfy { try $0.get() == round })
      }
    }
    #expect(try rows(of: database) == Dictionary(uniqueKeysWithValues: names.map { ($0, 3) }))
  }

  @Test func `a digest that is not one is told`() throws {
    let database = try openDatabase()
    _ = try database.write { transaction in try grow("a", transaction) }
    _ = try database.write { transaction in try transaction.execute("UPDATE space SET digest = x'0102'") }
    let error = #expect(throws: StoreError.self) {
      try database.makeReader().read { transaction in
        try transaction.first(
          """
          SELECT sequence, floor, anchor, forgotten, digest, bytes, "values", quota_bytes, quota_values FROM space
          """
        ) { (row) throws(StoreError) in try SpaceAccount.Row(row, from: 0) }
      }
    }
    #expect(error?.code == .corrupt)
  }
}
