import HoldfastStore
import HoldfastTesting
import Testing

@Suite struct StatementTests {
  private let disk = LosingDisk(seed: 1)

  private func write<Value>(_ body: @escaping (borrowing WriteTransaction) throws -> Value) throws -> Value {
    try disk.openDatabase().write(body)
  }

  @Test func `parameters are bound by name, not by their order of appearance`() throws {
    let row = try write { transaction in
      try transaction.first("SELECT $2, $1, $2", [.integer(1), .text("two")]) { row in
        [row.text(0), row.text(1), row.text(2)]
      }
    }
    #expect(row == ["two", "1", "two"])
  }

  @Test func `empty bytes are not null`() throws {
    let row = try write { transaction in
      try transaction.first("SELECT $1, $2", [.bytes([]), .null]) { row in
        [row.optionalBytes(0), row.optionalBytes(1)]
      }
    }
    #expect(row == [[], nil])
  }

  @Test func `all kinds of values come back as they went`() throws {
    let bytes = (0...255).map { UInt8($0) }
    try write { transaction in
      _ = try transaction.first(
        "SELECT $1, $2, $3, $4", [.integer(Int64.min), .real(0.1), .text("né\0t"), .bytes(bytes)]
      ) {
        row in
        #expect(row.integer(0) == .min)
        #expect(row.real(1) == 0.1)
        #expect(row.text(2) == "né\0t")
        #expect(row.bytes(3) == bytes)
        #expect(row.byteCount(3) == 256)
      }
    }
  }

  @Test func `a statement may run within itself`() throws {
    let found = try write { transaction in
      func below(_ depth: Int, _ transaction: borrowing WriteTransaction) throws(StoreError) -> [Int] {
        guard depth > 0 else { return [] }
        return try transaction.all("SELECT $1 + 0", [.integer(depth)]) { (row) throws(StoreError) in
          Int(row.integer(0))
        } + below(depth - 1, transaction)
      }
      var seen: [Int64] = []
      try transaction.forEach("SELECT 1 UNION SELECT 2") { (outer) throws(StoreError) in
        let outerValue = outer.integer(0)
        for _ in 0..<2 {
          seen += try transaction.all("SELECT 1 UNION SELECT 2") { $0.integer(0) * 10 + outerValue }
        }
        return true
      }
      return try (below(3, transaction), seen)
    }
    #expect(found.0 == [3, 2, 1])
    #expect(found.1 == [11, 21, 11, 21, 12, 22, 12, 22])
  }

  @Test func `a wrong number of parameters is a mistake that is told`() {
    #expect(throws: StoreError.self) { try write { try $0.execute("SELECT $1", []) } }
    #expect(throws: StoreError.self) { try write { try $0.execute("SELECT $2", [.null]) } }
  }

  @Test(arguments: [0, 1, 2, 3, 31, 32, 33, 100])
  func `rows that are inserted together are all there, each with its own values`(count: Int) throws {
    let found = try write { transaction in
      for first in [0, 1_000] {
        try transaction.insert(
          "INSERT INTO note(number, body) VALUES", width: 2,
          (0..<count).flatMap { [SQLValue.integer(first + $0), .bytes([UInt8]($0.description.utf8))] })
      }
      return try transaction.all("SELECT number, body FROM note ORDER BY number") { ($0.integer(0), $0.text(1)) }
    }
    #expect(found.map { $0.0 } == [0, 1_000].flatMap { first in (0..<count).map { Int64(first + $0) } })
    #expect(found.map { $0.1 } == (0..<2 * count).map { ($0 % count).description })
  }

  @Test func `the same text may insert rows and be run as it is`() throws {
    let statement: SQL = "INSERT INTO note(number, body) VALUES"
    try write { transaction in
      try transaction.insert(statement, width: 2, [.integer(1), .bytes([])])
      #expect(throws: StoreError.self) { try transaction.execute(statement) }
      try transaction.insert(statement, width: 2, [.integer(2), .bytes([])])
      #expect(try transaction.numbers() == [1, 2])
    }
  }

  @Test func `a broken rule is a constraint error`() throws {
    let error = #expect(throws: StoreError.self) {
      try write { try $0.execute("INSERT INTO note(number, body) VALUES(1, $1)", [.null]) }
    }
    #expect(error?.code == .constraint)
  }

  @Test func `a value beyond the limit is too large`() throws {
    let bytes = [UInt8](repeating: 0, count: Limits.valueBytes + 1)
    let error = #expect(throws: StoreError.self) { try write { try $0.note(1, bytes) } }
    #expect(error?.code == .tooLarge)
  }
}
