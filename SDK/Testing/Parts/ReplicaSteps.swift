package import HoldfastContract
package import HoldfastSDK
package import HoldfastStore
package import HoldfastSync

#if canImport(FoundationEssentials)
  package import FoundationEssentials
#else
  package import Foundation
#endif

/// What is done to the file of a simulated device. `ReplicaBook` does what production does; a test that wants to know
/// whether the simulator would notice a mistake puts one that makes it in its place.
package protocol ReplicaSteps: SyncSteps {
  /// What does all that a faulty one does right.
  var book: ReplicaBook { get }

  func create(
    _ entity: EntityRef, state: [UInt8], _ terms: ReplicaBook.Terms, in transaction: borrowing WriteTransaction
  ) throws -> ReplicaBook.Queued
  func update(
    _ entity: EntityRef, _ terms: ReplicaBook.Terms, in transaction: borrowing WriteTransaction,
    _ body: (_ state: [UInt8]) throws -> [UInt8]
  ) throws -> ReplicaBook.Queued
  func delete(
    _ entity: EntityRef, _ terms: ReplicaBook.Terms, in transaction: borrowing WriteTransaction
  ) throws -> ReplicaBook.Queued

  func prune(
    toBytes limit: Int64, accessedSince time: Int64, in transaction: borrowing WriteTransaction
  ) throws -> ReplicaBook.Pruned
  func verify(
    _ reply: ChecksumReply, to request: ChecksumRequest, in transaction: borrowing WriteTransaction
  ) throws -> ReplicaBook.Comparison
}

extension ReplicaSteps {
  package func create(
    _ entity: EntityRef, state: [UInt8], _ terms: ReplicaBook.Terms, in transaction: borrowing WriteTransaction
  ) throws -> ReplicaBook.Queued {
    try book.create(entity, state: state, terms, in: transaction)
  }

  package func update(
    _ entity: EntityRef, _ terms: ReplicaBook.Terms, in transaction: borrowing WriteTransaction,
    _ body: (_ state: [UInt8]) throws -> [UInt8]
  ) throws -> ReplicaBook.Queued {
    try book.update(entity, terms, in: transaction, body)
  }

  package func delete(
    _ entity: EntityRef, _ terms: ReplicaBook.Terms, in transaction: borrowing WriteTransaction
  ) throws -> ReplicaBook.Queued {
    try book.delete(entity, terms, in: transaction)
  }

  package func prepare(
    _ action: SyncAction, _ memory: SyncMemory, at moment: ReplicaBook.Moment, fresh: UUID,
    in transaction: borrowing WriteTransaction
  ) throws -> ReplicaBook.Prepared {
    try book.prepare(action, memory, at: moment, fresh: fresh, in: transaction)
  }

  package func take(
    _ reply: JoinReply, to request: JoinRequest, at now: Int64, fresh: UUID, in transaction: borrowing WriteTransaction
  ) throws -> SyncReceipt {
    try book.take(reply, to: request, at: now, fresh: fresh, in: transaction)
  }

  package func take(
    _ reply: PullReply, to request: PullRequest, at now: Int64, in transaction: borrowing WriteTransaction
  ) throws -> SyncReceipt {
    try book.take(reply, to: request, at: now, in: transaction)
  }

  package func take(
    _ reply: PushReply, to parcel: ReplicaBook.Parcel, of push: PushPlan.PushID, at now: Int64, fresh: UUID,
    in transaction: borrowing WriteTransaction
  ) throws -> SyncReceipt {
    try book.take(reply, to: parcel, of: push, at: now, fresh: fresh, in: transaction)
  }

  package func replace(_ old: UUID, by fresh: UUID, in transaction: borrowing WriteTransaction) throws {
    try book.replace(old, by: fresh, in: transaction)
  }

  package func queue(
    at moment: ReplicaBook.Moment, in transaction: borrowing WriteTransaction
  ) throws -> ReplicaBook.Queue {
    try book.queue(at: moment, in: transaction)
  }

  package func prune(
    toBytes limit: Int64, accessedSince time: Int64, in transaction: borrowing WriteTransaction
  ) throws -> ReplicaBook.Pruned {
    try book.prune(toBytes: limit, accessedSince: time, in: transaction)
  }
}

extension ReplicaSteps {
  package func verify(
    _ reply: ChecksumReply, to request: ChecksumRequest, in transaction: borrowing WriteTransaction
  ) throws -> ReplicaBook.Comparison {
    try book.verify(reply, to: request, in: transaction)
  }
}

/// The steps as production does them.
package struct SoundReplica: ReplicaSteps {
  package let book: ReplicaBook

  package init(_ book: ReplicaBook) { self.book = book }
}
