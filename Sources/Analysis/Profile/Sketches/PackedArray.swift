/// An array of numbers that is coded as one text, eight bytes a number (one for bytes), in base 64: a sketch in a
/// checkpoint takes little more room than in memory, and numbers come back bit for bit, infinite ones too.
struct PackedArray<Element: PackedElement>: Sendable, Equatable {
  var elements: [Element]

  init(_ elements: [Element] = []) { self.elements = elements }
}

protocol PackedElement: Sendable, Equatable {
  static var packedBytes: Int { get }
  /// The lowest bytes of this are stored.
  var packed: UInt64 { get }
  init(packed: UInt64)
}

extension UInt8: PackedElement {
  static var packedBytes: Int { 1 }
  var packed: UInt64 { UInt64(self) }
  init(packed: UInt64) { self.init(truncatingIfNeeded: packed) }
}

extension UInt64: PackedElement {
  static var packedBytes: Int { 8 }
  var packed: UInt64 { self }
  init(packed: UInt64) { self = packed }
}

extension Int: PackedElement {
  static var packedBytes: Int { 8 }
  var packed: UInt64 { UInt64(truncatingIfNeeded: self) }
  init(packed: UInt64) { self.init(truncatingIfNeeded: packed) }
}

extension Double: PackedElement {
  static var packedBytes: Int { 8 }
  var packed: UInt64 { bitPattern }
  init(packed: UInt64) { self.init(bitPattern: packed) }
}

extension PackedArray: Codable {
  func encode(to encoder: any Encoder) throws {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(elements.count * Element.packedBytes)
    for element in elements {
      let bits = element.packed
      for place in 0..<Element.packedBytes { bytes.append(UInt8(truncatingIfNeeded: bits >> UInt64(place * 8))) }
    }
    var container = encoder.singleValueContainer()
    try container.encode(Base64.encode(bytes))
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let bytes = Base64.decode(try container.decode(String.self)), bytes.count % Element.packedBytes == 0 else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "these are no packed numbers")
    }
    elements = stride(from: 0, to: bytes.count, by: Element.packedBytes).map { start in
      var bits: UInt64 = 0
      for place in 0..<Element.packedBytes { bits |= UInt64(bytes[start + place]) << UInt64(place * 8) }
      return Element(packed: bits)
    }
  }
}

/// Bytes as text: RFC 4648, without padding.
private enum Base64 {
  private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  /// The value of each letter; 255 for what is none.
  private static let values: [UInt8] = {
    var values = [UInt8](repeating: 255, count: 256)
    for (value, letter) in letters.enumerated() { values[Int(letter)] = UInt8(value) }
    return values
  }()

  static func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count * 4 + 2) / 3)
    var bits: UInt32 = 0
    var held = 0
    for byte in bytes {
      bits = bits << 8 | UInt32(byte)
      held += 8
      while held >= 6 {
        held -= 6
        text.append(letters[Int(bits >> UInt32(held) & 63)])
      }
    }
    if held > 0 { text.append(letters[Int(bits << UInt32(6 - held) & 63)]) }
    return String(decoding: text, as: UTF8.self)
  }

  /// Nil for what is not base 64.
  static func decode(_ text: String) -> [UInt8]? {
    var bytes: [UInt8] = []
    var bits: UInt32 = 0
    var held = 0
    for letter in text.utf8 {
      let value = values[Int(letter)]
      guard value < 64 else { return nil }
      bits = bits << 6 | UInt32(value)
      held += 6
      if held >= 8 {
        held -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(held)))
      }
    }
    return bytes
  }
}
