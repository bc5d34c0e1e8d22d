import HoldfastCache
import Testing

/// What was asked for, and what each way to choose makes of it; hit ratios in percent.
private struct Trace: CustomTestStringConvertible {
  let requests: [Int]

  var testDescription: String { "\(requests.count) requests" }

  func cached(_ capacity: Int) -> Double {
    let cache = Cache<Int, Int>(capacity: capacity, clock: TestTime().clock) { _, _ in 1 }
    for key in requests where cache.get(key) == nil { cache.put(key, key) }
    return (cache.counters.hitRatio ?? 0) * 100
  }

  func leastRecentlyUsed(_ capacity: Int) -> Double {
    var last: [Int: Int] = [:]
    var oldest = 0
    var hits = 0
    for (moment, key) in requests.enumerated() {
      if last.updateValue(moment, forKey: key) != nil { hits += 1 }
      while last.count > capacity {
        if last[requests[oldest]] == oldest { last[requests[oldest]] = nil }
        oldest += 1
      }
    }
    return 100 * Double(hits) / Double(requests.count)
  }

  static func + (one: Trace, other: Trace) -> Trace { Trace(requests: one.requests + other.requests) }

  // MARK: Kinds

  static func loop(over keys: Int, count: Int) -> Trace {
    Trace(requests: (0..<count).map { $0 % keys })
  }

  /// Popularity falls with rank to the power of `skew`; `drift` keys come up anew in a thousand requests.
  static func zipf(keys: Int, skew: Double, count: Int, drift: Int = 0, seed: UInt64 = 1) -> Trace {
    var random = SeededGenerator(state: seed)
    var sums: [Double] = []
    for rank in 1...keys { sums.append((sums.last ?? 0) + 1 / power(Double(rank), skew)) }
    return Trace(
      requests: (0..<count).map { number in
        let point = Double.random(in: 0..<sums[keys - 1], using: &random)
        var (low, high) = (0, keys - 1)
        while low < high {
          let middle = (low + high) / 2
          if sums[middle] <= point { low = middle + 1 } else { high = middle }
        }
        return low + number * drift / 1_000
      })
  }

  /// Of what was asked for lately, mostly the latest; a tenth is new.
  static func recent(mean: Double, count: Int, from first: Int = 1_000_000, seed: UInt64 = 1) -> Trace {
    var random = SeededGenerator(state: seed)
    var stack: [Int] = []
    var next = first
    return Trace(
      requests: (0..<count).map { _ in
        let depth = Int(-mean * logarithm(Double.random(in: 0.000_001..<1, using: &random)))
        let key: Int
        if Int.random(in: 0..<10, using: &random) == 0 || depth >= stack.count {
          key = next
          next += 1
        } else {
          key = stack.remove(at: stack.count - 1 - depth)
        }
        stack.append(key)
        if stack.count > 20_000 { stack.removeFirst(10_000) }
        return key
      })
  }

  /// The popular with a scan over what nobody asks for again after each five thousand requests.
  static func scanned(_ trace: Trace, length: Int) -> Trace {
    var requests: [Int] = []
    var fresh = 100_000_000
    for start in stride(from: 0, to: trace.requests.count, by: 5_000) {
      requests += trace.requests[start..<min(start + 5_000, trace.requests.count)]
      requests += fresh..<fresh + length
      fresh += length
    }
    return Trace(requests: requests)
  }

  // The standard library has no powers.
  private static func power(_ base: Double, _ exponent: Double) -> Double { exponential(exponent * logarithm(base)) }

  private static func logarithm(_ x: Double) -> Double {
    let exponent = Double(x.exponent)
    let ratio = (x.significand - 1) / (x.significand + 1)
    var (term, sum) = (ratio, 0.0)
    for number in stride(from: 1.0, to: 40, by: 2) {
      sum += term / number
      term *= ratio * ratio
    }
    return 2 * sum + exponent * 0.693_147_180_559_945
  }

  private static func exponential(_ x: Double) -> Double {
    var (term, sum) = (1.0, 1.0)
    for number in 1..<80 {
      term *= x / 64 / Double(number)
      sum += term
    }
    return (0..<6).reduce(sum) { value, _ in value * value }
  }
}

struct `What a cache keeps` {
  @Test func `of a loop that is too long, most of the part that fits`() {
    let trace = Trace.loop(over: 1_000, count: 60_000)
    #expect(trace.leastRecentlyUsed(500) == 0)
    // The best that can be is a little under half.
    #expect(trace.cached(500) > 40)
  }

  @Test func `is what is popular`() {
    let trace = Trace.zipf(keys: 10_000, skew: 0.9, count: 100_000)
    #expect(trace.cached(500) > trace.leastRecentlyUsed(500) + 7)
  }

  @Test func `is what is popular, whatever is scanned beside it`() {
    let popular = Trace.zipf(keys: 5_000, skew: 0.9, count: 100_000)
    let scanned = Trace.scanned(popular, length: 2_000)
    #expect(scanned.cached(500) > scanned.leastRecentlyUsed(500) + 7)
    // All that the scans may take: their own share of the requests, in which there is nothing to hit, and two points.
    #expect(scanned.cached(500) > popular.cached(500) * 5 / 7 - 2)
  }

  @Test(arguments: [
    ("recent", Trace.recent(mean: 200, count: 60_000), 400),
    ("recent, small", Trace.recent(mean: 20, count: 60_000), 32),
    ("drifting", Trace.zipf(keys: 3_000, skew: 0.9, count: 80_000, drift: 50), 300),
    ("drifting fast", Trace.zipf(keys: 3_000, skew: 0.9, count: 80_000, drift: 500), 300),
    ("uniform", Trace.zipf(keys: 3_000, skew: 0, count: 60_000), 300),
    ("mild", Trace.zipf(keys: 3_000, skew: 0.5, count: 60_000), 300),
    ("of everything", Trace.loop(over: 200, count: 20_000), 300),
    (
      "by turns",
      .loop(over: 800, count: 60_000) + .recent(mean: 200, count: 60_000)
        + .zipf(keys: 5_000, skew: 0.9, count: 60_000) + .recent(mean: 200, count: 60_000, from: 2_000_000), 400
    ),
  ])
  fileprivate func `is never worth much less than what was used last`(name: String, trace: Trace, capacity: Int) {
    #expect(trace.cached(capacity) > trace.leastRecentlyUsed(capacity) - 1, "\(name)")
  }

  @Test func `changes with what is asked for, to and fro`() {
    let loop = Trace.loop(over: 800, count: 60_000)
    let recent = Trace.recent(mean: 200, count: 60_000)
    let apart = (loop.cached(400) + recent.cached(400) + loop.cached(400)) / 3
    #expect((loop + recent + loop).cached(400) > apart - 3)
  }

  @Test func `is the small, where one large value would cost many that are wanted more often`() {
    let cache = Cache<Int, Int>(capacity: 1_000, clock: TestTime().clock) { key, _ in key < 0 ? 500 : 1 }
    for _ in 0..<20 {
      for key in 0..<900 where cache.get(key) == nil { cache.put(key, key) }
    }
    for large in 1...50 { cache.put(-large, 0) }
    #expect((0..<900).count { cache.get($0) != nil } > 400)
    // And the large one that is wanted as often comes in.
    for _ in 0..<2_000 where cache.get(-1) == nil { cache.put(-1, 0) }
    #expect(cache.get(-1) != nil)
  }
}
