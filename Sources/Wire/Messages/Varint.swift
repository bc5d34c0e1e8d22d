/// The lengths of varints: seven bits a byte, the lowest first, the high bit set on every byte but the last.
@usableFromInline
enum Varint {
  /// How many bytes the shortest varint of `value` has, from 1 to 10.
  @inlinable
  static func size(_ value: UInt64) -> Int {
    if value < 0x80 { return 1 }
    let bits = UInt64.bitWidth &- value.leadingZeroBitCount
    // (bits + 6) / 7, for 1...64 bits, without a division.
    return (bits &* 9 &+ 64) >> 6
  }

  /// How many bytes a length has as a varint.
  @inlinable
  static func size(length: Int) -> Int {
    size(UInt64(truncatingIfNeeded: length))
  }

  /// How many bytes the tag of a field has; a constant where the number is a literal.
  @inlinable @inline(__always)
  static func tagSize(field: Int) -> Int {
    if field < 1 << 4 { return 1 }
    if field < 1 << 11 { return 2 }
    if field < 1 << 18 { return 3 }
    return field < 1 << 25 ? 4 : 5
  }
}

/// How a payload is laid out; the lowest three bits of a tag.
public enum WireType: UInt32, Sendable {
  case varint = 0
  case fixed64 = 1
  case lengthDelimited = 2
  case groupStart = 3
  case groupEnd = 4
  case fixed32 = 5
}
