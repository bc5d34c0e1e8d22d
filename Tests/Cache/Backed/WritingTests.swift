import HoldfastCache
import Synchronization
import Testing

struct `Writing through a cache` {
  @Test func `reaches the store first, and is read from memory`() async throws {
    let store = FakeStore()
    let cache = makeCache(over: store)
    try await cache.put("a", "one", lifetime: .seconds(9))
    #expect(store["a"] == "one")
    #expect(store.lifetime(of: "a") == .seconds(9))
    #expect(try await cache.get("a") == "one")
    try await cache.remove("a")
    #expect(store["a"] == nil)
    #expect(try await cache.get("a") == nil)
    #expect(store.loads == 0)
  }

  @Test func `leaves nothing in memory where the store fails`() async throws {
    let store = FakeStore(["a": "old"])
    let cache = makeCache(over: store)
    _ = try await cache.get("a")
    store.isFailing = true
    await #expect(throws: FakeStore.Refusal.self) { try await cache.put("a", "new") }
    store.isFailing = false
    #expect(try await cache.get("a") == "old")
  }

  @Test func `is not undone by a load that began before it`() async throws {
    let store = FakeStore(["a": "old"])
    let cache = makeCache(over: store)
    store.hold()
    let load = Task { try await cache.get("a") }
    await store.whenWaiting(1)
    let write = Task { try await cache.put("a", "new") }
    await store.whenWaiting(2)
    store.release()
    try await write.value
    _ = try await load.value
    #expect(try await cache.get("a") == "new")
  }

  @Test func `by two at once keeps neither, since only the store knows which came last`() async throws {
    let store = FakeStore()
    let cache = makeCache(over: store)
    store.hold()
    let writes = ["one", "two"].map { value in Task { try await cache.put("a", value) } }
    await store.whenWaiting(2)
    store.release()
    for write in writes { try await write.value }
    #expect(try await cache.get("a") == store["a"])
    #expect(store.loads == 1)
  }

  @Test func `is not kept where somebody else changed the key meanwhile`() async throws {
    let store = FakeStore()
    let cache = makeCache(over: store)
    store.hold()
    let write = Task { try await cache.put("a", "ours") }
    await store.whenWaiting(1)
    cache.invalidate("a")
    store.release()
    try await write.value
    store["a"] = "theirs"
    #expect(try await cache.get("a") == "theirs")
  }

  @Test func `ends with closing`() async throws {
    let cache = makeCache(over: FakeStore(["a": "one"]))
    try await cache.close()
    await #expect(throws: CacheClosed.self) { try await cache.put("a", "two") }
    await #expect(throws: CacheClosed.self) { try await cache.remove("a") }
    #expect(try await cache.get("a") == "one")
  }
}

struct `Writing later` {
  private static let later = CacheWriting.back(interval: .seconds(5), weight: 100)

  @Test func `is read at once, says what it may lose, and reaches the store as one`() async throws {
    let (store, time) = (FakeStore(["b": "old"]), TestTime())
    let cache = makeCache(over: store, Self.later, time)
    try await cache.put("a", "one")
    time.advance(.seconds(3))
    try await cache.put("a", "two")
    try await cache.remove("b")
    #expect(try await cache.get("a") == "two")
    #expect(try await cache.get("b") == nil)
    #expect(store["a"] == nil)
    let unsaved = cache.unsaved
    #expect((unsaved.count, unsaved.weight, unsaved.age) == (2, 5, .seconds(3)))
    #expect(unsaved.failure == nil)
    try await cache.flush()
    #expect(store.stores == [["a", "b"]])
    #expect(store["a"] == "two")
    #expect(store["b"] == nil)
    #expect((cache.unsaved.count, cache.unsaved.weight, cache.unsaved.age) == (0, 0, .zero))
    try await cache.flush()
    #expect(store.stores.count == 1)
    #expect(store.loads == 0)
  }

  @Test func `is not lost when memory lets it go before the store has it`() async throws {
    let store = FakeStore()
    let cache = makeCache(over: store, .back(interval: .seconds(5), weight: 10_000), capacity: 20)
    for number in 0..<100 { try await cache.put("\(number)", "value \(number)") }
    for number in 0..<100 { #expect(try await cache.get("\(number)") == "value \(number)") }
    #expect(store.loads == 0)
    try await cache.flush()
    for number in 0..<100 { #expect(store["\(number)"] == "value \(number)") }
  }

  @Test func `happens by the clock, and again where the store failed`() async throws {
    let (store, time) = (FakeStore(), TestTime())
    let cache = makeCache(over: store, Self.later, time)
    try await cache.put("a", "one")
    store.isFailing = true
    let sleeps = Atomic(0)
    await cache.run { duration in
      #expect(duration == .seconds(5))
      time.advance(duration)
      switch sleeps.wrappingAdd(1, ordering: .relaxed).newValue {
      case 1: break
      case 2:
        #expect(cache.unsaved.failure is FakeStore.Refusal)
        #expect(cache.unsaved.count == 1)
        store.isFailing = false
      default:
        #expect(cache.unsaved.failure == nil)
        throw CancellationError()
      }
    }
    #expect(store.stores == [["a"]])
  }

  @Test func `waits for the store where more would wait than may`() async throws {
    let store = FakeStore()
    let cache = makeCache(over: store, .back(interval: .seconds(5), weight: 10))
    try await cache.put("a", "123456")
    #expect(store.stores.isEmpty)
    try await cache.put("b", "123456")
    #expect(store.stores == [["a"]])
    #expect(cache.unsaved.weight == 7)
    store.isFailing = true
    await #expect(throws: FakeStore.Refusal.self) { try await cache.put("c", "123456") }
    #expect(cache.unsaved.weight == 7)
    #expect(try await cache.get("b") == "123456")
    // The same key again takes no more room.
    try await cache.put("b", "654321")
    store.isFailing = false
    // What alone is more than may wait is stored at once.
    try await cache.put("large", "12345678901234567890")
    #expect(store["large"] == "12345678901234567890")
    #expect(store["b"] == "654321")
    #expect(cache.unsaved.count == 0)
  }

  @Test func `of what is changed while the store takes it keeps the change for the next time`() async throws {
    let store = FakeStore()
    let cache = makeCache(over: store, Self.later)
    try await cache.put("a", "one")
    store.hold()
    let flush = Task { try await cache.flush() }
    await store.whenWaiting(1)
    try await cache.put("a", "two")
    #expect(try await cache.get("a") == "two")
    store.release()
    try await flush.value
    #expect(store["a"] == "one")
    #expect(cache.unsaved.count == 1)
    try await cache.flush()
    #expect(store["a"] == "two")
  }

  @Test func `asks the store for one thing at a time, whoever flushes`() async throws {
    let store = FakeStore()
    let cache = makeCache(over: store, Self.later)
    store.hold()
    try await cache.put("a", "one")
    let first = Task { try await cache.flush() }
    await store.whenWaiting(1)
    try await cache.put("b", "one")
    let others = (0..<5).map { _ in Task { try await cache.flush() } }
    store.release()
    for flush in [first] + others { try await flush.value }
    #expect(store.stores == [["a"], ["b"]])
  }

  @Test func `stores what has ended meanwhile as gone, and else what is left of its time`() async throws {
    let (store, time) = (FakeStore(["a": "old"]), TestTime())
    let cache = makeCache(over: store, Self.later, time)
    try await cache.put("a", "short", lifetime: .seconds(2))
    try await cache.put("b", "long", lifetime: .seconds(10))
    time.advance(.seconds(3))
    #expect(try await cache.get("a") == nil)
    try await cache.flush()
    #expect(store["a"] == nil)
    #expect(store.lifetime(of: "b") == .seconds(7))
  }

  @Test func `stores all at closing, and again where that failed`() async throws {
    let store = FakeStore()
    let cache = makeCache(over: store, Self.later)
    try await cache.put("a", "one")
    store.isFailing = true
    await #expect(throws: FakeStore.Refusal.self) { try await cache.close() }
    #expect(cache.unsaved.count == 1)
    await #expect(throws: CacheClosed.self) { try await cache.put("b", "one") }
    store.isFailing = false
    try await cache.close()
    #expect(store["a"] == "one")
    #expect(cache.unsaved.count == 0)
    // Nothing is left to be done by the clock.
    await cache.run { _ in Issue.record("sleeps") }
  }

  @Test func `by many at once ends with the store as the cache says`() async throws {
    let store = FakeStore()
    let cache = makeCache(over: store, .back(interval: .seconds(5), weight: 60), capacity: 40)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for task in 0..<6 {
        group.addTask {
          var random = SeededGenerator(state: UInt64(task))
          for step in 0..<400 {
            let key = "\(Int.random(in: 0..<12, using: &random))"
            switch Int.random(in: 0..<10, using: &random) {
            case 0: try await cache.remove(key)
            case 1: cache.invalidate(key)
            case 2: try await cache.flush()
            case 3...6: try await cache.put(key, "\(task).\(step)")
            default: _ = try await cache.get(key)
            }
          }
        }
      }
      try await group.waitForAll()
    }
    try await cache.close()
    for key in 0..<12 { #expect(try await cache.get("\(key)") == store["\(key)"]) }
  }
}
