import HoldfastWire
import Testing

struct BackoffTests {
  @Test func `the ceiling doubles up to the bound`() {
    let backoff = Backoff(first: .milliseconds(50), longest: .seconds(1))
    let ceilings = (0...7).map { backoff.ceiling(before: $0) }
    #expect(ceilings == [50, 50, 100, 200, 400, 800, 1000, 1000].map { .milliseconds($0) })
  }

  @Test func `no attempt and no duration overflow`() {
    let longest = Duration.seconds(Int64.max)
    #expect(Backoff(first: longest, longest: longest).ceiling(before: .max) == longest)
    #expect(Backoff(first: .nanoseconds(1), longest: longest).ceiling(before: .max) == longest)
    #expect(Backoff(first: .zero, longest: longest).ceiling(before: .max) == .zero)
    #expect(Backoff(first: .seconds(9), longest: .seconds(1)).ceiling(before: .min) == .seconds(1))
  }

  @Test func `waits lie anywhere below the ceiling`() {
    let backoff = Backoff(first: .seconds(1), longest: .seconds(1))
    let waits = (0..<200).map { _ in backoff.delay(before: 5) }
    #expect(waits.allSatisfy { (.zero)...(.seconds(1)) ~= $0 })
    #expect(waits.contains { $0 < .milliseconds(500) } && waits.contains { $0 > .milliseconds(500) })
  }
}
