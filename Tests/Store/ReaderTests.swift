import HoldfastStore
import HoldfastTesting
import TestSupport
import Testing

@Suite struct ReaderTests {
  private let disk = LosingDisk(seed: 3)

  @Test func `reads of one turn share a view until something is committed`() throws {
    let database = try disk.openDatabase()
    let reader = try database.makeReader()
    reader.beginTurn()
    #expect(try reader.read { try $0.numbers() } == [])
    try database.write { try $0.note(1) }
    // Whoever has seen the write acknowledged reads it, in the same turn too.
    #expect(try reader.read { try $0.numbers() } == [1])
    reader.endTurn()
    #expect(try reader.read { try $0.numbers() } == [1])
  }

  @Test func `a read within a read has the same view`() throws {
    let database = try disk.openDatabase()
    let reader = try database.makeReader()
    let views = try reader.read { outer in
      let before = try outer.numbers()
      try database.write { try $0.note(1) }
      return (before, try reader.read { try $0.numbers() }, try outer.numbers())
    }
    #expect(views == ([], [], []))
    #expect(try reader.read { try $0.numbers() } == [1])
  }

  @Test func `a reader cannot write`() throws {
    let database = try disk.openDatabase()
    let reader = try database.makeReader()
    let error = #expect(throws: StoreError.self) {
      try reader.read { try $0.first("INSERT INTO note(number, body) VALUES(1, x'00') RETURNING 1") { $0.integer(0) } }
    }
    #expect(error?.code == .readOnly)
  }

  @Test func `a read that throws leaves the reader usable`() throws {
    let database = try disk.openDatabase()
    let reader = try database.makeReader()
    reader.beginTurn()
    #expect(throws: Refusal.self) { try reader.read { _ in throw Refusal() } }
    #expect(try reader.read { try $0.numbers() } == [])
    reader.endTurn()
  }

  @Test func `the log of writes stays short although some loop is always in a turn`() async throws {
    let directory = try TemporaryDirectory()
    let store = try directory.openStore()
    let isDone = Monitor(false)
    let longest = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<2 {
        group.addTask {
          let reader = try store.makeReader()
          while !isDone.withLock({ $0 }) {
            reader.beginTurn()
            for number in 0..<50 { _ = try reader.read { try $0.body(of: number) } }
            reader.endTurn()
            await Task.yield()
          }
          return 0
        }
      }
      group.addTask {
        defer { isDone.withLock { $0 = true } }
        for number in 0..<30_000 where number % 100 == 0 {
          try await store.write { transaction in
            for offset in 0..<100 { try transaction.note(number + offset, [UInt8](repeating: 1, count: 3_000)) }
          }
        }
        return try FileSize.of(directory.path("holdfast.sqlite-wal"))
      }
      return try await group.reduce(0, max)
    }
    #expect(longest < (Limits.restartPages + 2 * Limits.checkpointPages) * 4_200)
  }

  @Test func `a thread with a reader of its own reads without leaving it`() async throws {
    let directory = try TemporaryDirectory()
    let store = try directory.openStore()
    try await store.write { try $0.note(1, [9]) }
    let body = try await Task.detached {
      let reader = try store.attachReader()
      reader.beginTurn()
      defer {
        reader.endTurn()
        store.detachReader()
      }
      return try await store.read { try $0.body(of: 1) }
    }.value
    #expect(body == [9])
  }

  @Test func `callers of one thread are resumed there, all of a group in one go`() async throws {
    let directory = try TemporaryDirectory()
    let store = try directory.openStore()
    let deliveries = Monitor(0)
    let sum = try await Task.detached {
      _ = try store.attachReader { closure in
        deliveries.withLock { $0 += 1 }
        closure()
      }
      defer { store.detachReader() }
      return try await store.write { transaction in
        try transaction.note(1)
        return 41
      } + 1
    }.value
    #expect(sum == 42)
    #expect(deliveries.withLock { $0 } == 1)
  }
}
