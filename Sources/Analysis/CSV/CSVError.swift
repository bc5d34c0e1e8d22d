/// Why a file cannot be read as separated fields at all.
public struct CSVError: Error, Sendable, Equatable, CustomStringConvertible {
  public struct Code: RawRepresentable, Sendable, Hashable {
    public var rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The data is not text: an archive, a workbook, an image, …
    public static let notText = Code(rawValue: "not_text")
    /// Text in an encoding that is not read.
    public static let unsupportedEncoding = Code(rawValue: "unsupported_encoding")
    /// The dialect asked for cannot be: its marks are the same or not ASCII.
    public static let unusableDialect = Code(rawValue: "unusable_dialect")
    /// The limits asked for are too small or too large to work with.
    public static let unusableLimits = Code(rawValue: "unusable_limits")
  }

  public var code: Code
  /// What is wrong and what to do.
  public var message: String

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  public var description: String { "\(code.rawValue): \(message)" }
}
