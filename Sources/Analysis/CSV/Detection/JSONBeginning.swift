/// Tells JSON, and JSON in lines, from separated text that only begins like it, such as `[id],[name]`: the whole
/// beginning has to be JSON, objects or arrays one after the other with nothing but blanks between them.
struct JSONBeginning {
  private enum Expected {
    /// An object or an array.
    case document
    case value, firstValueOrEnd
    case name, firstNameOrEnd
    case colon
    case commaOrEnd
  }

  private let bytes: UnsafeRawBufferPointer
  private var position = 0
  private var expected = Expected.document
  /// What is open: true for an object.
  private var open: [Bool] = []
  private var documents = 0

  private init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  static func format(of bytes: UnsafeRawBufferPointer) -> ForeignFormat? {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let text = bytes.starts(with: mark) ? bytes.dropFirst(mark.count) : bytes[...]
    var beginning = JSONBeginning(UnsafeRawBufferPointer(rebasing: text.prefix(Limits.csvPieceBytes)))
    guard beginning.isJSON() else { return nil }
    return ForeignFormat(
      name: beginning.documents > 1 ? "JSON in lines" : "JSON", advice: "write its records as lines of CSV first")
  }

  /// Goes to the end of the text, or to where it is something else.
  private mutating func isJSON() -> Bool {
    while let byte = next() {
      switch (expected, byte) {
      case (.document, UInt8(ascii: "{")), (.value, UInt8(ascii: "{")), (.firstValueOrEnd, UInt8(ascii: "{")):
        guard begin(object: true) else { return false }
      case (.document, UInt8(ascii: "[")), (.value, UInt8(ascii: "[")), (.firstValueOrEnd, UInt8(ascii: "[")):
        guard begin(object: false) else { return false }
      case (.firstNameOrEnd, UInt8(ascii: "}")), (.firstValueOrEnd, UInt8(ascii: "]")): end()
      case (.firstNameOrEnd, UInt8(ascii: "\"")), (.name, UInt8(ascii: "\"")):
        skipString()
        expected = .colon
      case (.colon, UInt8(ascii: ":")): expected = .value
      case (.value, _), (.firstValueOrEnd, _):
        guard skipScalar(byte) else { return false }
        expected = .commaOrEnd
      case (.commaOrEnd, UInt8(ascii: ",")): expected = open.last == true ? .name : .value
      case (.commaOrEnd, UInt8(ascii: "}")) where open.last == true: end()
      case (.commaOrEnd, UInt8(ascii: "]")) where open.last == false: end()
      case (.document, _), (.name, _), (.firstNameOrEnd, _), (.colon, _), (.commaOrEnd, _): return false
      }
    }
    return documents > 0
  }

  /// - Returns: false where more is open than files have.
  private mutating func begin(object: Bool) -> Bool {
    if open.isEmpty { documents += 1 }
    open.append(object)
    expected = object ? .firstNameOrEnd : .firstValueOrEnd
    return open.count <= Limits.jsonDepth
  }

  private mutating func end() {
    open.removeLast()
    expected = open.isEmpty ? .document : .commaOrEnd
  }

  /// The next byte that is no blank; it is taken.
  private mutating func next() -> UInt8? {
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if ![0x20, ASCII.tab, ASCII.lineFeed, ASCII.carriageReturn].contains(byte) { return byte }
    }
    return nil
  }

  /// The rest of a string, after the quote that opens it.
  private mutating func skipString() {
    while position < bytes.count {
      let byte = bytes[position]
      position += byte == ASCII.backslash ? 2 : 1
      if byte == UInt8(ascii: "\"") { return }
    }
  }

  /// A string, number, `true`, `false` or `null` that begins with `first`.
  private mutating func skipScalar(_ first: UInt8) -> Bool {
    if first == UInt8(ascii: "\"") {
      skipString()
      return true
    }
    let start = position - 1
    while position < bytes.count, Self.isOfScalar(bytes[position]) { position += 1 }
    let word = bytes[start..<position]
    if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) || first == UInt8(ascii: "-") { return true }
    // The text may end within a word.
    return ["true", "false", "null"].contains { literal in
      word.elementsEqual(literal.utf8) || (position == bytes.count && literal.utf8.starts(with: word))
    }
  }

  private static func isOfScalar(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "E"),
      UInt8(ascii: "."), UInt8(ascii: "+"), UInt8(ascii: "-"):
      true
    default: false
    }
  }
}
