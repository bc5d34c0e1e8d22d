import Testing

@testable import HoldfastCache

private func makeCache(_ capacity: Int = 100, _ time: TestTime = TestTime()) -> Cache<String, String> {
  Cache(capacity: capacity, clock: time.clock) { _, value in value.utf8.count }
}

struct `A cache` {
  @Test func `returns what was put last`() {
    let cache = makeCache()
    #expect(cache.get("a") == nil)
    cache.put("a", "one")
    cache.put("a", "two")
    #expect(cache.get("a") == "two")
    #expect(cache.counters == CacheCounters(hits: 1, misses: 1, entries: 1, weight: 3))
    #expect(cache.counters.hitRatio == 0.5)
  }

  @Test func `has no ratio before it was asked`() {
    #expect(makeCache().counters.hitRatio == nil)
  }

  @Test func `forgets what is removed, and returns it`() {
    let cache = makeCache()
    cache.put("a", "one")
    #expect(cache.remove("a") == "one")
    #expect(cache.remove("a") == nil)
    #expect(cache.get("a") == nil)
    #expect(cache.counters.entries == 0)
    #expect(cache.counters.weight == 0)
  }

  @Test func `does not keep what is heavier than all of it, nor what the key had before`() {
    let cache = makeCache(4)
    #expect(cache.put("a", "four"))
    #expect(!cache.put("a", "five!"))
    #expect(cache.get("a") == nil)
    #expect(cache.counters.weight == 0)
  }

  @Test func `counts what weighs nothing as one, so that entries are bounded as well`() {
    let cache = makeCache(3)
    for number in 0..<10 { cache.put("\(number)", "") }
    #expect(cache.counters.entries == 3)
    #expect(cache.counters.weight == 3)
    #expect(cache.counters.evictions == 7)
  }

  @Test func `lets others go when a value grows`() {
    let cache = makeCache(10)
    for key in ["a", "b", "c", "d", "e"] { cache.put(key, "12") }
    cache.put("e", "12345678")
    #expect(cache.counters.weight == 10)
    #expect(cache.counters.entries == 2)
    #expect(cache.get("e") == "12345678")
  }

  @Test func `removes by prefix, byte for byte, and by condition, and all`() {
    let cache = makeCache(1000)
    // The same letter twice: as one scalar, and as two. A prefix is compared as it is written.
    for key in ["user/1", "user/2", "users", "use", "\u{e9}/1", "e\u{301}/2"] { cache.put(key, "x") }
    cache.removeAll(prefix: "user/")
    #expect(Set(cache.keys) == ["users", "use", "\u{e9}/1", "e\u{301}/2"])
    cache.removeAll(prefix: "\u{e9}")
    #expect(Set(cache.keys) == ["users", "use", "e\u{301}/2"])
    cache.removeAll { $0 == "use" }
    #expect(Set(cache.keys) == ["users", "e\u{301}/2"])
    cache.removeAll()
    #expect(cache.keys.isEmpty)
    #expect(cache.counters.weight == 0)
  }

  @Test func `holds no value longer than it has it`() {
    final class Token: Sendable {}
    let cache = Cache<Int, Token>(capacity: 2, clock: TestTime().clock) { _, _ in 1 }
    weak var replaced: Token?
    weak var removed: Token?
    weak var evicted: Token?
    do {
      let (one, two, three) = (Token(), Token(), Token())
      (replaced, removed, evicted) = (one, two, three)
      cache.put(1, one)
      cache.put(1, Token())
      cache.put(2, two)
      cache.remove(2)
      cache.put(3, three)
      // Asked for more often than the third, so that one leaves.
      for key in 4..<40 {
        cache.put(key, Token())
        _ = cache.get(1)
      }
    }
    #expect(replaced == nil)
    #expect(removed == nil)
    #expect(evicted == nil)
  }
}

struct `An entry with a lifetime` {
  @Test func `is a miss from its end on, to the nanosecond`() {
    let time = TestTime()
    let cache = makeCache(100, time)
    cache.put("a", "one", lifetime: .seconds(10))
    time.advance(.seconds(10) - .nanoseconds(1))
    #expect(cache.get("a") == "one")
    time.advance(.nanoseconds(1))
    #expect(cache.get("a") == nil)
    #expect(cache.counters == CacheCounters(hits: 1, misses: 1, expirations: 1))
  }

  @Test func `is not returned by removing it after its end`() {
    let time = TestTime()
    let cache = makeCache(100, time)
    cache.put("a", "one", lifetime: .seconds(1))
    time.advance(.seconds(1))
    #expect(cache.remove("a") == nil)
  }

  @Test func `lives as the last writer said`() {
    let time = TestTime()
    let cache = makeCache(100, time)
    cache.put("a", "one", lifetime: .seconds(1))
    cache.put("a", "two", lifetime: .seconds(5))
    cache.put("b", "one", lifetime: .seconds(1))
    cache.put("b", "two")
    time.advance(.seconds(3))
    cache.sweep()
    #expect(cache.get("a") == "two")
    #expect(cache.get("b") == "two")
    time.advance(.seconds(100_000_000))
    cache.sweep()
    #expect(cache.get("a") == nil)
    #expect(cache.get("b") == "two")
  }

  @Test func `that is no time at all, or has passed, is a miss at once`() {
    let cache = makeCache()
    cache.put("a", "one", lifetime: .zero)
    cache.put("b", "one", lifetime: .seconds(-1))
    #expect(cache.get("a") == nil)
    #expect(cache.get("b") == nil)
  }

  @Test func `longer than the clock goes does not end`() {
    let time = TestTime()
    let cache = makeCache(100, time)
    cache.put("a", "one", lifetime: .seconds(Int64.max))
    time.advance(.seconds(1_000_000_000))
    #expect(cache.get("a") == "one")
  }

  @Test func `is swept by whoever writes, and by sweeping`() {
    let time = TestTime()
    let cache = makeCache(10_000, time)
    for number in 0..<1_000 { cache.put("\(number)", "x", lifetime: .seconds(number)) }
    time.advance(.seconds(500))
    cache.put("other", "x")
    #expect(cache.counters.expirations > 0)
    cache.sweep()
    // The second that is under way is swept when it is over.
    #expect((498...502).contains(cache.counters.expirations))
    #expect(cache.counters.entries + cache.counters.expirations == 1_001)
    time.advance(.seconds(600))
    cache.sweep()
    #expect(cache.keys == ["other"])
  }
}
