import HoldfastStore

/// What a replica could not do, and what to do about it.
public struct ReplicaError: Error, Sendable, CustomStringConvertible {
  /// What kind of failure this is. Open: more may come, so compare with `==` and keep a default.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    public let description: String

    private init(_ description: String) { self.description = description }

    /// There is an entity with this key already.
    public static let exists = Code("exists")
    /// There is no such entity or operation.
    public static let missing = Code("missing")
    /// The values cannot be stored: too large, or not what their type says.
    public static let invalid = Code("invalid")
    /// What was asked for does not go together with the state of the operation.
    public static let notPossible = Code("notPossible")
    /// The file belongs to another space, or is no replica.
    public static let wrongFile = Code("wrongFile")
    /// The file could not be read or written. `cause` says more.
    public static let storage = Code("storage")
    /// The file is damaged.
    public static let corrupt = Code("corrupt")
    /// The replica is closed.
    public static let closed = Code("closed")
  }

  public let code: Code
  /// What happened, and what to do.
  public let message: String
  public let cause: (any Error)?

  public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
    self.code = code
    self.message = message
    self.cause = cause
  }

  /// What can be done about it.
  public var remedy: Remedy { Remedy(self) ?? .report }

  /// Whether whoever uses the program can do something about it: free some space, choose another key, or decide.
  public var isRecoverable: Bool {
    switch code {
    case .exists, .missing, .invalid, .notPossible: true
    case .storage: (cause as? StoreError).map { [.full, .readOnly, .locked, .overloaded].contains($0.code) } ?? false
    default: false
    }
  }

  public var description: String {
    // What the store said is a part of the message already.
    guard let cause, !((cause as? StoreError).map { message.contains($0.message) } ?? false) else {
      return "\(code): \(message)"
    }
    return "\(code): \(message) (\(cause))"
  }
}
