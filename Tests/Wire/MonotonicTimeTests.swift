import HoldfastWire
import Testing

struct `Monotonic time` {
  private func at(_ nanoseconds: UInt64) -> MonotonicTime { MonotonicTime(nanoseconds: nanoseconds) }

  @Test func `times and durations add up`() {
    #expect(at(5) + .nanoseconds(7) == at(12))
    #expect(at(5) + .nanoseconds(-3) == at(2))
    #expect(at(12) - at(5) == .nanoseconds(7))
    #expect(at(5) - at(12) == .nanoseconds(-7))
    #expect(at(5) < at(6))
    var time = at(1)
    time += .seconds(2)
    #expect(time == at(2_000_000_001))
  }

  @Test func `at the ends they stay there`() {
    #expect(at(.max - 1) + .seconds(1) == .distantFuture)
    #expect(.distantFuture + .seconds(Int64.max) == .distantFuture)
    #expect(at(5) + .seconds(-1) == at(0))
    #expect(at(5) + .seconds(Int64.min) == at(0))
    #expect(.distantFuture - at(0) == .nanoseconds(Int64.max))
    #expect(at(0) - .distantFuture == .nanoseconds(-Int64.max))
  }

  @Test func `durations of any size have nanoseconds`() {
    #expect(Duration.zero.saturatingNanoseconds == 0)
    #expect(Duration.milliseconds(-1500).saturatingNanoseconds == -1_500_000_000)
    #expect(Duration.nanoseconds(Int64.max).saturatingNanoseconds == .max)
    #expect(Duration.seconds(Int64.max).saturatingNanoseconds == .max)
    #expect(Duration.seconds(Int64.min).saturatingNanoseconds == .min)
    #expect((Duration.nanoseconds(Int64.max) + .nanoseconds(1)).saturatingNanoseconds == .max)
    #expect((Duration.nanoseconds(Int64.min) - .nanoseconds(1)).saturatingNanoseconds == .min)
    #expect(Duration(secondsComponent: 0, attosecondsComponent: 999_999_999).saturatingNanoseconds == 0)
  }
}
