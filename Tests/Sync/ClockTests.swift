import HoldfastContract
import Testing

@testable import HoldfastSync

struct ClockTests {
  @Test func `readings are in order of time, then counter`() {
    let readings = [(-1, 9), (0, 0), (0, 1), (5, 0)].map { ClockReading(time: $0.0, counter: $0.1) }
    #expect(readings.shuffled().sorted() == readings)
    #expect(!(readings[0] < readings[0]))
  }

  @Test func `a clock shows the time and never stands still`() {
    var clock = HybridClock()
    #expect(clock.tick(at: 100) == ClockReading(time: 100))
    #expect(clock.tick(at: 100) == ClockReading(time: 100, counter: 1))
    #expect(clock.tick(at: 40) == ClockReading(time: 100, counter: 2))
    #expect(clock.tick(at: 101) == ClockReading(time: 101))
  }

  @Test func `a reading is later than what was heard of`() {
    var clock = HybridClock()
    clock.hear(ClockReading(time: 500, counter: 3), at: 100)
    #expect(clock.tick(at: 100) == ClockReading(time: 500, counter: 4))
    #expect(clock.tick(at: 150) == ClockReading(time: 550))
  }

  @Test func `a clock that is a year ahead goes back when the hub has told the time`() {
    let year: Int64 = 365 * 86_400_000_000
    var clock = HybridClock()
    #expect(clock.tick(at: year).time == year)
    clock.hear(ClockReading(time: 1_000), at: year)
    #expect(clock.tick(at: year).time == 1_000 + Limits.clockAhead)
    #expect(clock.tick(at: year + 2 * Limits.clockAhead).time == 1_000 + 2 * Limits.clockAhead)
  }

  @Test func `the ends of time do not trap`() {
    var clock = HybridClock(last: ClockReading(time: .max, counter: .max), offset: .max)
    #expect(clock.tick(at: .max) == ClockReading(time: .max))
    clock.hear(ClockReading(time: .min), at: .max)
    clock.hear(ClockReading(time: .max), at: .min)
    _ = clock.tick(at: .max)
    #expect(ClockReading(time: 7, counter: .max).next == ClockReading(time: 8))
    #expect(ClockReading(time: .max).clamped(at: .max).time == .max)
    #expect(ClockReading(time: .max).clamped(at: .min).time == .min + Limits.clockAhead)
  }

  @Test func `only readings from the future are taken back`() {
    let now: Int64 = 1_000
    let limit = ClockReading(time: now + Limits.clockAhead)
    #expect(limit.clamped(at: now) == limit)
    #expect(ClockReading(time: limit.time, counter: 1).clamped(at: now) == limit)
    #expect(ClockReading(time: -5, counter: 2).clamped(at: now) == ClockReading(time: -5, counter: 2))
  }
}
