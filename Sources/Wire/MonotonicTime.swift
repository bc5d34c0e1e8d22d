/// A point on a clock that only moves forward; it has nothing to do with the date.
///
/// Protocol machines take the time from their caller in this form. Arithmetic saturates at both ends: no duration,
/// however large a peer may have sent it, traps.
public struct MonotonicTime: Comparable, Hashable, Sendable {
  /// Nanoseconds since an origin that holds for the life of the process.
  public var nanoseconds: UInt64

  public init(nanoseconds: UInt64) {
    self.nanoseconds = nanoseconds
  }

  /// Later than every time that a clock shows.
  public static let distantFuture = MonotonicTime(nanoseconds: .max)

  public static func < (left: MonotonicTime, right: MonotonicTime) -> Bool {
    left.nanoseconds < right.nanoseconds
  }

  public static func + (time: MonotonicTime, duration: Duration) -> MonotonicTime {
    let change = duration.saturatingNanoseconds
    let (sum, overflow) =
      change >= 0
      ? time.nanoseconds.addingReportingOverflow(change.magnitude)
      : time.nanoseconds.subtractingReportingOverflow(change.magnitude)
    guard overflow else { return MonotonicTime(nanoseconds: sum) }
    return change >= 0 ? .distantFuture : MonotonicTime(nanoseconds: 0)
  }

  public static func += (time: inout MonotonicTime, duration: Duration) {
    time = time + duration
  }

  /// How much later `left` is than `right`; negative when it is earlier. Ends at 292 years.
  public static func - (left: MonotonicTime, right: MonotonicTime) -> Duration {
    if left >= right {
      return .nanoseconds(Int64(clamping: left.nanoseconds - right.nanoseconds))
    }
    return .nanoseconds(-Int64(clamping: right.nanoseconds - left.nanoseconds))
  }
}

extension Duration {
  /// The duration in whole nanoseconds, or the nearest that fits.
  public var saturatingNanoseconds: Int64 {
    // Each deadline comes by here: what is not negative and no longer than an age takes one division.
    let count: Int128 = self.attoseconds
    let high = count >> 64
    if 0..<500_000_000 ~= high {
      let low = UInt64(truncatingIfNeeded: count)
      return Int64(UInt64(1_000_000_000).dividingFullWidth((UInt64(high), low)).quotient)
    }
    let (seconds, attoseconds) = components
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, carry) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
    guard overflow || carry else { return sum }
    return seconds < 0 ? .min : .max
  }
}
