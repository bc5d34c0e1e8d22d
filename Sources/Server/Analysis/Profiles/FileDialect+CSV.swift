internal import HoldfastAnalysis
internal import HoldfastContract

extension FileDialect {
  /// A dialect in the words of the service.
  init(_ dialect: CSVDialect) {
    self.init(
      delimiter: String(UnicodeScalar(dialect.delimiter)),
      quote: dialect.quote.map { String(UnicodeScalar($0)) } ?? "", encoding: FileEncoding(dialect.encoding),
      header: dialect.hasHeader ? .present : .absent)
  }

  /// What is known already, in place of what was detected.
  /// - Throws: `BadFile` for marks that are no one character of ASCII.
  func filled(from detected: CSVDialect) throws(BadFile) -> CSVDialect {
    var dialect = detected
    if let mark = try Self.mark(delimiter, "delimiter") { dialect.delimiter = mark }
    if let mark = try Self.mark(quote, "quote") { dialect.quote = mark }
    if let encoding = CSVEncoding(encoding) { dialect.encoding = encoding }
    switch header {
    case .present: dialect.hasHeader = true
    case .absent: dialect.hasHeader = false
    default: break
    }
    return dialect
  }

  private static func mark(_ text: String, _ what: String) throws(BadFile) -> UInt8? {
    guard let first = text.utf8.first else { return nil }
    guard text.utf8.count == 1, first < 0x80 else {
      throw BadFile(reason: "a \(what) is one character of ASCII, and \(text) is not")
    }
    return first
  }
}

extension FileEncoding {
  fileprivate init(_ encoding: CSVEncoding) {
    switch encoding {
    case .utf8: self = .utf8
    case .utf16LittleEndian: self = .utf16Little
    case .utf16BigEndian: self = .utf16Big
    case .latin1, .windows1252: self = .latin1
    }
  }
}

extension CSVEncoding {
  /// Nil where it is to be detected. Latin-1 is read as Windows does, whose printable characters at 0x80–0x9F are controls
  /// there that no text has.
  fileprivate init?(_ encoding: FileEncoding) {
    switch encoding {
    case .utf8: self = .utf8
    case .utf16Little: self = .utf16LittleEndian
    case .utf16Big: self = .utf16BigEndian
    case .latin1: self = .windows1252
    default: return nil
    }
  }
}
