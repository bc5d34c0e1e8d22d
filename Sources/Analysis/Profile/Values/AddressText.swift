/// Values by which people, things and places are reached: told by their form, not by whether they exist.
enum AddressText {
  /// 8-4-4-4-12 hexadecimal digits. For 36 bytes.
  static func isUUID(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard text.count == 36, let base = text.baseAddress else { return false }
    var isUUID = true
    for place in 0..<36 {
      let byte = base[place]
      let isHex = byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 6
      let isHyphenPlace = place == 8 || place == 13 || place == 18 || place == 23
      isUUID = isUUID && (isHyphenPlace ? byte == 0x2D : isHex)
    }
    return isUUID
  }

  /// One "@" with something before it, and a name with a dot behind it. For a text without blanks.
  static func isMail(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard text.count <= 254, let at = text.firstIndex(of: UInt8(ascii: "@")), at > 0 else { return false }
    guard let dot = text.lastIndex(of: UInt8(ascii: ".")), dot > at + 1, text.count - dot > 2 else { return false }
    for byte in text[(at + 1)...] {
      let isAllowed = byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26 || byte == 0x2D || byte == 0x2E || byte >= 0x80
      guard isAllowed else { return false }
    }
    return true
  }

  /// A scheme and "://", or "www.". For a text without blanks.
  static func isURL(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard text.count >= 7 else { return false }
    if (text[0] | 0x20) == UInt8(ascii: "w") {
      return (text[1] | 0x20) == UInt8(ascii: "w") && (text[2] | 0x20) == UInt8(ascii: "w")
        && text[3] == UInt8(ascii: ".") && text[4...].contains(UInt8(ascii: "."))
    }
    var place = 0
    while place < min(10, text.count), (text[place] | 0x20) &- 0x61 < 26 { place += 1 }
    return place > 1 && place + 3 < text.count && text[place] == UInt8(ascii: ":")
      && text[place + 1] == UInt8(ascii: "/") && text[place + 2] == UInt8(ascii: "/")
  }

  /// "+49 170 1234567", "(030) 123-456", "555-123-4567": 7 to 15 digits, in two parts at least or behind a plus.
  static func isPhone(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard text.count <= 32 else { return false }
    var (digits, separators) = (0, 0)
    for (place, byte) in text.enumerated() {
      switch byte {
      case 0x30...0x39: digits += 1
      case UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "/"), UInt8(ascii: "("), UInt8(ascii: ")"):
        separators += 1
      case UInt8(ascii: "+"): guard place == 0 else { return false }
      default: return false
      }
    }
    return (7...15).contains(digits) && (separators > 0 || text[0] == UInt8(ascii: "+"))
  }
}
