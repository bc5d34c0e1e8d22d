import HoldfastCache
import Synchronization
import Testing

struct `Many threads at one cache` {
  /// Each value tells its key, so that a torn or misplaced one shows.
  private final class Labelled: Sendable {
    static let living = Atomic<Int>(0)
    let key: Int

    init(_ key: Int) {
      self.key = key
      Self.living.wrappingAdd(1, ordering: .relaxed)
    }

    deinit { Self.living.wrappingSubtract(1, ordering: .relaxed) }
  }

  @Test func `find their own values, within the bound, and nothing is left behind`() async {
    do {
      let time = TestTime()
      let cache = Cache<Int, Labelled>(capacity: 500, clock: time.clock) { key, _ in 1 + key % 3 }
      await withTaskGroup(of: Bool.self) { group in
        for task in 0..<4 {
          group.addTask {
            var random = SeededGenerator(state: UInt64(task))
            var isRight = true
            for step in 0..<40_000 {
              let key = min(Int.random(in: 0..<1_500, using: &random), Int.random(in: 0..<1_500, using: &random))
              switch Int.random(in: 0..<1_000, using: &random) {
              case 0..<20: cache.remove(key)
              case 20..<100: cache.put(key, Labelled(key), lifetime: .milliseconds(500))
              case 100: cache.removeAll { $0 % 100 == key % 100 }
              case 101: time.advance(.milliseconds(100))
              case 102: cache.sweep()
              case 103: isRight = isRight && cache.counters.weight <= 500
              default:
                if let value = cache.get(key) {
                  isRight = isRight && value.key == key
                } else {
                  cache.put(key, Labelled(key))
                }
              }
              if step % 1_000 == 0 { await Task.yield() }
            }
            return isRight
          }
        }
        for await isRight in group { #expect(isRight) }
      }
      let counters = cache.counters
      #expect(counters.weight <= 500)
      #expect(Labelled.living.load(ordering: .relaxed) == counters.entries)
      #expect(cache.keys.count == counters.entries)
      #expect(counters.weight == cache.keys.reduce(0) { $0 + 1 + $1 % 3 })
    }
    #expect(Labelled.living.load(ordering: .relaxed) == 0)
  }
}
