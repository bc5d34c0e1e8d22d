import HoldfastCache
import Testing

/// What a cache may say, kept in the plainest way: all that was put and not removed, whether or not it fits.
private struct Model {
  struct Entry {
    let value: Int
    let end: Int?
  }

  var entries: [Int: Entry] = [:]
  var now = 0

  func get(_ key: Int) -> Int? {
    guard let entry = entries[key], entry.end.map({ $0 > now }) ?? true else { return nil }
    return entry.value
  }
}

struct `A cache beside a model` {
  /// Whatever is done, a value is the last one put under its key, unless removed or ended; the weight is the sum of what is
  /// there, and never above the bound; and what can fit as a whole is all there.
  @Test(arguments: 0..<60)
  func `tells nothing but what was put`(seed: Int) throws {
    var random = SeededGenerator(state: UInt64(seed))
    let capacity = [3, 20, 150, 1_000][seed % 4]
    let universe = [5, 60, 700, 3_000].randomElement(using: &random) ?? 5
    let heaviest = [1, 7, capacity * 2].randomElement(using: &random) ?? 1
    let time = TestTime()
    let weigh: @Sendable (Int, Int) -> Int = { key, value in 1 + (key &* 31 &+ value) % heaviest }
    let cache = Cache<Int, Int>(capacity: capacity, clock: time.clock, weigher: weigh)
    var model = Model()
    for step in 0..<4_000 {
      let key = Int.random(in: 0..<universe, using: &random)
      switch Int.random(in: 0..<100, using: &random) {
      case 0..<50:
        if let value = cache.get(key) { try #require(value == model.get(key), "seed \(seed), step \(step)") }
      case 50..<70:
        try #require(cache.put(key, step) == (weigh(key, step) <= capacity))
        model.entries[key] = Model.Entry(value: step, end: nil)
        if weigh(key, step) > capacity { model.entries[key] = nil }
        if weigh(key, step) < capacity / 100 { try #require(cache.get(key) == step) }
      case 70..<85:
        let life = [0, 1, 59, 70, 4_000, 5_000_000].randomElement(using: &random) ?? 0
        cache.put(key, step, lifetime: .seconds(life))
        model.entries[key] = Model.Entry(value: step, end: model.now + life)
        if weigh(key, step) > capacity { model.entries[key] = nil }
      case 85..<93:
        if let value = cache.remove(key) { try #require(value == model.get(key), "seed \(seed), step \(step)") }
        model.entries[key] = nil
      case 93..<98:
        let passed = [1, 2, 63, 64, 65, 4_097, 300_000].randomElement(using: &random) ?? 1
        time.advance(.seconds(passed))
        model.now += passed
      case 98:
        cache.sweep()
      default:
        cache.removeAll { $0 % 7 == key % 7 }
        model.entries = model.entries.filter { $0.key % 7 != key % 7 }
      }
      let counters = cache.counters
      try #require(counters.weight <= capacity, "seed \(seed), step \(step)")
      if step % 100 == 0 { try check(cache, model, weigh, counters) }
    }
    try check(cache, model, weigh, cache.counters)
  }

  private func check(
    _ cache: Cache<Int, Int>, _ model: Model, _ weigh: (Int, Int) -> Int, _ counters: CacheCounters
  ) throws {
    let keys = cache.keys
    try #require(keys.count == Set(keys).count)
    try #require(keys.count == counters.entries)
    try #require(keys.allSatisfy { model.entries[$0] != nil })
    let weight = keys.reduce(0) { sum, key in sum + (model.entries[key].map { weigh(key, $0.value) } ?? 0) }
    try #require(weight == counters.weight)
    for key in keys { try #require(cache.get(key) == model.get(key)) }
  }

  @Test func `has everything while everything fits`() {
    let cache = Cache<Int, Int>(capacity: 10_000, clock: TestTime().clock) { _, _ in 1 }
    for number in 0..<10_000 { cache.put(number, number) }
    for number in 0..<10_000 { #expect(cache.get(number) == number) }
    #expect(cache.counters.evictions == 0)
  }

  @Test func `sweeps all that has ended, whenever that was`() throws {
    for seed in 0..<40 {
      var random = SeededGenerator(state: UInt64(seed))
      let time = TestTime()
      let cache = Cache<Int, Int>(capacity: 1_000, clock: time.clock) { _, _ in 1 }
      var now = 0
      var ends: [Int: Int] = [:]
      for step in 0..<300 {
        let life = 1 << Int.random(in: 0..<36, using: &random) + Int.random(in: 0..<3, using: &random)
        ends[step] = now + life
        cache.put(step, step, lifetime: .seconds(life))
        if step % 3 == 0 {
          let passed = 1 << Int.random(in: 0..<20, using: &random)
          now += passed
          time.advance(.seconds(passed))
        }
        cache.sweep()
        // A second is a little shorter than the wheel's step.
        let left = Set(cache.keys)
        for (key, end) in ends {
          if end > now { try #require(left.contains(key), "seed \(seed), step \(step)") }
          if end < now - 2 { try #require(!left.contains(key), "seed \(seed), step \(step)") }
        }
      }
    }
  }
}
