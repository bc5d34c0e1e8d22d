/// Why a link to a peer did not come about or ended before its time.
public struct LinkError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kind of failure. More may be added.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    public let description: String

    private init(_ description: String) {
      self.description = description
    }

    /// The host's name has no address.
    public static let unknownHost = Code("unknownHost")
    /// Nothing answered at any of the host's addresses.
    public static let unreachable = Code("unreachable")
    /// The host did not answer in time.
    public static let timedOut = Code("timedOut")
    /// The caller gave up.
    public static let cancelled = Code("cancelled")
    /// The peer closed without saying so first: what was sent last may be missing.
    public static let truncated = Code("truncated")
    /// A system call failed.
    public static let system = Code("system")
    /// This side closed the link.
    public static let closed = Code("closed")
    /// The peer's certificate is past its end, or not valid yet.
    public static let certificateExpired = Code("certificateExpired")
    /// The peer's certificate is for another host.
    public static let wrongHost = Code("wrongHost")
    /// The peer's certificate leads to no authority that is trusted here.
    public static let unknownAuthority = Code("unknownAuthority")
    /// The peer's key is not the pinned one.
    public static let wrongPin = Code("wrongPin")
    /// The peer's certificate was refused for another reason, or is missing.
    public static let badCertificate = Code("badCertificate")
    /// The two sides have no protocol in common.
    public static let noCommonProtocol = Code("noCommonProtocol")
    /// The peer refused this side and said why in a TLS alert.
    public static let refusedByPeer = Code("refusedByPeer")
    /// The peer broke the rules of TLS, or does not speak it.
    public static let tls = Code("tls")
  }

  public let code: Code
  /// What happened and, where it is known, what to do.
  public let message: String
  /// The system call that failed, if one did.
  public let cause: SystemError?

  init(_ code: Code, _ message: String, cause: SystemError? = nil) {
    self.code = code
    self.message = message
    self.cause = cause
  }

  init(_ error: SystemError) {
    self.init(.system, error.description, cause: error)
  }

  static let closed = LinkError(.closed, "The link is closed.")

  public var description: String { "\(code): \(message)" }
}
