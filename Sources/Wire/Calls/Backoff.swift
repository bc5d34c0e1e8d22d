/// Waits that double up to a bound, each a random part of that (full jitter), so that many clients come back apart.
public struct Backoff: Hashable, Sendable {
  public var first: Duration
  public var longest: Duration

  public init(first: Duration, longest: Duration) {
    self.first = first
    self.longest = longest
  }

  public static let standard = Backoff(first: .milliseconds(50), longest: .seconds(20))

  /// The most to wait before attempt `attempt`, where 1 is the first repetition. No attempt and no duration overflow.
  public func ceiling(before attempt: Int) -> Duration {
    guard first > .zero else { return .zero }
    var ceiling = first
    var attempt = attempt
    while attempt > 1, ceiling < longest {
      ceiling = ceiling > longest / 2 ? longest : ceiling * 2
      attempt -= 1
    }
    return min(ceiling, longest)
  }

  /// How long to wait: anything up to the ceiling.
  public func delay(before attempt: Int) -> Duration { ceiling(before: attempt) * Double.random(in: 0...1) }

  /// The same, by a generator that can be repeated.
  public func delay(
    before attempt: Int, using generator: inout some RandomNumberGenerator
  ) -> Duration {
    ceiling(before: attempt) * Double.random(in: 0...1, using: &generator)
  }
}
