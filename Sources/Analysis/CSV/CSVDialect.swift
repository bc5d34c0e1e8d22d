/// How a file separates its fields: what ``CSVReader`` needs to know of it, and ``CSVDetection`` finds out.
///
/// Records end with LF, CR or CRLF in every dialect, also where one file mixes them.
public struct CSVDialect: Sendable, Equatable, Codable {
  /// What a quote or a delimiter within a field is told by.
  public enum Escape: String, Sendable, Equatable, Codable {
    /// Two quotes in a quoted field are one.
    case doubled
    /// A backslash makes the next character part of the field, whatever it is; two quotes are still one.
    case backslash
  }

  /// Between fields. ASCII, and no line end.
  public var delimiter: UInt8
  /// Around fields that contain delimiters, quotes or line ends; nil where quotes mean nothing.
  public var quote: UInt8?
  public var escape: Escape
  /// Whether the first record names the columns.
  public var hasHeader: Bool
  public var encoding: CSVEncoding

  public init(
    delimiter: UInt8 = UInt8(ascii: ","), quote: UInt8? = UInt8(ascii: "\""), escape: Escape = .doubled,
    hasHeader: Bool = true, encoding: CSVEncoding = .utf8
  ) {
    self.delimiter = delimiter
    self.quote = quote
    self.escape = escape
    self.hasHeader = hasHeader
    self.encoding = encoding
  }

  /// - Throws: where delimiter, quote and escape cannot be told apart, or are not characters of ASCII.
  func validate() throws(CSVError) {
    var marks = [delimiter]
    if let quote { marks.append(quote) }
    if escape == .backslash { marks.append(ASCII.backslash) }
    guard Set(marks).count == marks.count else {
      throw CSVError(.unusableDialect, "delimiter, quote and escape have to be different characters")
    }
    guard marks.allSatisfy({ $0 < 0x80 && $0 != 0 && $0 != ASCII.lineFeed && $0 != ASCII.carriageReturn }) else {
      throw CSVError(.unusableDialect, "delimiter and quote have to be ASCII, and neither NUL nor a line end")
    }
  }
}

/// The characters that a reader of separated fields knows by name.
enum ASCII {
  static let tab: UInt8 = 0x09
  static let lineFeed: UInt8 = 0x0A
  static let carriageReturn: UInt8 = 0x0D
  static let backslash: UInt8 = 0x5C
}
