internal import HoldfastWire

/// What a hub grants to the spaces that it keeps.
public struct PersistenceSettings: Sendable {
  /// Bytes of keys and contents of a space without a quota of its own.
  public var spaceBytes: Int64 = 16 << 30
  /// Values of a space without a quota of its own.
  public var spaceValues: Int64 = 50_000_000
  /// Bytes of one value's content.
  public var valueBytes = Limits.valueBytes
  /// How long the outcome of a mutation is kept for a client that sends it again.
  public var outcomesKept: Duration = .seconds(7 * 86_400)
  /// How often the hub looks for values that have expired and outcomes that are no longer kept.
  public var housekeeping: Duration = .seconds(1)
  /// The wall clock.
  var clock: @Sendable () -> Timestamp = { .wallClock() }

  public init() {}
}
