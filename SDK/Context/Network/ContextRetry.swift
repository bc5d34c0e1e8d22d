public import HoldfastWire

/// Whether and when a question that failed is asked again. Only what may go well later is asked again at all, never more
/// than `ContextLimits.attempts` times, and never after the deadline of the whole lookup.
public enum ContextRetry: Sendable {
  case none
  /// After the same time each time, until it was asked `attempts` times.
  case fixed(Duration, attempts: Int)
  /// After times that double, each a random part of that, so that many do not come back together.
  case exponential(Backoff, attempts: Int)
  /// What the closure says for the failure of attempt 1, 2 and so on: how long to wait, or nil to leave it.
  case custom(@Sendable (_ attempt: Int, _ error: ContextError) -> Duration?)

  /// 3 attempts, after a tenth of a second at first.
  public static let standard = exponential(
    Backoff(first: .milliseconds(100), longest: .seconds(2)), attempts: 3)

  /// How long to wait after that attempt, counted from 1; nil leaves it.
  func pause(after attempt: Int, _ error: ContextError) -> Duration? {
    guard error.isPassing, attempt < ContextLimits.attempts else { return nil }
    let pause: Duration? =
      switch self {
      case .none: nil
      case .fixed(let pause, let attempts): attempt < attempts ? pause : nil
      case .exponential(let backoff, let attempts):
        attempt < attempts ? backoff.delay(before: attempt) : nil
      case .custom(let decide): decide(attempt, error)
      }
    return pause.map { max($0, error.retryAfter ?? .zero, .zero) }
  }
}
