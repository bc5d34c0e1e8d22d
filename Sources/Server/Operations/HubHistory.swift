internal import HoldfastCrypto
package import HoldfastStore

/// Which history a database holds.
///
/// A database that comes out of a backup goes back in time, and gives to its next changes the sequences of those that it
/// has lost. Whoever goes on there with a cursor of before would miss some and never notice. Nothing in the database tells
/// that it was put back, and no note beside it does for certain: that may have been put back as well, or be older than
/// what was lost. So each run of a hub is a history of its own, which has an epoch drawn by chance, and the database notes
/// where each ended as far as it knows (`RunTable`). Up to there it is the same as those of later runs, and whoever has
/// not seen more goes on; who has, or was in a run that the database knows nothing of, has seen what is lost.
package enum HubHistory {
  /// Begins a run of a hub, and ends the one before.
  package static func begin(_ transaction: borrowing WriteTransaction) throws {
    try begin(epoch: try Random.bytes(8), transaction)
  }

  /// - Parameter epoch: that no run has had.
  package static func begin(epoch: [UInt8], _ transaction: borrowing WriteTransaction) throws(StoreError) {
    let old = try transaction.first("SELECT epoch FROM history WHERE id = 1") { $0.bytes(0) }
    guard let old else { throw StoreError(.corrupt, "the store does not say which history it holds") }
    try RunTable.end(old, transaction)
    try transaction.execute("UPDATE history SET epoch = $1 WHERE id = 1", [.bytes(epoch)])
  }
}
