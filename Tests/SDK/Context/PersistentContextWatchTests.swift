import HoldfastRPC
import HoldfastTesting
import TestSupport
import Testing

@testable import HoldfastSDK

/// What a provider on a device sees of others, and what clocks do to it.
@Suite struct PersistentContextWatchTests {
  private let clock = TestClock()
  private let folder: TemporaryDirectory
  private let key = ContextKey<String>("key")

  init() throws { folder = try TemporaryDirectory() }

  private func provider(_ adapter: any StorageAdapter, ahead: Duration = .zero) throws -> PersistentContextProvider {
    var settings = PersistentContextProvider.Settings()
    settings.clock = clock.device(ahead: ahead)
    return try PersistentContextProvider(adapter, settings)
  }

  @Test func `nothing is read as long as nobody writes, and what another writes is told within the interval`()
    async throws
  {
    let path = folder.path("context.db")
    let counting = CountingAdapter(try await SQLiteAdapter.open(path))
    let context = try provider(counting)
    let other = try provider(try await SQLiteAdapter.open(path))
    try await other.set("a", for: key)
    let seen = Lock<[String?]>([])
    let happened = Happening()
    let watching = Task { [key] in
      for await outcome in context.watch(key) {
        let value = try? outcome.get()?.value
        seen.withLock { $0.append(value) }
        happened.pass()
      }
    }
    defer { watching.cancel() }
    await happened.wait()
    let running = Task { await context.run() }
    defer { running.cancel() }
    await counting.looked.wait()
    // Until the file system would have another time for what is written next.
    var before = -1
    while counting.reads != before {
      before = counting.reads
      try await clock.advance(by: .seconds(1))
    }
    try await clock.advance(by: .seconds(100))
    #expect(counting.reads == before)
    #expect(counting.looks >= 500)

    try await other.set("b", for: key)
    let asked = clock.elapsed
    try await clock.advance(by: context.settings.interval)
    await happened.wait(for: 2)
    #expect(clock.elapsed - asked <= context.settings.interval)
    try await other.remove(key)
    try await clock.advance(by: context.settings.interval * 2)
    await happened.wait(for: 3)
    #expect(seen.withLock { $0 } == ["a", "b", nil])
  }

  @Test func `a place that cannot tell is read, and where nobody watches it is not`() async throws {
    let memory = MemoryAdapter()
    let (context, other) = (try provider(memory), try provider(memory))
    try await other.set("a", for: key)
    let running = Task { await context.run() }
    defer { running.cancel() }
    let happened = Happening()
    let watching = Task { [key] in
      for await _ in context.watch(key) { happened.pass() }
    }
    defer { watching.cancel() }
    await happened.wait()
    try await other.set("b", for: key)
    try await clock.running { await happened.wait(for: 2) }
  }

  @Test func `who watches through a composite is told too`() async throws {
    let memory = MemoryAdapter()
    let (context, other) = (try provider(memory), try provider(memory))
    let composite = CompositeContextProvider([.init(context)], .prioritized, clock: clock.device())
    let happened = Happening()
    let watching = Task { [key] in
      for await _ in composite.watch(key) { happened.pass() }
    }
    defer { watching.cancel() }
    await happened.wait()
    let running = Task { await context.run() }
    defer { running.cancel() }
    try await other.set("b", for: key)
    try await clock.running { await happened.wait(for: 2) }
  }

  @Test func `a clock that jumps ends what has an end, brings it back, and never makes an age below zero`() async throws
  {
    let memory = MemoryAdapter()
    let context = try provider(memory)
    try await context.set("lasting", for: key)
    try await context.set("passing", for: key, lifetime: .seconds(60))
    let (later, earlier) = (
      try provider(memory, ahead: .seconds(86_400)), try provider(memory, ahead: .seconds(-86_400))
    )
    let jumped = try #require(try await later.resolve(key))
    #expect((jumped.value, jumped.age) == ("lasting", .seconds(86_400)))
    let back = try #require(try await earlier.resolve(key))
    #expect((back.value, back.age) == ("passing", .zero))
    // The newest counts by its version, whatever its date.
    try await earlier.set("newest", for: key)
    #expect(try await context.resolve(key)?.value == "newest")
    #expect(try await later.resolve(key)?.value == "newest")
    #expect(try await context.history(of: key).map(\.version) == [3, 2, 1])
  }

  @Test func `an end beyond all dates is none, and one that has come already is at once`() async throws {
    let context = try provider(MemoryAdapter())
    try await context.set("for ever", for: key, lifetime: .seconds(Int64.max))
    #expect(try await context.resolve(key)?.value == "for ever")
    try await context.set("never", for: key, lifetime: .seconds(-5))
    #expect(try await context.resolve(key)?.value == "for ever")
  }

  @Test func `what ends is purged by the one who runs, and versions go on`() async throws {
    let memory = MemoryAdapter()
    let context = try provider(memory)
    try await context.set("a", for: key, lifetime: .seconds(60))
    let stored = try #require(try await memory.read("context/key")).bytes.count
    let running = Task { await context.run() }
    defer { running.cancel() }
    try await clock.running { [key] in
      while try await !context.history(of: key).isEmpty { await Task.yield() }
    }
    #expect(clock.elapsed >= context.settings.purgeInterval)
    #expect(try #require(try await memory.read("context/key")).bytes.count < stored)
    try await context.set("b", for: key)
    #expect(try await context.history(of: key).map(\.version) == [2])
  }
}

/// Counts how often it is read, and how often somebody only looks whether it was written.
private final class CountingAdapter: MarkedAdapter {
  private let adapter: any MarkedAdapter
  private let counts = Lock((reads: 0, looks: 0))
  let looked = Happening()

  init(_ adapter: any MarkedAdapter) { self.adapter = adapter }

  var reads: Int { counts.withLock { $0.reads } }
  var looks: Int { counts.withLock { $0.looks } }

  var mark: WriteTime? {
    counts.withLock { $0.looks += 1 }
    looked.pass()
    return adapter.mark
  }

  func read(_ key: String) async throws(StorageError) -> StoredValue? {
    counts.withLock { $0.reads += 1 }
    return try await adapter.read(key)
  }

  func version(_ key: String) async throws(StorageError) -> UInt64? {
    counts.withLock { $0.reads += 1 }
    return try await adapter.version(key)
  }

  func keys(prefix: String, after last: String?, limit: Int) async throws(StorageError) -> [String] {
    try await adapter.keys(prefix: prefix, after: last, limit: limit)
  }

  func apply(_ changes: [StorageChange]) async throws(StorageError) -> [StorageOutcome] {
    try await adapter.apply(changes)
  }

  func eraseAll() async throws(StorageError) { try await adapter.eraseAll() }
}
