/// Bytes as lower-case hexadecimal digits.
public func hex(_ bytes: some Sequence<UInt8>) -> String {
  let digits: [UInt8] = Array("0123456789abcdef".utf8)
  var text: [UInt8] = []
  text.reserveCapacity(bytes.underestimatedCount * 2)
  for byte in bytes {
    text.append(digits[Int(byte >> 4)])
    text.append(digits[Int(byte & 15)])
  }
  return String(decoding: text, as: UTF8.self)
}

/// The bytes that hexadecimal digits of either case stand for; nil if the text is anything else.
public func bytes(hex text: some StringProtocol) -> [UInt8]? {
  var bytes: [UInt8] = []
  bytes.reserveCapacity(text.utf8.count / 2)
  var high: UInt8?
  for character in text.utf8 {
    let digit: UInt8
    switch character {
    case 0x30...0x39: digit = character - 0x30
    case 0x41...0x46: digit = character - 0x41 + 10
    case 0x61...0x66: digit = character - 0x61 + 10
    default: return nil
    }
    if let first = high {
      bytes.append(first << 4 | digit)
      high = nil
    } else {
      high = digit
    }
  }
  return high == nil ? bytes : nil
}

/// Bytes in the alphabet of base64 that is safe in addresses and file names (RFC 4648 section 5), without padding.
public func base64URL(_ bytes: [UInt8]) -> String {
  let alphabet: [UInt8] = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
  var text: [UInt8] = []
  text.reserveCapacity((bytes.count * 4 + 2) / 3)
  var bits: UInt32 = 0
  var pending = 0
  for byte in bytes {
    bits = bits << 8 | UInt32(byte)
    pending += 8
    while pending >= 6 {
      pending -= 6
      text.append(alphabet[Int(bits >> UInt32(pending) & 63)])
    }
  }
  if pending > 0 { text.append(alphabet[Int(bits << UInt32(6 - pending) & 63)]) }
  return String(decoding: text, as: UTF8.self)
}

/// The bytes of a base64url text without padding; nil if the text is anything else.
///
/// Every value has one text only: left-over bits that are not zero are refused.
public func bytes(base64URL text: some StringProtocol) -> [UInt8]? {
  var bytes: [UInt8] = []
  bytes.reserveCapacity(text.utf8.count * 3 / 4)
  var bits: UInt32 = 0
  var pending = 0
  for character in text.utf8 {
    let value: UInt8
    switch character {
    case 0x41...0x5a: value = character - 0x41
    case 0x61...0x7a: value = character - 0x61 + 26
    case 0x30...0x39: value = character - 0x30 + 52
    case 0x2d: value = 62
    case 0x5f: value = 63
    default: return nil
    }
    bits = bits << 6 | UInt32(value)
    pending += 6
    if pending >= 8 {
      pending -= 8
      bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(pending)))
      bits &= 1 << UInt32(pending) - 1
    }
  }
  return pending < 6 && bits == 0 ? bytes : nil
}
