/// What could not be saved or loaded, and what to do about it.
public struct StorageError: Error, Sendable, CustomStringConvertible {
  /// The kind of failure. Open: more may come, so compare with `==` and keep a default.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    public let description: String

    private init(_ description: String) { self.description = description }

    /// The key has another version than expected: load it again and decide anew.
    public static let conflict = Code("conflict")
    /// What is stored is damaged. It was left where it is, or put aside as the message says.
    public static let damaged = Code("damaged")
    /// What is stored is whole, but is not a value of the type that was asked for.
    public static let undecodable = Code("undecodable")
    /// The value cannot be turned into bytes.
    public static let unencodable = Code("unencodable")
    /// The key is empty or longer than the adapter takes, or is used twice in one transaction.
    public static let invalidKey = Code("invalidKey")
    /// The value, or all values together, are larger than the adapter takes.
    public static let tooLarge = Code("tooLarge")
    /// No space is left.
    public static let full = Code("full")
    /// The place cannot be written, or not by this user.
    public static let notPermitted = Code("notPermitted")
    /// Another process holds the place for itself.
    public static let locked = Code("locked")
    /// The place cannot be reached now; later it may.
    public static let unavailable = Code("unavailable")
    /// The key that seals the values is not the one they were sealed with. Nothing was changed.
    public static let wrongKey = Code("wrongKey")
    /// A step to another version of what is stored cannot be made. What was before it is there.
    public static let migrationFailed = Code("migrationFailed")
    /// What is stored is of a version that this program does not know yet. Nothing was changed.
    public static let newerVersion = Code("newerVersion")
    /// What is stored is of an earlier version, and has to be migrated first.
    public static let outdated = Code("outdated")
    /// The task was cancelled before anything was done.
    public static let cancelled = Code("cancelled")
    /// The adapter is closed.
    public static let closed = Code("closed")
    /// Anything else; `cause` says more.
    public static let failed = Code("failed")
  }

  public let code: Code
  /// What happened, and what to do.
  public let message: String
  /// The key that it is about, if it is about one.
  public let key: String?
  public let cause: (any Error)?

  public init(_ code: Code, _ message: String, key: String? = nil, cause: (any Error)? = nil) {
    self.code = code
    self.message = message
    self.key = key
    self.cause = cause
  }

  /// Whether the same may go well later without anybody's doing.
  public var isPassing: Bool { [.unavailable, .locked].contains(code) }

  public var description: String {
    let place = key.map { " (key “\(shown($0))”)" } ?? ""
    return "\(code): \(message)\(place)" + (cause.map { ": \($0)" } ?? "")
  }

  /// A key as one can read it in a line of text.
  private func shown(_ key: String) -> String {
    let cut = key.unicodeScalars.prefix(64).map { $0.value < 32 || $0.value == 127 ? "\\u{\($0.value)}" : String($0) }
    return cut.joined() + (key.unicodeScalars.count > 64 ? "…" : "")
  }
}
