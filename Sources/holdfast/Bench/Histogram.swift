/// Counts durations in buckets that are 1/64 of their value wide, so that any percentile is known to about 1.6 %.
///
/// Values are nanoseconds; what lasts over 18 minutes counts as that.
struct Histogram: Sendable {
  private static let subBits = 6
  private static let subCount = 1 << subBits
  private static let octaves = 40 - subBits + 1

  private var buckets = [UInt32](repeating: 0, count: octaves * subCount)
  private(set) var count: UInt64 = 0
  /// The longest, exactly.
  private(set) var longest: UInt64 = 0

  mutating func record(_ nanoseconds: UInt64) {
    longest = max(longest, nanoseconds)
    count += 1
    buckets[Self.bucket(of: nanoseconds)] &+= 1
  }

  mutating func merge(_ other: Histogram) {
    longest = max(longest, other.longest)
    count += other.count
    for index in buckets.indices { buckets[index] &+= other.buckets[index] }
  }

  /// The duration that a share of all values does not exceed: 0.99 for the 99th percentile. 0 when there are none.
  func percentile(_ share: Double) -> UInt64 {
    let wanted = UInt64((share * Double(count)).rounded(.up))
    guard wanted > 0 else { return 0 }
    var seen: UInt64 = 0
    for (index, bucket) in buckets.enumerated() {
      seen += UInt64(bucket)
      if seen >= wanted { return min(Self.upperBound(of: index), longest) }
    }
    return longest
  }

  /// Values below 64 have a bucket each; from there on every doubling is divided into 64.
  private static func bucket(of value: UInt64) -> Int {
    let value = min(value, 1 << 40 - 1)
    guard value >= subCount else { return Int(value) }
    let octave = 63 - value.leadingZeroBitCount - subBits
    return (octave + 1) * subCount + Int(value >> UInt64(octave)) - subCount
  }

  /// The largest value of a bucket.
  private static func upperBound(of bucket: Int) -> UInt64 {
    guard bucket >= subCount else { return UInt64(bucket) }
    let octave = UInt64(bucket / subCount - 1)
    return (UInt64(bucket % subCount + subCount + 1) << octave) - 1
  }
}
