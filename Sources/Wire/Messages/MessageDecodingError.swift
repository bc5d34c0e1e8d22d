/// Why bytes are not a message.
public struct MessageDecodingError: Error, Sendable, Hashable {
  /// The kind of fault. More kinds may be added.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    /// The bytes end inside a field, or a length goes beyond the end of its message.
    public static let truncated = Code(description: "truncated")
    /// A varint has more than ten bytes, or a tag more than five or 32 bits.
    public static let overlongVarint = Code(description: "overlongVarint")
    /// A field number of zero, a wire type that does not exist, groups that do not match, or a value outside its type.
    public static let malformed = Code(description: "malformed")
    /// A string is not UTF-8.
    public static let invalidUTF8 = Code(description: "invalidUTF8")
    /// Messages stand inside one another beyond `DecodingLimits.maximumDepth`.
    public static let tooDeep = Code(description: "tooDeep")
    /// Lists, sets and maps hold more than `DecodingLimits.maximumElements` or `maximumElementMemory` allow.
    public static let tooManyElements = Code(description: "tooManyElements")
    /// The message is longer than `DecodingLimits.maximumSize`.
    public static let tooLarge = Code(description: "tooLarge")

    public let description: String
  }

  public var code: Code

  /// What was found and what was expected.
  public var message: String

  /// The numbers of the fields that lead to the fault, the outermost first; empty when no field was being read.
  public var path: [UInt32]

  /// How many bytes stand before the fault.
  public var offset: Int

  public init(_ code: Code, _ message: String, path: [UInt32] = [], offset: Int = 0) {
    self.code = code
    self.message = message
    self.path = path
    self.offset = offset
  }

  /// The same fault, seen from the message that holds the faulty one in the given field.
  @usableFromInline
  func inside(field: UInt32) -> MessageDecodingError {
    var error = self
    error.path.insert(field, at: 0)
    return error
  }
}

extension MessageDecodingError: CustomStringConvertible {
  public var description: String {
    let place = path.isEmpty ? "" : " in field \(path.map(String.init).joined(separator: "."))"
    return "\(message) (\(code)\(place), at byte \(offset))"
  }
}
