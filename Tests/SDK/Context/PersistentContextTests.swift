import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastTesting
import HoldfastWire
import TestSupport
import Testing

/// Context in a file: ends, versions, history, and what others do to the file.
@Suite struct PersistentContextTests {
  private let clock = TestClock()
  private let folder: TemporaryDirectory
  private let key = ContextKey<String>("key")

  init() throws { folder = try TemporaryDirectory() }

  private func open(_ name: String = "context.db", key byte: UInt8 = 7) async throws -> PersistentContextProvider {
    var settings = PersistentContextProvider.Settings()
    settings.clock = clock.device()
    settings.historyLimit = 3
    return try await .open(
      folder.path(name), master: .bytes(Array(repeating: byte, count: 32)), settings)
  }

  @Test func `it keeps the rules, sealed in a file`() async throws {
    let made = Lock(0)
    let broken = await ContextConformance {
      let name = made.withLock { made in
        made += 1
        return "context\(made).db"
      }
      let provider = try await open(name)
      var subject = ContextConformance.Subject(provider)
      subject.pass = { [clock] in try await clock.advance(by: $0) }
      subject.damage = { [folder] name in
        let plain = try await SQLiteAdapter.open(folder.path("context\(made.withLock { $0 }).db"))
        try await plain.write([1, 0, 0, 0, 9, 9, 9], for: "context/" + name)
        await plain.close()
      }
      return subject
    }.run()
    #expect(broken == [])
  }

  @Test func `it keeps the rules in a plain file`() async throws {
    let made = Lock(0)
    let broken = await ContextConformance {
      let name = made.withLock { made in
        made += 1
        return "plain\(made).db"
      }
      let file = try await SQLiteAdapter.open(folder.path(name))
      var subject = try self.subject(file)
      subject.cutOff = { await file.close() }
      return subject
    }.run()
    #expect(broken == [])
  }

  @Test func `it keeps the rules in memory`() async throws {
    #expect(await ContextConformance { try subject(MemoryAdapter()) }.run() == [])
  }

  private func subject(_ adapter: any StorageAdapter) throws -> ContextConformance.Subject {
    var settings = PersistentContextProvider.Settings()
    settings.clock = clock.device()
    var subject = ContextConformance.Subject(try PersistentContextProvider(adapter, settings))
    subject.pass = { [clock] in try await clock.advance(by: $0) }
    subject.damage = { _ = try await adapter.write([1, 2, 3], for: "context/" + $0) }
    return subject
  }

  @Test func `what one sets another finds, and who watches is told`() async throws {
    let made = Lock(0)
    let broken = await ContextConformance {
      let name = made.withLock { made in
        made += 1
        return "shared\(made).db"
      }
      var settings = PersistentContextProvider.Settings()
      settings.interval = .milliseconds(2)
      let master = MasterKey.bytes(Array(repeating: 7, count: 32))
      let reader = try await PersistentContextProvider.open(folder.path(name), master: master, settings)
      let writer = try await PersistentContextProvider.open(folder.path(name), master: master)
      var subject = ContextConformance.Subject(reader, writer: writer)
      subject.run = { await reader.run() }
      return subject
    }.run()
    #expect(broken == [])
  }

  @Test func `values have versions that grow, and a history with a bound`() async throws {
    let context = try await open()
    for text in ["a", "b", "c"] {
      try await context.set(text, for: key)
      try await clock.advance(by: .seconds(1))
    }
    try await context.remove(key)
    let past = try await context.history(of: key)
    #expect(past.map(\.value) == [nil, "c", "b"])
    #expect(past.map(\.version) == [4, 3, 2])
    #expect(past[1].written - past[2].written == 1_000_000)
    let again = try await open()
    #expect(try await again.history(of: key) == past)
    try await again.set("d", for: key)
    #expect(try await context.history(of: key).first?.version == 5)
  }

  @Test func `the newest that has not ended counts, and what has ended is purged`() async throws {
    let context = try await open()
    try await context.set("lasting", for: key)
    try await context.set("passing", for: key, lifetime: .seconds(10))
    try await context.set("other", for: ContextKey("other"), lifetime: .seconds(1_000))
    #expect(try await context.resolve(key)?.value == "passing")
    #expect(try await context.purge() == 0)
    try await clock.advance(by: .seconds(10))
    let found = try #require(try await context.resolve(key))
    #expect((found.value, found.age) == ("lasting", .seconds(10)))
    #expect(try await context.history(of: key).count == 2)
    #expect(try await context.purge() == 1)
    #expect(try await context.history(of: key).map(\.value) == ["lasting"])
    try await context.set("new", for: key)
    #expect(try await context.history(of: key).map(\.version) == [3, 1])
  }

  @Test func `setters at the same time lose nothing`() async throws {
    let contexts = [try await open(), try await open()]
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<20 {
        group.addTask { [key] in try await contexts[number % 2].set("\(number)", for: key) }
      }
      try await group.waitForAll()
    }
    #expect(try await contexts[0].history(of: key).map(\.version) == [20, 19, 18])
  }

  @Test func `another master key is refused, and nothing is changed`() async throws {
    try await open().set("a", for: key)
    let other = try await open(key: 8)
    for _ in 0..<2 {
      let error = await #expect(throws: ContextError.self) { try await other.resolve(key) }
      #expect(error?.code == .persistence)
      let refused = await #expect(throws: ContextError.self) { try await other.set("b", for: key) }
      #expect((refused?.causes.first as? StorageError)?.code == .wrongKey)
    }
    #expect(try await open().resolve(key)?.value == "a")
  }

  @Test func `what is damaged can be set anew`() async throws {
    let context = try await open()
    try await context.set("a", for: key)
    let plain = try await SQLiteAdapter.open(folder.path("context.db"))
    try await plain.write([1, 2, 3], for: "context/key")
    let error = await #expect(throws: ContextError.self) { try await context.resolve(key) }
    #expect(error?.code == .corruption)
    try await context.set("b", for: key)
    #expect(try await context.resolve(key)?.value == "b")
    #expect(try #require(try await context.history(of: key).first).version > 1)
  }

  @Test func `who watches is told when a value ends`() async throws {
    let context = try await open()
    try await context.set("a", for: key, lifetime: .seconds(10))
    let isThere = Happening()
    let watching = Task { [key] in
      for await outcome in context.watch(key) {
        if try outcome.get() == nil { return isThere.count == 1 }
        isThere.pass()
      }
      return false
    }
    await isThere.wait()
    let running = Task { await context.run() }
    defer { running.cancel() }
    #expect(try await clock.running { try await watching.value })
    #expect(clock.elapsed >= .seconds(10))
  }

  @Test func `a file that cannot be opened is an error that says so`() async {
    let error = await #expect(throws: ContextError.self) { try await open("no/such/folder.db") }
    #expect(error?.code == .persistence)
    #expect(error?.causes.first is StorageError)
  }
}
