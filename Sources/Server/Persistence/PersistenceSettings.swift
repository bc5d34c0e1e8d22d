package import HoldfastWire

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
  /// How long changes stay in the log for watches that come back to them. A change that its client may still send again
  /// (`outcomesKept`) stays in any case.
  public var changesKept: Duration = .seconds(30 * 86_400)
  /// How many changes the log of a space keeps at most, in the same sense.
  public var changesKeptCount: Int64 = 10_000_000
  /// How many changes of a name of context are remembered, the last one included; one at least.
  public var contextHistory = 10
  /// How often the hub looks for values that have expired and logs that have become too long.
  public var housekeeping: Duration = .seconds(1)
  /// The wall clock.
  package var clock: @Sendable () -> Timestamp = { .wallClock() }

  public init() {}
}
