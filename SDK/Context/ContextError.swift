/// Why a value cannot be had or set, and what to do about it.
public struct ContextError: ChainedError, Sendable, CustomStringConvertible {
  /// The kind of failure. Open: more may come, so compare with `==` and keep a default.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    public let description: String

    private init(_ description: String) { self.description = description }

    /// The provider takes no questions now: it is offline, overloaded, too slow, or has failed too often of late.
    public static let unavailable = Code("unavailable")
    /// Something was found, and it is damaged, or no value of the key's type.
    public static let corruption = Code("corruption")
    /// The way to the place failed, or the place refuses this caller.
    public static let network = Code("network")
    /// What is stored on this device could not be read or written.
    public static let persistence = Code("persistence")
    /// The members of a composite do not give what its strategy asks for. `causes` says why, member by member.
    public static let composition = Code("composition")
    /// The name is empty or too long.
    public static let invalidKey = Code("invalidKey")
    /// The value cannot be turned into bytes, or is larger than the place takes.
    public static let invalidValue = Code("invalidValue")
    /// The provider's values cannot be set through it.
    public static let readOnly = Code("readOnly")
    /// The key has another version than was expected.
    public static let conflict = Code("conflict")
    /// The task was cancelled.
    public static let cancelled = Code("cancelled")
  }

  public let code: Code
  /// What happened, and what to do.
  public let message: String
  /// The key's name, if it is about one.
  public let key: String?
  /// The name of the provider that says so.
  public let provider: String
  /// What it came of, first things first.
  public let causes: [any Error]
  /// Whether the same may go well later without anybody's doing. Only then it is tried again.
  public let isPassing: Bool
  /// Do not try again earlier than this.
  public let retryAfter: Duration?

  /// - Parameter isPassing: unless said, what is unavailable and what failed on the way may pass.
  public init(
    _ code: Code, _ message: String, key: String? = nil, provider: String, causes: [any Error] = [],
    isPassing: Bool? = nil, retryAfter: Duration? = nil
  ) {
    self.code = code
    self.message = message
    self.key = key
    self.provider = provider
    self.causes = causes
    self.isPassing = isPassing ?? [.unavailable, .network].contains(code)
    self.retryAfter = retryAfter
  }

  /// The same about one key.
  func about(_ key: String) -> ContextError {
    ContextError(
      code, message, key: key, provider: provider, causes: causes, isPassing: isPassing, retryAfter: retryAfter)
  }

  static func cancelled(_ key: String?, _ provider: String) -> ContextError {
    ContextError(.cancelled, "the caller gave up", key: key, provider: provider, causes: [CancellationError()])
  }

  public var kind: String { code.description }
  public var summary: String { message }

  /// What can be done about it, and by whom.
  public var remedy: Remedy { Remedy(self) ?? (isPassing ? .wait : .report) }

  public var description: String {
    let place = key.map { "\(provider), key “\(Self.shown($0))”" } ?? provider
    let reasons = causes.map { "\($0)" }.joined(separator: "; and: ")
    return "\(code): \(message) (\(place))" + (reasons.isEmpty ? "" : ": \(reasons)")
  }

  /// A name as one can read it in a line of text.
  private static func shown(_ name: String) -> String {
    let cut = name.unicodeScalars.prefix(64).map { $0.value < 32 || $0.value == 127 ? "\\u{\($0.value)}" : String($0) }
    return cut.joined() + (name.unicodeScalars.count > 64 ? "…" : "")
  }
}
