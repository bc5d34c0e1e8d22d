import HoldfastWire

/// So many units in a second, with a reserve for bursts: a token bucket, kept as the one time at which what was taken
/// will have been paid for. It may be overdrawn, by what could not be known beforehand; then nothing is left until that
/// is paid off.
struct SpendingRate {
  private let perSecond: Int
  private let burst: Duration
  private var paid = MonotonicTime(nanoseconds: 0)

  /// - Parameter burst: for how long a client that was quiet may take everything at once; at least one unit is.
  init(perSecond: Int, burst: Duration) {
    self.perSecond = perSecond
    self.burst = max(burst, Self.time(for: 1, perSecond))
  }

  /// How long to wait until something is left; zero when there is.
  func wait(at now: MonotonicTime) -> Duration {
    max(.zero, (paid - now) + Self.time(for: 1, perSecond) - burst)
  }

  mutating func take(_ count: Int, at now: MonotonicTime) {
    paid = max(paid, now) + Self.time(for: count, perSecond)
  }

  /// How long one unit takes.
  var interval: Duration { Self.time(for: 1, perSecond) }

  private static func time(for count: Int, _ perSecond: Int) -> Duration { .seconds(count) / perSecond }
}
