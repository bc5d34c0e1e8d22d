/// Why a connection ends. It travels in the FAIL frame, and ends every call that is still open.
public struct SessionError: Error, Hashable, Sendable, CustomStringConvertible {
  public struct Code: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// The end is wished for and nothing is wrong.
    public static let done = Code(rawValue: 0)
    /// The peer sent what the specification does not allow at this place.
    public static let violation = Code(rawValue: 1)
    public static let frameTooLarge = Code(rawValue: 2)
    public static let tooManyStreams = Code(rawValue: 3)
    /// Items beyond the credit, or a credit beyond all bounds.
    public static let flowControl = Code(rawValue: 4)
    /// The credential is missing, wrong, expired or revoked.
    public static let unauthenticated = Code(rawValue: 5)
    /// Nothing came for too long.
    public static let silent = Code(rawValue: 6)
    /// More bytes of unfinished messages than the receiver keeps.
    public static let tooMuchUnfinished = Code(rawValue: 7)
    /// The server is full or stops; try another or come back later.
    public static let unavailable = Code(rawValue: 8)
    /// The sender's own mistake.
    public static let `internal` = Code(rawValue: 9)

    private static let names = [
      "done", "violation", "frame too large", "too many streams", "flow control", "unauthenticated", "silent",
      "too much unfinished", "unavailable", "internal",
    ]

    public var description: String {
      Int(rawValue) < Self.names.count ? Self.names[Int(rawValue)] : "session error \(rawValue)"
    }
  }

  public let code: Code
  public let message: String

  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  public var description: String { "\(code): \(message)" }
}
