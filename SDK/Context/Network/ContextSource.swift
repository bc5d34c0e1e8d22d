/// A place on the other side of a network that has context. `NetworkContextProvider` remembers what it says, tries again
/// what may succeed, and asks it once however many want to know.
public protocol ContextSource: Sendable {
  /// What resolutions and errors call it.
  var name: String { get }

  /// Asks for the values of some keys, at most `ContextLimits.questionKeys` at once.
  ///
  /// - Returns: one answer for each name, in the same order.
  /// - Throws: where none of them can be had, for one reason.
  func fetch(_ names: [String]) async throws(ContextError) -> [ContextAnswer]

  /// Sets the value of a key, or removes it where there is no content, and returns when that is safe.
  ///
  /// - Parameter lifetime: how long the value holds; nil where it does not end by time.
  /// - Returns: the key's version now; 0 where the place has none.
  /// - Throws: `readOnly` where nothing can be set.
  func store(_ content: [UInt8]?, for name: String, lifetime: Duration?) async throws(ContextError) -> UInt64

  /// Tells of changes until the task is cancelled or the way to the place is lost, which it throws. It begins with
  /// `everything`, as soon as no later change escapes it. Returns at once where the place never tells.
  func follow(_ tell: @escaping @Sendable (ContextNotice) -> Void) async throws(ContextError)
}

extension ContextSource {
  public func store(_ content: [UInt8]?, for name: String, lifetime: Duration?) async throws(ContextError) -> UInt64 {
    throw ContextError(
      .readOnly, "nothing can be set here; set it where it comes from", key: name, provider: self.name)
  }

  public func follow(_ tell: @escaping @Sendable (ContextNotice) -> Void) async throws(ContextError) {}
}

/// What a source says about one key.
public enum ContextAnswer: Sendable {
  case value(ContextContent)
  /// It was looked for, and there is none.
  case absent
  case failed(ContextError)
}

/// A value as it travels.
public struct ContextContent: Sendable, Hashable {
  public var bytes: [UInt8]
  /// Grows with each change of the key; 0 where the place has no versions.
  public var version: UInt64
  /// How long it holds from now on; nil where it does not end by time.
  public var lifetime: Duration?
  /// What resolutions say it is from, where that is more than the source's name.
  public var source: String?

  public init(_ bytes: [UInt8], version: UInt64 = 0, lifetime: Duration? = nil, source: String? = nil) {
    self.bytes = bytes
    self.version = version
    self.lifetime = lifetime
    self.source = source
  }
}

/// What a source tells unasked.
public enum ContextNotice: Sendable, Hashable {
  /// The key has changed, and has this version now; 0 where that is not known.
  case changed(String, version: UInt64)
  /// Any key may have changed.
  case everything
}
