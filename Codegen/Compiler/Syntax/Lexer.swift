/// Cuts a file's bytes into tokens and comments. Whatever the bytes are, it ends with an `end` token.
struct Lexer {
  private let bytes: [UInt8]
  private var offset = 0
  private var lineHasToken = false
  private(set) var sink: DiagnosticSink
  private(set) var tokens: [Token] = []
  private(set) var comments: [Comment] = []

  init(_ source: SourceFile) {
    bytes = source.bytes
    sink = DiagnosticSink(source)
  }

  /// All tokens and comments of `source`.
  static func lex(_ source: SourceFile) -> Lexer {
    var lexer = Lexer(source)
    lexer.run()
    return lexer
  }

  private mutating func run() {
    if bytes.count > Limits.fileBytes {
      sink.error("file-size", "the file is larger than \(Limits.fileBytes) bytes", at: 0..<0)
      add(.end, "", 0..<0)
      return
    }
    while offset < bytes.count {
      let byte = bytes[offset]
      switch byte {
      case UInt8(ascii: "\n"):
        lineHasToken = false
        offset += 1
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
        offset += 1
      case UInt8(ascii: "/") where next == UInt8(ascii: "/"): comment()
      case UInt8(ascii: "\""): string()
      case _ where byte.isDigit: number()
      case UInt8(ascii: "-") where next?.isDigit == true: number()
      case _ where byte.isLetter: word()
      default: symbol()
      }
    }
    add(.end, "", bytes.count..<bytes.count)
  }

  private var next: UInt8? { offset + 1 < bytes.count ? bytes[offset + 1] : nil }

  private mutating func add(_ kind: Token.Kind, _ text: String, _ range: Range<Int>) {
    tokens.append(Token(kind: kind, text: text, range: range, startsLine: !lineHasToken))
    lineHasToken = true
  }

  private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  private mutating func comment() {
    let start = offset
    while offset < bytes.count, bytes[offset] != UInt8(ascii: "\n") { offset += 1 }
    var end = offset
    while end > start, bytes[end - 1].isBlank { end -= 1 }
    comments.append(Comment(text: text(start..<end), range: start..<end, startsLine: !lineHasToken))
  }

  private mutating func word() {
    let start = offset
    var isPlain = true
    while offset < bytes.count, bytes[offset].isLetter || bytes[offset].isDigit || bytes[offset] >= 0x80 {
      if bytes[offset] >= 0x80 { isPlain = false }
      offset += 1
    }
    if !isPlain {
      sink.error("character", "names have letters from a to z, digits and `_` only", at: start..<offset)
    } else if offset - start > Limits.nameBytes {
      sink.error("name", "a name has at most \(Limits.nameBytes) characters", at: start..<offset)
    }
    add(.word, text(start..<offset), start..<offset)
  }

  /// Digits, then a fraction unless two dots follow, then letters (exponent or unit), then a sign and digits after `e`.
  private mutating func number() {
    let start = offset
    if bytes[offset] == UInt8(ascii: "-") { offset += 1 }
    while offset < bytes.count {
      let byte = bytes[offset]
      let isFraction = byte == UInt8(ascii: ".") && next?.isDigit == true
      let isExponentSign =
        (byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")) && next?.isDigit == true
        && (bytes[offset - 1] | 0x20) == UInt8(ascii: "e")
      guard byte.isDigit || byte.isLetter || isFraction || isExponentSign else { break }
      offset += 1
    }
    add(.number, text(start..<offset), start..<offset)
  }

  private mutating func string() {
    let start = offset
    offset += 1
    var value: [UInt8] = []
    while offset < bytes.count, bytes[offset] != UInt8(ascii: "\n") {
      let byte = bytes[offset]
      offset += 1
      switch byte {
      case UInt8(ascii: "\""):
        add(.string, String(decoding: value, as: UTF8.self), start..<offset)
        return
      case UInt8(ascii: "\\"):
        guard offset < bytes.count, bytes[offset] != UInt8(ascii: "\n") else { continue }
        switch bytes[offset] {
        case UInt8(ascii: "n"): value.append(UInt8(ascii: "\n"))
        case UInt8(ascii: "t"): value.append(UInt8(ascii: "\t"))
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): value.append(bytes[offset])
        default:
          sink.error("string", #"a string knows the escapes \n, \t, \" and \\"#, at: offset - 1..<offset + 1)
        }
        offset += 1
      default: value.append(byte)
      }
    }
    sink.error("string", "this string has no closing quote", at: start..<offset)
    add(.string, String(decoding: value, as: UTF8.self), start..<offset)
  }

  private mutating func symbol() {
    let start = offset
    let two = next.map { [bytes[offset], $0] }
    if two == Array("->".utf8) || two == Array("..".utf8) {
      offset += 2
    } else if Array("{}()[]<>,:=?.".utf8).contains(bytes[offset]) {
      offset += 1
    } else {
      offset += 1
      while offset < bytes.count, bytes[offset] & 0xC0 == 0x80 { offset += 1 }
      sink.error("character", "`\(text(start..<offset))` means nothing here", at: start..<offset)
      return
    }
    add(.symbol, text(start..<offset), start..<offset)
  }
}

extension UInt8 {
  fileprivate var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }
  fileprivate var isLetter: Bool {
    let lower = self | 0x20
    return lower >= UInt8(ascii: "a") && lower <= UInt8(ascii: "z") || self == UInt8(ascii: "_")
  }
  fileprivate var isBlank: Bool {
    self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") || self == UInt8(ascii: "\r")
  }
}
