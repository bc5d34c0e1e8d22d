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

  /// The value whose seven-bit groups stand in the bytes of `word`, the lowest first; their high bits are ignored.
  @inlinable @inline(__always)
  static func joined(_ word: UInt64) -> UInt64 {
    // Pairs of bytes first, then pairs of those, then the two halves.
    var bits = (word & 0x007f_007f_007f_007f) | (word & 0x7f00_7f00_7f00_7f00) &>> 1
    bits = (bits & 0x0000_3fff_0000_3fff) | (bits & 0x3fff_0000_3fff_0000) &>> 2
    return (bits & 0x0fff_ffff) | (bits & 0x0fff_ffff_0000_0000) &>> 4
  }

  /// The bytes of the varint of `value`, the lowest first, when it takes `count` bytes, 2 to 8.
  @inlinable @inline(__always)
  static func spread(_ value: UInt64, over count: Int) -> UInt64 {
    // The way back from `joined`.
    var bits = (value & 0x0fff_ffff) | (value & 0x00ff_ffff_f000_0000) &<< 4
    bits = (bits & 0x0000_3fff_0000_3fff) | (bits & 0x0fff_c000_0fff_c000) &<< 2
    bits = (bits & 0x007f_007f_007f_007f) | (bits & 0x3f80_3f80_3f80_3f80) &<< 1
    let more = 1 &<< UInt64(truncatingIfNeeded: 8 &* (count &- 1)) &- 1
    return bits | 0x8080_8080_8080_8080 & more
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
