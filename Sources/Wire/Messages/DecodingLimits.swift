/// How much a decoder takes from bytes that it does not trust.
public struct DecodingLimits: Sendable, Hashable {
  /// How many messages may stand inside one another, the outermost and the entries of maps included.
  public var maximumDepth: Int

  /// The longest message, in bytes.
  public var maximumSize: Int

  /// How many elements all lists, sets and maps hold together.
  public var maximumElements: Int

  /// What those elements may take in memory, in bytes, without what each one points to.
  public var maximumElementMemory: Int

  /// The bounds of `Limits`.
  public static let standard = DecodingLimits()

  public init(
    maximumDepth: Int = Limits.messageDepth, maximumSize: Int = Limits.messageBytes,
    maximumElements: Int = Limits.messageElements, maximumElementMemory: Int = Limits.messageElementMemory
  ) {
    self.maximumDepth = maximumDepth
    self.maximumSize = maximumSize
    self.maximumElements = maximumElements
    self.maximumElementMemory = maximumElementMemory
  }
}
