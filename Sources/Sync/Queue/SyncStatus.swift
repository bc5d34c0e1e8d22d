/// How things stand, for people.
package enum SyncStatus: Hashable, Sendable {
  /// The network is away, or the hub is not to be reached.
  case offline(pending: Int)
  /// Nothing goes on until this is there.
  case stuck(SyncNeed, pending: Int)
  /// Something is under way.
  case syncing(pending: Int)
  /// Nothing is under way, and something waits.
  case pending(Int)
  /// The hub has everything, and so has the device as far as is known.
  case synced
}
