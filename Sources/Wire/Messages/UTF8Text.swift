/// Strings from bytes that may not be UTF-8.
@usableFromInline
enum UTF8Text {
  /// The string that the bytes are, or nil if they are not UTF-8.
  @inlinable
  static func string(_ bytes: UnsafeRawBufferPointer) -> String? {
    guard isASCII(bytes) || isValid(bytes) else { return nil }
    // Neither way repairs anything, since there is nothing to repair. Strings of up to 15 bytes need no memory of their
    // own, and this is the quickest way to them.
    if bytes.count <= 15 {
      return String(unsafeUninitializedCapacity: bytes.count) { target in
        UnsafeMutableRawBufferPointer(target).copyMemory(from: bytes)
        return bytes.count
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Whether no byte has its high bit set; eight at a time.
  @inlinable @inline(__always)
  static func isASCII(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let count = bytes.count
    guard let start = bytes.baseAddress else { return true }
    var seen: UInt64 = 0
    if count >= 8 {
      var offset = 0
      while offset &+ 8 <= count {
        seen |= start.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        offset &+= 8
      }
      // The last eight, some of which have been seen.
      seen |= start.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
    } else {
      for offset in 0..<count { seen |= UInt64(start.load(fromByteOffset: offset, as: UInt8.self)) }
    }
    return seen & 0x8080_8080_8080_8080 == 0
  }

  /// Whether the bytes are well-formed UTF-8 (Unicode, table 3-7: no surrogates, nothing beyond U+10FFFF, no form that
  /// is longer than needed).
  @usableFromInline
  static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var rest = bytes[...]
    while let lead = rest.popFirst() {
      if lead < 0x80 { continue }
      // How many bytes follow, and what the first of them may be.
      let count: Int
      let second: ClosedRange<UInt8>
      switch lead {
      case 0xc2...0xdf: (count, second) = (1, 0x80...0xbf)
      case 0xe0: (count, second) = (2, 0xa0...0xbf)
      case 0xed: (count, second) = (2, 0x80...0x9f)
      case 0xe1...0xef: (count, second) = (2, 0x80...0xbf)
      case 0xf0: (count, second) = (3, 0x90...0xbf)
      case 0xf1...0xf3: (count, second) = (3, 0x80...0xbf)
      case 0xf4: (count, second) = (3, 0x80...0x8f)
      default: return false
      }
      guard rest.count >= count, second ~= rest[rest.startIndex] else { return false }
      guard rest.prefix(count).dropFirst().allSatisfy({ $0 & 0xc0 == 0x80 }) else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }
}
