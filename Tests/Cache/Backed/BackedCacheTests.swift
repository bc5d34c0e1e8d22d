import HoldfastCache
import Testing

func makeCache(
  over store: FakeStore, _ writing: CacheWriting = .through, _ time: TestTime = TestTime(), capacity: Int = 1_000
) -> BackedCache<FakeStore> {
  BackedCache(over: store, capacity: capacity, writing: writing, clock: time.clock) { key, value in
    key.utf8.count + (value?.utf8.count ?? 0)
  }
}

struct `A cache over a source` {
  @Test func `asks it once for each key, also for one that is not there`() async throws {
    let store = FakeStore(["a": "one"])
    let cache = makeCache(over: store)
    for _ in 0..<3 {
      #expect(try await cache.get("a") == "one")
      #expect(try await cache.get("b") == nil)
    }
    #expect(store.loads == 2)
    #expect(cache.counters.hits == 4)
    #expect(cache.counters.misses == 2)
  }

  @Test func `asks it once, however many wait for the answer`() async throws {
    let store = FakeStore(["a": "one"])
    let cache = makeCache(over: store)
    store.hold()
    try await withThrowingTaskGroup(of: String?.self) { group in
      for _ in 0..<20 { group.addTask { try await cache.get("a") } }
      await store.whenWaiting(1)
      store.release()
      for try await value in group { #expect(value == "one") }
    }
    #expect(store.loads == 1)
  }

  @Test func `tells all who wait that it failed, and asks again`() async throws {
    let store = FakeStore(["a": "one"])
    let cache = makeCache(over: store)
    store.isFailing = true
    await #expect(throws: FakeStore.Refusal.self) { try await cache.get("a") }
    store.isFailing = false
    #expect(try await cache.get("a") == "one")
  }

  @Test func `does not stop a load since one of those who wait has gone`() async throws {
    let store = FakeStore(["a": "one"])
    let cache = makeCache(over: store)
    store.hold()
    let leaving = Task { try await cache.get("a") }
    await store.whenWaiting(1)
    leaving.cancel()
    let staying = Task { try await cache.get("a") }
    store.release()
    #expect(try await staying.value == "one")
    _ = try await leaving.value
    #expect(store.loads <= 2)
  }

  @Test func `keeps what it got as long as the source says`() async throws {
    let (store, time) = (FakeStore(), TestTime())
    store.setContent(CacheContent("one", lifetime: .seconds(5)), for: "a")
    let cache = makeCache(over: store, .through, time)
    #expect(try await cache.get("a") == "one")
    store["a"] = "two"
    time.advance(.seconds(4))
    #expect(try await cache.get("a") == "one")
    time.advance(.seconds(1))
    #expect(try await cache.get("a") == "two")
  }

  @Test func `gets anew what was changed elsewhere, by key, by prefix, by condition`() async throws {
    let store = FakeStore(["user/1": "one", "user/2": "one", "other": "one"])
    let cache = makeCache(over: store)
    func values() async throws -> [String?] {
      [try await cache.get("user/1"), try await cache.get("user/2"), try await cache.get("other")]
    }
    _ = try await values()
    for key in ["user/1", "user/2", "other"] { store[key] = "two" }
    cache.invalidate("user/1")
    #expect(try await values() == ["two", "one", "one"])
    cache.invalidateAll(prefix: "user/")
    #expect(try await values() == ["two", "two", "one"])
    cache.invalidateAll { $0.hasPrefix("o") }
    #expect(try await values() == ["two", "two", "two"])
  }

  @Test func `does not keep what was invalidated while it was loaded`() async throws {
    for invalidate in [{ $0.invalidate("a") }, { $0.invalidateAll(prefix: "") }] as [(BackedCache<FakeStore>) -> Void] {
      let store = FakeStore(["a": "old"])
      let cache = makeCache(over: store)
      store.hold()
      let early = Task { try await cache.get("a") }
      await store.whenWaiting(1)
      store["a"] = "new"
      invalidate(cache)
      let late = Task { try await cache.get("a") }
      await store.whenWaiting(2)
      store.release()
      #expect(try await early.value == "old")
      #expect(try await late.value == "new")
      #expect(try await cache.get("a") == "new")
      #expect(store.loads == 2)
    }
  }

  @Test func `may be one that only reads, and lets go by the clock what has ended`() async throws {
    struct Squares: CacheSource {
      func load(_ key: Int) async throws -> CacheContent<Int>? { CacheContent(key * key, lifetime: .seconds(1)) }
    }
    let time = TestTime()
    let cache = BackedCache(over: Squares(), capacity: 10, clock: time.clock) { _, _ in 1 }
    #expect(try await cache.get(7) == 49)
    // The clock goes on while it sleeps, and sleeping ends when it has been swept.
    await cache.run { duration in
      guard cache.counters.entries > 0 else { throw CancellationError() }
      time.advance(duration)
    }
    #expect(cache.counters.expirations == 1)
  }
}
