/// A value that a key has or has had.
public struct PastContext<Value: ContextValue>: Sendable, Equatable {
  /// Nil where it was removed.
  public let value: Value?
  /// The Swift type that it was set as.
  public let type: String
  /// Grows with each change of the key.
  public let version: UInt64
  /// When it was set, in microseconds since 1970.
  public let written: Int64
  /// When it ends or has ended, in microseconds since 1970; nil for never.
  public let ends: Int64?
}
