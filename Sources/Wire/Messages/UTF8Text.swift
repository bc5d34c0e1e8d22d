/// Strings from bytes that may not be UTF-8.
///
/// Bytes are looked at a word at a time where they are ASCII, which most are.
@usableFromInline
enum UTF8Text {
  /// The string that the bytes are, or nil if they are not UTF-8.
  @inlinable
  static func string(_ bytes: UnsafeRawBufferPointer) -> String? {
    if bytes.count <= 15, let string = shortASCII(bytes) { return string }
    return isValid(bytes) ? copy(bytes) : nil
  }

  /// The string of up to 15 ASCII bytes, which needs no memory of its own; nil if a byte is not ASCII.
  @inlinable
  static func shortASCII(_ bytes: UnsafeRawBufferPointer) -> String? {
    let count = bytes.count
    if count >= 8 {
      // The first eight bytes and the last eight, of which some may be the same.
      let first = bytes.loadUnaligned(as: UInt64.self)
      let last = bytes.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
      guard (first | last) & highBits == 0 else { return nil }
      return String(unsafeUninitializedCapacity: 15) { target in
        let target = UnsafeMutableRawBufferPointer(target)
        target.storeBytes(of: first, as: UInt64.self)
        target.storeBytes(of: last, toByteOffset: count &- 8, as: UInt64.self)
        return count
      }
    }
    if count >= 4 {
      let first = bytes.loadUnaligned(as: UInt32.self)
      let last = bytes.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self)
      guard UInt64(first | last) & highBits == 0 else { return nil }
      return String(unsafeUninitializedCapacity: 15) { target in
        let target = UnsafeMutableRawBufferPointer(target)
        target.storeBytes(of: first, as: UInt32.self)
        target.storeBytes(of: last, toByteOffset: count &- 4, as: UInt32.self)
        return count
      }
    }
    guard bytes.allSatisfy({ $0 < 0x80 }) else { return nil }
    return String(unsafeUninitializedCapacity: 15) { target in
      UnsafeMutableRawBufferPointer(target).copyMemory(from: bytes)
      return count
    }
  }

  /// The string of bytes that are UTF-8.
  @usableFromInline
  static func copy(_ bytes: UnsafeRawBufferPointer) -> String {
    if #available(macOS 26, iOS 26, tvOS 26, watchOS 26, visionOS 26, *) {
      // Does not look at the bytes a second time.
      return bytes.withMemoryRebound(to: UInt8.self) { String(copying: UTF8Span(unchecked: $0.span)) }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The bits of eight bytes that ASCII leaves clear.
  @inlinable
  static var highBits: UInt64 { 0x8080_8080_8080_8080 }

  /// Whether the bytes are well-formed UTF-8 (Unicode, table 3-7: no surrogates, nothing beyond U+10FFFF, no form that
  /// is longer than needed).
  @usableFromInline
  static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var next = 0
    while true {
      next = endOfASCII(bytes, from: next)
      if next == bytes.count { return true }
      guard let count = scalarLength(UnsafeRawBufferPointer(rebasing: bytes[next...])) else { return false }
      next &+= count
    }
  }

  /// Where the first byte at or after `start` stands that is not ASCII; at the end if all are.
  @inline(__always)
  private static func endOfASCII(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
    var next = start
    while next &+ 8 <= bytes.count {
      let others = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: next, as: UInt64.self)) & highBits
      if others != 0 { return next &+ others.trailingZeroBitCount &>> 3 }
      next &+= 8
    }
    if bytes.count >= 8 {
      // The last eight bytes, without those that stand before `next`.
      let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: bytes.count &- 8, as: UInt64.self))
      let seen = 8 &- (bytes.count &- next)
      let others = (word & highBits) >> UInt64(truncatingIfNeeded: 8 &* seen)
      return others == 0 ? bytes.count : next &+ others.trailingZeroBitCount &>> 3
    }
    while next < bytes.count, bytes[next] < 0x80 { next &+= 1 }
    return next
  }

  /// How many bytes the scalar has that stands first; nil if it is not well-formed. There is at least one byte.
  private static func scalarLength(_ bytes: UnsafeRawBufferPointer) -> Int? {
    // How many bytes follow, and what the first of them may be.
    let following: Int
    let second: ClosedRange<UInt8>
    switch bytes[0] {
    case 0...0x7f: return 1
    case 0xc2...0xdf: (following, second) = (1, 0x80...0xbf)
    case 0xe0: (following, second) = (2, 0xa0...0xbf)
    case 0xed: (following, second) = (2, 0x80...0x9f)
    case 0xe1...0xef: (following, second) = (2, 0x80...0xbf)
    case 0xf0: (following, second) = (3, 0x90...0xbf)
    case 0xf1...0xf3: (following, second) = (3, 0x80...0xbf)
    case 0xf4: (following, second) = (3, 0x80...0x8f)
    default: return nil
    }
    guard bytes.count > following, second ~= bytes[1] else { return nil }
    guard following < 2 || bytes[2] & 0xc0 == 0x80, following < 3 || bytes[3] & 0xc0 == 0x80 else { return nil }
    return following + 1
  }
}
