import HoldfastRPC
import HoldfastSDK
import Testing

/// Values of programs, on an adapter in memory.
@Suite struct PersistenceTests {
  private struct Settings: Codable, Hashable {
    var theme = "light"
    var size: Double?
  }

  private let persistence = Persistence(MemoryAdapter())

  @Test func `a value of any type is saved, loaded and deleted`() async throws {
    #expect(try await persistence.load(Settings.self, "settings") == nil)
    try await persistence.save(Settings(theme: "dark", size: 1.5), as: "settings")
    #expect(try await persistence.load(Settings.self, "settings") == Settings(theme: "dark", size: 1.5))
    #expect(try await persistence.exists("settings"))
    try await persistence.save("plain text", as: "text")
    try await persistence.save([1, 2, 3], as: "numbers")
    #expect(try await persistence.list() == ["numbers", "settings", "text"])
    #expect(try await persistence.load(String.self, "text") == "plain text")
    #expect(try await persistence.delete("settings"))
    #expect(try await !persistence.delete("settings"))
    #expect(try await !persistence.exists("settings"))
  }

  @Test func `a value of another type is an error that names key and cause, never nil`() async throws {
    try await persistence.save("dark", as: "settings")
    let error = await #expect(throws: StorageError.self) { try await persistence.load(Settings.self, "settings") }
    #expect(error?.code == .undecodable)
    #expect(error?.key == "settings")
    #expect(error?.cause is DecodingError)
  }

  @Test func `what cannot be written is refused before anything is stored`() async throws {
    let error = await #expect(throws: StorageError.self) { try await persistence.save(Double.nan, as: "number") }
    #expect(error?.code == .unencodable)
    #expect(try await !persistence.exists("number"))
    await #expect(throws: StorageError.self) { try await persistence.saveAll(["a": 1.0, "b": .infinity]) }
    #expect(try await persistence.list().isEmpty)
  }

  @Test func `a version that is no longer current is refused`() async throws {
    try await persistence.save(1, as: "count", expected: 0)
    let (value, version) = try #require(try await persistence.loadVersioned(Int.self, "count"))
    #expect(value == 1)
    try await persistence.save(2, as: "count", expected: version)
    let error = await #expect(throws: StorageError.self) {
      try await persistence.save(3, as: "count", expected: version)
    }
    #expect(error?.code == .conflict)
    #expect(try await persistence.load(Int.self, "count") == 2)
  }

  @Test func `many values go in and out together`() async throws {
    try await persistence.saveAll(["a": 1, "b": 2])
    #expect(try await persistence.loadAll(Int.self, ["a", "b", "c"]) == ["a": 1, "b": 2])
  }

  @Test func `keys come a page at a time, and are all there`() async throws {
    let keys = (0..<1000).map { "key/\($0)" }
    try await persistence.saveAll(Dictionary(uniqueKeysWithValues: keys.map { ($0, 1) }))
    try await persistence.save(1, as: "other")
    #expect(try await persistence.list(prefix: "key/") == keys.sorted())
  }

  @Test func `a transaction sees its own changes, and nobody else does before its end`() async throws {
    try await persistence.save(1, as: "a")
    try await persistence.transaction { keys in
      #expect(try await keys.load(Int.self, "a") == 1)
      try keys.save(2, as: "a")
      try keys.save(3, as: "b")
      #expect(try await keys.load(Int.self, "a") == 2)
      keys.delete("b")
      #expect(try await keys.load(Int.self, "b") == nil)
      #expect(try await persistence.load(Int.self, "a") == 1)
    }
    #expect(try await persistence.load(Int.self, "a") == 2)
    #expect(try await !persistence.exists("b"))
  }

  @Test func `a transaction that throws changes nothing`() async throws {
    struct Stop: Error {}
    await #expect(throws: Stop.self) {
      try await persistence.transaction { keys in
        try keys.save(1, as: "a")
        throw Stop()
      }
    }
    #expect(try await !persistence.exists("a"))
  }

  @Test func `a transaction runs again when others change what it read, and gives up in the end`() async throws {
    try await persistence.save(0, as: "count")
    let (runs, disturbances) = (Counter(), Counter())
    try await persistence.transaction { keys in
      let count = try await keys.load(Int.self, "count") ?? 0
      if runs.next() < 3 { try await persistence.save(count + 10, as: "count") }
      try keys.save(count + 1, as: "count")
    }
    #expect(runs.count == 4)
    #expect(try await persistence.load(Int.self, "count") == 31)
    let error = await #expect(throws: StorageError.self) {
      try await persistence.transaction { keys in
        _ = try await keys.load(Int.self, "count")
        try await persistence.save(disturbances.next(), as: "count")
        try keys.save(-1, as: "count")
      }
    }
    #expect(error?.code == .conflict)
    #expect(disturbances.count == PersistenceLimits.transactionAttempts)
    #expect(try await persistence.load(Int.self, "count") != -1)
  }

  @Test func `a transaction that only reads has read one moment`() async throws {
    try await persistence.saveAll(["a": 1, "b": 1])
    let runs = Counter()
    let sum = try await persistence.transaction { keys in
      let a = try await keys.load(Int.self, "a") ?? 0
      if runs.next() == 0 { try await persistence.saveAll(["a": 2, "b": 2]) }
      return a + (try await keys.load(Int.self, "b") ?? 0)
    }
    #expect(sum == 4)
  }
}

private final class Counter: Sendable {
  private let value = Lock(0)
  var count: Int { value.withLock { $0 } }
  /// The count before this.
  func next() -> Int {
    value.withLock { value in
      defer { value += 1 }
      return value
    }
  }
}
