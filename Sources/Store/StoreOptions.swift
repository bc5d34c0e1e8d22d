/// How a store is opened.
public struct StoreOptions: Sendable {
  /// What an acknowledged write survives.
  package enum Durability: Sendable {
    /// Power loss: every commit waits until the device has it.
    case full
    /// Nothing. For the test that shows what `full` is for.
    case none
  }

  package var durability = Durability.full
  /// The name of a registered SQLite VFS; nil is the operating system's.
  package var vfs: String?
  /// Whether all that is deleted is overwritten, and not only where that costs nothing.
  package var erasesDeleted = false
  /// Bytes of one value, and of one row.
  package var valueBytes = Limits.valueBytes
  /// Writes that may wait; further ones are refused as `overloaded`.
  public var queuedWrites = Limits.queuedWrites
  /// Scans that may run at once, each on a thread of its own.
  public var scanThreads = Limits.scanThreads

  public init() {}
}
