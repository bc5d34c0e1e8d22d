package import HoldfastContract
package import HoldfastStore
package import HoldfastSync

#if canImport(FoundationEssentials)
  package import FoundationEssentials
#else
  package import Foundation
#endif

/// What is done to a replica's file while it syncs. `ReplicaBook` does it; tests put something in its place that does a
/// part of it wrongly.
package protocol SyncSteps: Sendable {
  func prepare(
    _ action: SyncAction, _ memory: SyncMemory, at moment: ReplicaBook.Moment, fresh: UUID,
    in transaction: borrowing WriteTransaction
  ) throws -> ReplicaBook.Prepared
  func take(
    _ reply: JoinReply, to request: JoinRequest, at now: Int64, fresh: UUID, in transaction: borrowing WriteTransaction
  ) throws -> SyncReceipt
  func take(
    _ reply: PullReply, to request: PullRequest, at now: Int64, in transaction: borrowing WriteTransaction
  ) throws -> SyncReceipt
  func take(
    _ reply: PushReply, to parcel: ReplicaBook.Parcel, of push: PushPlan.PushID, at now: Int64, fresh: UUID,
    in transaction: borrowing WriteTransaction
  ) throws -> SyncReceipt
  func replace(_ old: UUID, by fresh: UUID, in transaction: borrowing WriteTransaction) throws
  func queue(at moment: ReplicaBook.Moment, in transaction: borrowing WriteTransaction) throws -> ReplicaBook.Queue
}

extension ReplicaBook: SyncSteps {
  package func queue(at moment: Moment, in transaction: borrowing WriteTransaction) throws -> Queue {
    try queue(after: 0, at: moment, in: transaction)
  }
}
