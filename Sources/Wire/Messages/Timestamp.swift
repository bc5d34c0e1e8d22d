/// A moment in UTC, as `google.protobuf.Timestamp`: from the year 1 to the end of the year 9999, to the nanosecond.
public struct Timestamp: Sendable, Hashable {
  /// Whole seconds since 1970-01-01T00:00:00Z, negative before it.
  public let seconds: Int64

  /// Nanoseconds after `seconds`, from 0 to 999,999,999, also before 1970.
  public let nanoseconds: Int32

  /// 0001-01-01T00:00:00Z.
  public static let earliest = Timestamp(seconds: secondsRange.lowerBound)

  /// The last nanosecond of the year 9999.
  public static let latest = Timestamp(seconds: secondsRange.upperBound, nanoseconds: 999_999_999)

  /// Whole seconds of the years 1 to 9999.
  static let secondsRange: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

  /// The moment `seconds` and `nanoseconds` after 1970 began; nanoseconds outside their range are carried over, and
  /// what is before the year 1 or after the year 9999 becomes `earliest` or `latest`.
  public init(seconds: Int64, nanoseconds: Int32 = 0) {
    let carry = Int64(nanoseconds) / 1_000_000_000 - (nanoseconds % 1_000_000_000 < 0 ? 1 : 0)
    let (sum, overflow) = seconds.addingReportingOverflow(carry)
    if overflow ? seconds < 0 : sum < Self.secondsRange.lowerBound {
      self.seconds = Self.secondsRange.lowerBound
      self.nanoseconds = 0
    } else if overflow || sum > Self.secondsRange.upperBound {
      self.seconds = Self.secondsRange.upperBound
      self.nanoseconds = 999_999_999
    } else {
      self.seconds = sum
      self.nanoseconds = Int32(truncatingIfNeeded: Int64(nanoseconds) - carry * 1_000_000_000)
    }
  }
}

extension Timestamp: Comparable {
  public static func < (left: Timestamp, right: Timestamp) -> Bool {
    (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
  }
}
