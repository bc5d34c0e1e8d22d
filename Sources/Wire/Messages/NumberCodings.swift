// The codings of numbers. Protobuf's names: `int…` are plain varints (negative numbers take ten bytes), `sint…` zigzag
// varints, `fixed…` and `sfixed…` four or eight bytes.

/// `bool`: a varint of 0 or 1; every other number is read as true.
public enum BoolCoding: VarintCoding {
  public typealias Value = Bool

  @inlinable @inline(__always)
  public static func bits(_ value: Bool) -> UInt64 { value ? 1 : 0 }

  @inlinable @inline(__always)
  public static func value(_ bits: UInt64) -> Bool { bits != 0 }

  @inlinable @inline(__always)
  public static func rank(_ value: Bool) -> UInt64 { value ? 1 : 0 }
}

/// `int32`: a varint, negative numbers extended to 64 bits.
public enum Int32Coding: VarintCoding {
  public typealias Value = Int32

  @inlinable @inline(__always)
  public static func bits(_ value: Int32) -> UInt64 { UInt64(bitPattern: Int64(value)) }

  @inlinable @inline(__always)
  public static func value(_ bits: UInt64) -> Int32 { Int32(truncatingIfNeeded: bits) }
}

/// `int64`: a varint.
public enum Int64Coding: VarintCoding {
  public typealias Value = Int64

  @inlinable @inline(__always)
  public static func bits(_ value: Int64) -> UInt64 { UInt64(bitPattern: value) }

  @inlinable @inline(__always)
  public static func value(_ bits: UInt64) -> Int64 { Int64(bitPattern: bits) }
}

/// `uint32`: a varint.
public enum UInt32Coding: VarintCoding {
  public typealias Value = UInt32

  @inlinable @inline(__always)
  public static func bits(_ value: UInt32) -> UInt64 { UInt64(value) }

  @inlinable @inline(__always)
  public static func value(_ bits: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: bits) }
}

/// `uint64`: a varint.
public enum UInt64Coding: VarintCoding {
  public typealias Value = UInt64

  @inlinable @inline(__always)
  public static func bits(_ value: UInt64) -> UInt64 { value }

  @inlinable @inline(__always)
  public static func value(_ bits: UInt64) -> UInt64 { bits }
}

/// `sint32`: a varint of 0, -1, 1, -2, 2 …
public enum SInt32Coding: VarintCoding {
  public typealias Value = Int32

  @inlinable @inline(__always)
  public static func bits(_ value: Int32) -> UInt64 { UInt64(UInt32(bitPattern: (value << 1) ^ (value >> 31))) }

  @inlinable @inline(__always)
  public static func value(_ bits: UInt64) -> Int32 {
    let bits = UInt32(truncatingIfNeeded: bits)
    return Int32(bitPattern: bits >> 1) ^ -Int32(bitPattern: bits & 1)
  }
}

/// `sint64`: a varint of 0, -1, 1, -2, 2 …
public enum SInt64Coding: VarintCoding {
  public typealias Value = Int64

  @inlinable @inline(__always)
  public static func bits(_ value: Int64) -> UInt64 { UInt64(bitPattern: (value << 1) ^ (value >> 63)) }

  @inlinable @inline(__always)
  public static func value(_ bits: UInt64) -> Int64 { Int64(bitPattern: bits >> 1) ^ -Int64(bitPattern: bits & 1) }
}

/// `fixed32`: four bytes.
public enum Fixed32Coding: FixedCoding {
  public typealias Value = UInt32

  @inlinable @inline(__always)
  public static func bits(_ value: UInt32) -> UInt32 { value }

  @inlinable @inline(__always)
  public static func value(_ bits: UInt32) -> UInt32 { bits }
}

/// `fixed64`: eight bytes.
public enum Fixed64Coding: FixedCoding {
  public typealias Value = UInt64

  @inlinable @inline(__always)
  public static func bits(_ value: UInt64) -> UInt64 { value }

  @inlinable @inline(__always)
  public static func value(_ bits: UInt64) -> UInt64 { bits }
}

/// `sfixed32`: four bytes.
public enum SFixed32Coding: FixedCoding {
  public typealias Value = Int32

  @inlinable @inline(__always)
  public static func bits(_ value: Int32) -> UInt32 { UInt32(bitPattern: value) }

  @inlinable @inline(__always)
  public static func value(_ bits: UInt32) -> Int32 { Int32(bitPattern: bits) }
}

/// `sfixed64`: eight bytes.
public enum SFixed64Coding: FixedCoding {
  public typealias Value = Int64

  @inlinable @inline(__always)
  public static func bits(_ value: Int64) -> UInt64 { UInt64(bitPattern: value) }

  @inlinable @inline(__always)
  public static func value(_ bits: UInt64) -> Int64 { Int64(bitPattern: bits) }
}

/// `float`: four bytes; negative zero is not zero.
public enum FloatCoding: FixedCoding {
  public typealias Value = Float

  @inlinable @inline(__always)
  public static func bits(_ value: Float) -> UInt32 { value.bitPattern }

  @inlinable @inline(__always)
  public static func value(_ bits: UInt32) -> Float { Float(bitPattern: bits) }

  /// IEEE's total order, which also places NaN.
  @inlinable
  public static func rank(_ value: Float) -> UInt64 {
    let bits = value.bitPattern
    return UInt64(value.sign == .minus ? ~bits : bits | 1 << 31)
  }
}

/// `double`: eight bytes; negative zero is not zero.
public enum DoubleCoding: FixedCoding {
  public typealias Value = Double

  @inlinable @inline(__always)
  public static func bits(_ value: Double) -> UInt64 { value.bitPattern }

  @inlinable @inline(__always)
  public static func value(_ bits: UInt64) -> Double { Double(bitPattern: bits) }

  /// IEEE's total order, which also places NaN.
  @inlinable
  public static func rank(_ value: Double) -> UInt64 {
    let bits = value.bitPattern
    return UInt64(value.sign == .minus ? ~bits : bits | 1 << 63)
  }
}

/// An enumeration: a varint as in `int32`; numbers without a name are kept.
public enum EnumCoding<Value: OpenEnum>: VarintCoding {
  @inlinable @inline(__always)
  public static func bits(_ value: Value) -> UInt64 { Int32Coding.bits(value.rawValue) }

  @inlinable @inline(__always)
  public static func value(_ bits: UInt64) -> Value { Value(rawValue: Int32Coding.value(bits)) }

  @inlinable @inline(__always)
  public static func rank(_ value: Value) -> UInt64 { Int32Coding.rank(value.rawValue) }
}
