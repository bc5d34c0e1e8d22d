import HoldfastRPC
import HoldfastSDK
import HoldfastTesting
import HoldfastWire
import Testing

struct `A clock that stands still` {
  private let clock = TestClock()

  private final class Diary: Sendable {
    private let lines = Lock<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    func note(_ line: String) { lines.withLock { $0.append(line) } }
  }

  @Test func `sleepers wake at their times, and time waits for what they do`() async throws {
    let (device, diary, clock) = (clock.device(), Diary(), clock)
    let begin = device.monotonic()
    // Each is work from the beginning, so that time does not pass before all of them sleep.
    device.work(3)
    for seconds in [3, 1, 2] {
      Task {
        try await device.sleep(begin + .seconds(seconds))
        for _ in 0..<10 { await Task.yield() }
        diary.note("\(seconds) at \(clock.elapsed)")
        try await device.sleep(device.monotonic() + .milliseconds(500))
        diary.note("\(seconds) still at \(clock.elapsed)")
        device.work(-1)
      }
    }
    try await clock.running { while diary.all.count < 6 { await Task.yield() } }
    #expect(
      diary.all == [
        "1 at \(Duration.seconds(1))", "1 still at \(Duration.seconds(1.5))", "2 at \(Duration.seconds(2))",
        "2 still at \(Duration.seconds(2.5))", "3 at \(Duration.seconds(3))", "3 still at \(Duration.seconds(3.5))",
      ])
  }

  @Test func `a wrong date is as wrong as it was made`() async throws {
    let clock = TestClock(start: Timestamp(seconds: 100))
    try await clock.advance(by: .milliseconds(2_500))
    #expect(clock.date == Timestamp(seconds: 102, nanoseconds: 500_000_000))
    #expect(clock.device(ahead: .seconds(-60)).wall() == 42_500_000)
    #expect(clock.device().wall() == 102_500_000)
  }

  @Test func `time passes by itself while something runs`() async throws {
    let device = clock.device()
    let hours = try await clock.running {
      for hour in 1...3 {
        try await device.rest(until: device.monotonic() + .seconds(3_600))
        if hour == 3 { return hour }
      }
      return 0
    }
    #expect(hours == 3 && clock.elapsed == .seconds(3 * 3_600))
  }

  @Test func `what never comes ends by the limit`() async throws {
    let device = clock.device()
    await #expect(throws: TestClock.TimeIsOver.self) {
      try await clock.running(atMost: .seconds(60)) {
        while true {
          try await device.rest(until: device.monotonic() + .seconds(7))
        }
      }
    }
    #expect(clock.elapsed <= .seconds(60))
  }

  @Test func `whoever is cancelled is woken at once`() async throws {
    let device = clock.device()
    let sleeping = Task { try await device.rest(until: device.monotonic() + .seconds(1)) }
    sleeping.cancel()
    await #expect(throws: CancellationError.self) { try await sleeping.value }
    try await clock.advance(by: .seconds(2))
    #expect(clock.elapsed == .seconds(2))
  }
}
