import HoldfastCache
import HoldfastRPC
import HoldfastWire

/// What a cache finds, and how fast.
struct CacheBench: Sendable {
  /// Entries that it may have.
  let capacity: Int

  private func makeCache() -> Cache<Int, Int> {
    Cache(capacity: capacity, clock: { MonotonicTime.now().nanoseconds }, weigher: { _, _ in 1 })
  }

  /// Asks for the keys of a trace, and puts each that is not there.
  func replay(_ trace: CacheTrace, from name: String) -> CacheReplay {
    let cache = makeCache()
    for key in trace.requests where cache.get(key) == nil { cache.put(key, key) }
    return CacheReplay(
      name: name, capacity: capacity, requests: trace.requests.count, keys: trace.keys,
      hits: cache.counters.hits, hitsByRecency: trace.hitsByRecency(capacity),
      hitsByForesight: trace.hitsByForesight(capacity))
  }

  /// Gets of keys that are there, the popular more often, by one thread and by two, in turns.
  func gets(seconds: Double) async throws -> CacheSpeed {
    let cache = makeCache()
    for key in 0..<capacity { cache.put(key, key) }
    let keys = popular(cache.keys)
    var speed = CacheSpeed(capacity: capacity)
    let rounds = max(1, Int(seconds / 0.5))
    for _ in 0..<rounds {
      for threads in 1...2 {
        let cpu = cpuSeconds()
        let began = MonotonicTime.now()
        let end = began + .seconds(seconds / Double(2 * rounds))
        let gets = try await withThrowingTaskGroup(of: Int.self) { group in
          for thread in 0..<threads {
            group.addTask { try get(keys, from: thread * keys.count / 2, in: cache, until: end) }
          }
          return try await group.reduce(0, +)
        }
        speed.count(gets, by: threads, seconds: (MonotonicTime.now() - began) / .seconds(1), cpu: cpuSeconds() - cpu)
      }
    }
    return speed
  }

  private func get(_ keys: [Int], from start: Int, in cache: Cache<Int, Int>, until end: MonotonicTime) throws -> Int {
    var gets = 0
    var place = start
    while MonotonicTime.now() < end {
      for _ in 0..<1_000 {
        let key = keys[place & (keys.count - 1)]
        guard cache.get(key) == key else { throw WrongReply() }
        place += 1
      }
      gets += 1_000
    }
    return gets
  }

  /// So many requests that a processor cannot learn them, of keys whose popularity falls with the inverse of their rank.
  private func popular(_ keys: [Int]) -> [Int] {
    var sums: [Double] = []
    for rank in keys.indices { sums.append((sums.last ?? 0) + 1 / Double(rank + 1)) }
    let total = sums.last ?? 1
    return (0..<1 << 18).map { _ in
      let point = Double.random(in: 0..<total)
      var (low, high) = (0, keys.count - 1)
      while low < high {
        let middle = (low + high) / 2
        if sums[middle] <= point { low = middle + 1 } else { high = middle }
      }
      return keys[low]
    }
  }
}

/// How a cache did on a trace, and how others would have.
struct CacheReplay {
  let name: String
  let capacity: Int
  let requests: Int
  let keys: Int
  let hits: Int
  let hitsByRecency: Int
  let hitsByForesight: Int

  /// A cache may be a little worse than the least-recently-used one while it finds out that this is the better.
  var isRight: Bool { requests > 0 && percent(hits) > percent(hitsByRecency) - 1 }

  private func percent(_ hits: Int) -> Double {
    requests == 0 ? 0 : (Double(hits) / Double(requests) * 10_000).rounded() / 100
  }

  func report(_ console: Console) {
    console.result(
      """
      cache: \(name), \(capacity) entries, \(requests) requests for \(keys) keys
        hits       \(percent(hits)) %
        others     least recently used \(percent(hitsByRecency)) %, the best that can be \(percent(hitsByForesight)) %
      """,
      json: [
        "op": "cache", "trace": .string(name), "capacity": .integer(capacity), "requests": .integer(requests),
        "keys": .integer(keys), "hit_percent": .number(percent(hits)), "lru_percent": .number(percent(hitsByRecency)),
        "optimal_percent": .number(percent(hitsByForesight)),
      ])
  }
}

/// How many gets one thread made, and two.
struct CacheSpeed {
  private struct Side {
    var gets = 0
    var seconds = 0.0
    var cpu = 0.0

    var perSecond: Double { (Double(gets) / seconds).rounded() }
    var cpuNanoseconds: Double { (cpu / Double(gets) * 1e10).rounded() / 10 }
  }

  let capacity: Int
  private var sides = [Side(), Side()]

  init(capacity: Int) {
    self.capacity = capacity
  }

  mutating func count(_ gets: Int, by threads: Int, seconds: Double, cpu: Double) {
    sides[threads - 1].gets += gets
    sides[threads - 1].seconds += seconds
    sides[threads - 1].cpu += cpu
  }

  func report(_ console: Console) {
    let (one, two) = (sides[0], sides[1])
    let ratio = inThousandths(two.perSecond / one.perSecond)
    console.result(
      """
      cache: gets of \(capacity) entries, all of them hits
        1 thread   \(Int(one.perSecond)) a second, \(one.cpuNanoseconds) ns of CPU each
        2 threads  \(Int(two.perSecond)) a second, \(two.cpuNanoseconds) ns of CPU each, \(ratio) times as many
      """,
      json: [
        "op": "cache", "capacity": .integer(capacity), "gets_per_s": .number(one.perSecond),
        "gets_per_s_2_threads": .number(two.perSecond), "ratio_2_threads": .number(ratio),
        "cpu_ns": .number(one.cpuNanoseconds), "cpu_ns_2_threads": .number(two.cpuNanoseconds),
      ])
  }
}
