import HoldfastRPC
import HoldfastWire
import Testing

@testable import HoldfastServer

struct RunSignalsTests {
  private let signals = RunSignals()

  @Test func `what was said between looking and waiting is not missed, the run's end as its first news neither`()
    async throws
  {
    signals.beginWatch(of: 1)
    let news = signals.news(of: 1)
    signals.announce(1)
    try await signals.wait(for: 1, after: news)
    signals.endWatch(of: 1)
  }

  @Test func `others wait on when one watches no longer`() async throws {
    signals.beginWatch(of: 1)
    signals.beginWatch(of: 1)
    let news = signals.news(of: 1)
    signals.endWatch(of: 1)
    async let waiting: Void = signals.wait(for: 1, after: news)
    signals.announce(1)
    try await waiting
    #expect(signals.news(of: 1) == 1)
    signals.endWatch(of: 1)
    #expect(signals.news(of: 1) == 0)
  }

  @Test func `who waits when the hub shuts down is told so`() async throws {
    signals.beginWatch(of: 1)
    let waiting = Task { [signals] in try await signals.wait(for: 1, after: 0) }
    signals.close()
    let error = await #expect(throws: CallError<Never>.self) { try await waiting.value }
    #expect(error?.status == .unavailable)
  }

  @Test func `who is cancelled waits no longer`() async throws {
    signals.beginWatch(of: 1)
    let waiting = Task { [signals] in try await signals.wait(for: 1, after: 0) }
    waiting.cancel()
    await #expect(throws: CancellationError.self) { try await waiting.value }
  }
}
