import HoldfastWire
import Testing

@testable import HoldfastRPC

struct `Timers that fire` {
  private final class Fired {
    var names: [String] = []
  }

  /// The timers in an object, since `#expect` cannot call what changes a value.
  private final class Table {
    private var timers = Timers()

    var count: Int { timers.count }
    var weight: Int { timers.weight }
    func next() -> MonotonicTime? { timers.next() }
    func schedule(at time: MonotonicTime, _ job: @escaping () -> Void) -> TimerToken {
      timers.schedule(at: time, job)
    }
    func cancel(_ token: TimerToken) -> Bool { timers.cancel(token) != nil }
    /// Runs all that are due.
    func fire(at time: MonotonicTime) {
      while let job = timers.popDue(at: time) { job() }
    }
  }

  private func at(_ nanoseconds: UInt64) -> MonotonicTime { MonotonicTime(nanoseconds: nanoseconds) }

  @Test func `timers fire in the order of their times, equal ones as they were scheduled`() {
    let timers = Table()
    let fired = Fired()
    for (name, time) in [("c", 30), ("a", 10), ("b1", 20), ("b2", 20), ("d", 40)] as [(String, UInt64)] {
      _ = timers.schedule(at: at(time)) { fired.names.append(name) }
    }
    #expect(timers.next() == at(10))
    timers.fire(at: at(9))
    #expect(fired.names == [])
    timers.fire(at: at(30))
    #expect(fired.names == ["a", "b1", "b2", "c"])
    #expect(timers.count == 1)
    #expect(timers.next() == at(40))
  }

  @Test func `a cancelled timer does not fire and lets go of its job at once`() {
    let timers = Table()
    final class Held {}
    weak var held: Held?
    let token = {
      let object = Held()
      held = object
      return timers.schedule(at: at(10)) { _ = object }
    }()
    #expect(held != nil)
    #expect(timers.cancel(token))
    #expect(held == nil)
    timers.fire(at: at(100))
    #expect(timers.next() == nil)
  }

  @Test func `cancelling what has fired, or twice, touches no other timer`() {
    let timers = Table()
    let fired = Fired()
    let first = timers.schedule(at: at(1)) {}
    timers.fire(at: at(1))
    // The new timer takes the old one's slot.
    let second = timers.schedule(at: at(2)) { fired.names.append("second") }
    #expect(!timers.cancel(first))
    timers.fire(at: at(2))
    #expect(fired.names == ["second"])
    #expect(!timers.cancel(second))
    #expect(timers.count == 0)
  }

  @Test func `cancelled timers far in the future do not pile up`() {
    let timers = Table()
    let kept = timers.schedule(at: at(1 << 50)) {}
    for number in 0..<100_000 as Range<UInt64> {
      let token = timers.schedule(at: at(1 << 40 + number)) {}
      #expect(timers.cancel(token))
      #expect(timers.weight <= 2 * timers.count + Limits.cancelledTimers)
    }
    #expect(timers.count == 1)
    #expect(timers.cancel(kept))
  }

  @Test func `any mixture of scheduling, cancelling and firing does what a sorted list does`() {
    var generator = SplitMix(seed: 20_261_121)
    let timers = Table()
    var model: [(time: UInt64, number: Int, token: TimerToken)] = []
    let fired = Fired()
    var expected: [String] = []
    var clock: UInt64 = 0
    for number in 0..<20_000 {
      switch generator.next() % 4 {
      case 0, 1:
        let time = clock + generator.next() % 1000
        let token = timers.schedule(at: at(time)) { fired.names.append("\(number)") }
        model.append((time, number, token))
      case 2:
        guard !model.isEmpty else { continue }
        let victim = model.remove(at: Int(generator.next() % UInt64(model.count)))
        #expect(timers.cancel(victim.token))
      default:
        clock += generator.next() % 50
        timers.fire(at: at(clock))
        let due = model.filter { $0.time <= clock }.sorted { ($0.time, $0.number) < ($1.time, $1.number) }
        expected += due.map { "\($0.number)" }
        model.removeAll { $0.time <= clock }
      }
      #expect(timers.count == model.count)
    }
    #expect(fired.names == expected)
    #expect(expected.count > 1000)
    #expect(timers.next() == model.map(\.time).min().map(at))
  }
}

/// A small seeded generator (SplitMix64).
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }
}
