internal import HoldfastWire

/// A moment of the wall clock as the tables hold it: microseconds since 1970.
struct Moment: Comparable, Hashable, Sendable {
  let microseconds: Int64

  init(microseconds: Int64) { self.microseconds = microseconds }

  init(_ time: Timestamp) {
    // The years 1 to 9999 in microseconds fit.
    microseconds = time.seconds * 1_000_000 + Int64(time.nanoseconds) / 1_000
  }

  var timestamp: Timestamp {
    let (seconds, rest) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
    return Timestamp(seconds: seconds, nanoseconds: Int32(rest) * 1_000)
  }

  /// The moment after `duration`; at most a hundred years on, at least this one.
  func adding(_ duration: Duration) -> Moment {
    let seconds = min(max(0, duration.components.seconds), Limits.expirySeconds)
    let fraction = max(0, duration.components.attoseconds / 1_000_000_000_000)
    return Moment(microseconds: microseconds + seconds * 1_000_000 + fraction)
  }

  func subtracting(_ duration: Duration) -> Moment {
    Moment(microseconds: microseconds - min(duration.components.seconds, Limits.expirySeconds) * 1_000_000)
  }

  static func < (left: Moment, right: Moment) -> Bool { left.microseconds < right.microseconds }
}
