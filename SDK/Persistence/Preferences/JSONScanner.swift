/// Goes through a JSON text without taking its values apart, so that each can be kept byte for byte.
///
/// Every method stands at the place where its part begins, and leaves the place behind it. The text is UTF-8; whoever makes
/// a scanner has looked.
struct JSONScanner {
  /// Where the text is no JSON.
  struct Fault: Error, Equatable {
    let place: Int
    let message: String
  }

  let bytes: [UInt8]
  private(set) var place = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Whether the bytes are one JSON value, with no white space around it, that nests no deeper than `depth`.
  static func isValue(_ bytes: [UInt8], depth: Int) -> Bool {
    guard let first = bytes.first, let last = bytes.last, !isSpace(first), !isSpace(last),
      String(validating: bytes, as: UTF8.self) != nil
    else { return false }
    var scanner = JSONScanner(bytes)
    do throws(Fault) {
      try scanner.skipValue(depth: depth)
      return scanner.place == bytes.count
    } catch {
      return false
    }
  }

  /// Goes through an object, and calls `member` at the place of each value, which it has to pass.
  mutating func object(
    _ member: (_ name: String, _ scanner: inout JSONScanner) throws(Fault) -> Void
  ) throws(Fault) {
    try take("{")
    skipSpace()
    if passes("}") { return }
    while true {
      skipSpace()
      let name = try string()
      skipSpace()
      try take(":")
      skipSpace()
      try member(name, &self)
      skipSpace()
      if passes("}") { return }
      try take(",")
    }
  }

  /// The bytes of the next value, as they are.
  mutating func value(depth: Int) throws(Fault) -> [UInt8] {
    let start = place
    try skipValue(depth: depth)
    return Array(bytes[start..<place])
  }

  /// A number without fraction or sign.
  mutating func integer() throws(Fault) -> UInt64 {
    let start = place
    try skipValue(depth: 0)
    guard let number = UInt64(String(decoding: bytes[start..<place], as: UTF8.self)) else {
      throw Fault(place: start, message: "a whole number was expected")
    }
    return number
  }

  /// A text, with what is escaped in it put right.
  mutating func string() throws(Fault) -> String {
    try take("\"")
    var text: [UInt8] = []
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""):
        place += 1
        return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"):
        place += 1
        text += String(Character(try escaped())).utf8
      case 0..<0x20: throw fault("a control character stands in a text")
      default:
        text.append(byte)
        place += 1
      }
    }
    throw fault("a text has no end")
  }

  mutating func skipSpace() {
    while let byte = next, Self.isSpace(byte) { place += 1 }
  }

  func fault(_ message: String) -> Fault { Fault(place: place, message: message) }

  // MARK: Inside

  private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

  private static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x0A, 0x0D, 0x09].contains(byte) }

  private mutating func take(_ letter: Unicode.Scalar) throws(Fault) {
    guard passes(letter) else { throw fault("“\(letter)” was expected") }
  }

  /// Passes the letter if it comes next.
  private mutating func passes(_ letter: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: letter) else { return false }
    place += 1
    return true
  }

  private mutating func skipValue(depth: Int) throws(Fault) {
    switch next {
    case UInt8(ascii: "{"):
      guard depth > 0 else { throw fault("too much lies within one another") }
      try object { (_, scanner) throws(Fault) in try scanner.skipValue(depth: depth - 1) }
    case UInt8(ascii: "["):
      guard depth > 0 else { throw fault("too much lies within one another") }
      try skipArray(depth: depth - 1)
    case UInt8(ascii: "\""): _ = try string()
    case UInt8(ascii: "t"): try skip("true")
    case UInt8(ascii: "f"): try skip("false")
    case UInt8(ascii: "n"): try skip("null")
    default: try skipNumber()
    }
  }

  private mutating func skipArray(depth: Int) throws(Fault) {
    try take("[")
    skipSpace()
    if passes("]") { return }
    while true {
      skipSpace()
      try skipValue(depth: depth)
      skipSpace()
      if passes("]") { return }
      try take(",")
    }
  }

  private mutating func skip(_ word: StaticString) throws(Fault) {
    for letter in "\(word)".unicodeScalars { try take(letter) }
  }

  private mutating func skipNumber() throws(Fault) {
    _ = passes("-")
    if !passes("0") { try skipDigits() }
    if passes(".") { try skipDigits() }
    if passes("e") || passes("E") {
      _ = passes("+") || passes("-")
      try skipDigits()
    }
  }

  private mutating func skipDigits() throws(Fault) {
    let start = place
    while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { place += 1 }
    guard place > start else { throw fault("a value was expected") }
  }

  /// What follows a backslash.
  private mutating func escaped() throws(Fault) -> Unicode.Scalar {
    guard let letter = next else { throw fault("a text has no end") }
    place += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(letter)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      let high = try fourDigits()
      if let scalar = Unicode.Scalar(high) { return scalar }
      guard (0xD800..<0xDC00).contains(high) else { throw fault("half of a character stands alone") }
      try take("\\")
      try take("u")
      let low = try fourDigits()
      guard (0xDC00..<0xE000).contains(low),
        let scalar = Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
      else { throw fault("half of a character stands alone") }
      return scalar
    default: throw fault("nothing is escaped like this")
    }
  }

  private mutating func fourDigits() throws(Fault) -> UInt32 {
    var number: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw fault("four hexadecimal digits were expected")
      }
      number = number << 4 | UInt32(digit)
      place += 1
    }
    return number
  }
}
