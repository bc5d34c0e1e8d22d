#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif

/// `string`: UTF-8, and nothing else is accepted.
public enum StringCoding: OrderedCoding {
  @inlinable
  public static var wireType: WireType {
    @inline(__always) get { .lengthDelimited }
  }

  @inlinable
  public static var zero: String { "" }

  @inlinable @inline(__always)
  public static func isZero(_ value: String) -> Bool {
    value.isEmpty
  }

  @inlinable @inline(__always)
  public static func payloadSize(_ value: String) -> Int {
    let count = value.utf8.count
    return Varint.size(length: count) &+ count
  }

  @inlinable
  public static func writePayload(_ value: String, into writer: inout MessageWriter) {
    let written: Void? = value.utf8.withContiguousStorageIfAvailable { utf8 in
      writer.write(lengthDelimited: UnsafeRawBufferPointer(utf8))
    }
    // Only strings that come from Objective-C have no bytes of their own.
    if written == nil { BytesCoding.writePayload(Array(value.utf8), into: &writer) }
  }

  @inlinable
  public static func read(_ value: inout String, from reader: inout MessageReader) throws(MessageDecodingError) {
    let bytes = try reader.bytes()
    guard let string = UTF8Text.string(bytes) else {
      throw reader.failure(.invalidUTF8, "a string is not UTF-8")
    }
    value = string
  }

  @inlinable
  public static func rank(_ value: String) -> UInt64 {
    let rank = value.utf8.withContiguousStorageIfAvailable { UnsafeRawBufferPointer($0).rank }
    return rank ?? BytesCoding.rank(Array(value.utf8))
  }

  /// By bytes, where Swift would compare canonical forms.
  @inlinable
  public static func precedes(_ left: String, _ right: String) -> Bool {
    var (left, right) = (left, right)
    return left.withUTF8 { left in
      right.withUTF8 { right in
        UnsafeRawBufferPointer(left).precedes(UnsafeRawBufferPointer(right))
      }
    }
  }
}

/// `bytes`.
public enum BytesCoding: OrderedCoding {
  @inlinable
  public static var wireType: WireType {
    @inline(__always) get { .lengthDelimited }
  }

  @inlinable
  public static var zero: [UInt8] { [] }

  @inlinable @inline(__always)
  public static func isZero(_ value: [UInt8]) -> Bool {
    value.isEmpty
  }

  @inlinable @inline(__always)
  public static func payloadSize(_ value: [UInt8]) -> Int {
    Varint.size(length: value.count) &+ value.count
  }

  @inlinable
  public static func writePayload(_ value: [UInt8], into writer: inout MessageWriter) {
    value.withUnsafeBytes { writer.write(lengthDelimited: $0) }
  }

  @inlinable
  public static func read(_ value: inout [UInt8], from reader: inout MessageReader) throws(MessageDecodingError) {
    value = [UInt8](try reader.bytes())
  }

  @inlinable
  public static func rank(_ value: [UInt8]) -> UInt64 {
    value.withUnsafeBytes { $0.rank }
  }

  @inlinable
  public static func precedes(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    left.withUnsafeBytes { left in right.withUnsafeBytes { right in left.precedes(right) } }
  }
}

/// `uuid`: sixteen bytes in the order in which they are printed; none at all stands for the UUID of zeros.
public enum UUIDCoding: OrderedCoding {
  @inlinable
  public static var wireType: WireType {
    @inline(__always) get { .lengthDelimited }
  }

  @inlinable
  public static var zero: UUID { withUnsafeBytes(of: (UInt64(0), UInt64(0))) { $0.load(as: UUID.self) } }

  @inlinable
  public static func isZero(_ value: UUID) -> Bool {
    withUnsafeBytes(of: value.uuid) { bytes in
      bytes.loadUnaligned(as: UInt64.self) | bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self) == 0
    }
  }

  @inlinable
  public static func payloadSize(_ value: UUID) -> Int {
    17
  }

  @inlinable
  public static func writePayload(_ value: UUID, into writer: inout MessageWriter) {
    withUnsafeBytes(of: value.uuid) { writer.write(bytes: $0) }
    writer.write(byte: 16)
  }

  @inlinable
  public static func read(_ value: inout UUID, from reader: inout MessageReader) throws(MessageDecodingError) {
    let bytes = try reader.bytes()
    switch bytes.count {
    // A UUID is its sixteen bytes and has no alignment; its initialiser takes them one by one.
    case 16: value = bytes.load(as: UUID.self)
    case 0: value = zero
    default: throw reader.failure(.malformed, "a UUID has \(bytes.count) bytes, not 16")
    }
  }

  @inlinable
  public static func rank(_ value: UUID) -> UInt64 {
    withUnsafeBytes(of: value.uuid) { $0.rank }
  }

  @inlinable
  public static func precedes(_ left: UUID, _ right: UUID) -> Bool {
    withUnsafeBytes(of: left.uuid) { left in withUnsafeBytes(of: right.uuid) { right in left.precedes(right) } }
  }
}

extension UnsafeRawBufferPointer {
  /// The first eight bytes as a number, zeros after the last.
  @inlinable
  var rank: UInt64 {
    if count >= 8 { return UInt64(bigEndian: loadUnaligned(as: UInt64.self)) }
    let unused = UInt64(truncatingIfNeeded: 8 &* (8 &- count))
    if count >= 4 {
      // The first four and the last four, of which some are the same.
      let first = UInt32(bigEndian: loadUnaligned(as: UInt32.self))
      let last = UInt32(bigEndian: loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self))
      return UInt64(first) &<< 32 | UInt64(last) &<< unused
    }
    var rank: UInt64 = 0
    for byte in self { rank = rank << 8 | UInt64(byte) }
    return rank &<< unused
  }

  /// Whether these bytes stand before the others in a dictionary.
  @inlinable
  func precedes(_ other: UnsafeRawBufferPointer) -> Bool {
    for index in 0..<Swift.min(count, other.count) where self[index] != other[index] {
      return self[index] < other[index]
    }
    return count < other.count
  }
}
