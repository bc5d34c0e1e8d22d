/// What a field looks like at a glance: enough to tell a good split from a bad one, and names from values.
enum FieldLook: Equatable {
  case empty, number, date, bool
  /// Letters, digits and what joins them: a name, an address, a few words.
  case words
  /// A sentence, or anything else.
  case text
  /// Something that a better dialect would take apart or unwrap.
  case unsplit

  init(_ field: CSVField) {
    let bytes = field.bytes
    guard let first = bytes.first, let last = bytes.last else {
      self = .empty
      return
    }
    if let look = Self.figure(bytes) {
      self = look
      return
    }
    if bytes.count <= 5, Self.bools.contains(String(decoding: bytes, as: UTF8.self).lowercased()) {
      self = .bool
      return
    }
    // What begins with a quote and does not end with it is the first part of a value that has the delimiter in it.
    let isWrapped = first == UInt8(ascii: "\"") || (bytes.count > 1 && first == last && first == UInt8(ascii: "'"))
    if !field.isQuoted, isWrapped || Self.hasTightDelimiter(bytes) {
      self = .unsplit
      return
    }
    self = bytes.count <= 64 && bytes.allSatisfy(Self.isOfWords) ? .words : .text
  }

  /// How much a field that looks so speaks for the split that it came of.
  var weight: Double {
    switch self {
    case .empty: 0.7
    case .number, .date, .bool: 1
    case .words: 0.8
    case .text: 0.4
    case .unsplit: 0.05
    }
  }

  /// A value that no name of a column looks like.
  var isTyped: Bool { self == .number || self == .date || self == .bool }

  private static let bools: Set<String> = ["true", "false", "yes", "no", "t", "f", "y", "n"]

  /// A number or a date, by the characters that there are and how many of them.
  private static func figure(_ bytes: UnsafeRawBufferPointer) -> FieldLook? {
    guard bytes.count <= 40 else { return nil }
    var digits = 0
    var points = 0
    var dashes = 0
    var others = 0
    for (index, byte) in bytes.enumerated() {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digits += 1
      case UInt8(ascii: "."), UInt8(ascii: ","): points += 1
      case UInt8(ascii: "-") where index == 0, UInt8(ascii: "+") where index == 0: break
      case UInt8(ascii: "-"), UInt8(ascii: "/"), UInt8(ascii: ":"): dashes += 1
      case UInt8(ascii: "e"), UInt8(ascii: "E"), UInt8(ascii: "%"), UInt8(ascii: "$"): others += 1
      case UInt8(ascii: "T"), UInt8(ascii: "Z"), UInt8(ascii: " "), UInt8(ascii: "+"): break
      default: return nil
      }
    }
    guard digits > 0, others <= 1 else { return nil }
    if dashes >= 2 || (dashes == 1 && digits >= 3) || points == 2 && digits >= 6 { return .date }
    // A delimiter at either end is none of a number.
    let edges = [bytes[0], bytes[bytes.count - 1]]
    return dashes == 0 && !edges.contains(UInt8(ascii: ",")) && points <= 4 ? .number : nil
  }

  /// A delimiter with no blank after it, as there is none within a sentence.
  private static func hasTightDelimiter(_ bytes: UnsafeRawBufferPointer) -> Bool {
    for index in bytes.indices where DelimiterDetection.strongDelimiters.contains(bytes[index]) {
      let next = index + 1
      if next == bytes.count || (bytes[next] != UInt8(ascii: " ") && bytes[next] != ASCII.lineFeed) { return true }
    }
    return false
  }

  private static func isOfWords(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...:
      true
    default: "_-. @/&()#'+".utf8.contains(byte)
    }
  }
}
