import HoldfastContract
import HoldfastStore
import HoldfastSync

/// The hub's histories: each of its runs is one, and one that a backup has brought back lacks a part of those before.
extension ReplicaBook {
  /// The hub is in another history than the replica was. What that shares with this stays; of what was seen beyond,
  /// nothing is known any longer.
  ///
  /// - Returns: whether there was anything beyond.
  func enter(_ reply: JoinReply, _ head: inout ReplicaHead, _ transaction: borrowing WriteTransaction) throws -> Bool {
    let old = head.epoch
    head.epoch = reply.epoch
    guard !old.isEmpty, old != reply.epoch else { return false }
    try remember(old, shared: reply.shared, transaction)
    guard head.seen > reply.shared else { return false }
    head.seen = reply.shared
    head.cursor = []
    head.pulledTo = 0
    head.isPassing = false
    let shared = SQLValue.integer(Int64(clamping: reply.shared))
    try transaction.execute("UPDATE entity SET version = $1 WHERE version > $1", [shared])
    try lowerVersions(to: reply.shared, transaction)
    return true
  }

  /// The histories in which the replica was before that of now, the latest first.
  func earlierHistories(_ transaction: borrowing WriteTransaction) throws(StoreError) -> [EarlierHistory] {
    try transaction.all("SELECT epoch, shared FROM history ORDER BY id DESC") {
      EarlierHistory(epoch: $0.bytes(0), shared: UInt64(clamping: $0.integer(1)))
    }
  }

  /// What an older history shares with the one that is left, it shares with the new one as far as that shares anything.
  private func remember(
    _ epoch: [UInt8], shared: UInt64, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) {
    let shared = SQLValue.integer(Int64(clamping: shared))
    try transaction.execute("UPDATE history SET shared = $1 WHERE shared > $1", [shared])
    let id = try transaction.first(
      "INSERT INTO history(epoch, shared) VALUES($1, $2) RETURNING id", [.bytes(epoch), shared]
    ) { $0.integer(0) }
    try transaction.execute(
      "DELETE FROM history WHERE id <= $1 OR shared = 0", [.integer((id ?? 0) - Limits.histories)])
  }

  /// Operations, and what they met, know of nothing later.
  private func lowerVersions(to shared: UInt64, _ transaction: borrowing WriteTransaction) throws {
    var last: UInt64 = 0
    while true {
      var batch: [StoredOperation] = []
      try transaction.forEachOperation(after: last) { operation in
        batch.append(operation)
        return batch.count < Limits.batch
      }
      guard let end = batch.last else { return }
      last = end.position
      for var operation in batch {
        let met = operation.refusal?.version ?? 0
        guard operation.content.base > shared || met > shared else { continue }
        operation.content.base = min(operation.content.base, shared)
        operation.refusal?.version = min(met, shared)
        try transaction.store(operation)
      }
    }
  }
}
