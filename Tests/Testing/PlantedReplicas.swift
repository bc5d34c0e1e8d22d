import HoldfastContract
import HoldfastSDK
import HoldfastStore
import HoldfastSync
import HoldfastTesting

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

// Replicas that make one mistake each.

/// Never looks at its stored queue by itself: what it is not told of sleeps for ever.
struct SleepyReplica: ReplicaSteps {
  let book: ReplicaBook

  func prepare(
    _ action: SyncAction, _ memory: SyncMemory, at moment: ReplicaBook.Moment, fresh: UUID,
    in transaction: borrowing WriteTransaction
  ) throws -> ReplicaBook.Prepared {
    if case .look = action { return .receipt(SyncReceipt(.nothing)) }
    return try book.prepare(action, memory, at: moment, fresh: fresh, in: transaction)
  }
}

/// Makes further changes a part of what is under way.
struct CoalescingReplica: ReplicaSteps {
  let book: ReplicaBook

  func update(
    _ entity: EntityRef, _ terms: ReplicaBook.Terms, in transaction: borrowing WriteTransaction,
    _ body: (_ state: [UInt8]) throws -> [UInt8]
  ) throws -> ReplicaBook.Queued {
    try transaction.execute("UPDATE operation SET state = 0 WHERE state = 1 AND key = $1", [.bytes(entity.key)])
    return try book.update(entity, terms, in: transaction, body)
  }
}

/// Takes what stands behind a refused operation for refused as well.
struct HarshReplica: ReplicaSteps {
  let book: ReplicaBook

  func take(
    _ reply: PushReply, to parcel: ReplicaBook.Parcel, of push: PushPlan.PushID, at now: Int64, fresh: UUID,
    in transaction: borrowing WriteTransaction
  ) throws -> SyncReceipt {
    let receipt = try book.take(reply, to: parcel, of: push, at: now, fresh: fresh, in: transaction)
    for position in receipt.parked {
      try transaction.execute(
        "DELETE FROM operation WHERE position > $1 AND state <> 3 AND position IN (SELECT position FROM lane)",
        [.integer(Int64(position))])
    }
    return receipt
  }
}

/// Takes every checksum for its own.
struct TrustfulReplica: ReplicaSteps {
  let book: ReplicaBook

  func verify(
    _ reply: ChecksumReply, to request: ChecksumRequest, in transaction: borrowing WriteTransaction
  ) throws -> ReplicaBook.Comparison {
    let comparison = try book.compare(with: reply, to: request, in: transaction)
    return comparison == .different ? .equal : comparison
  }
}

/// Finds the difference and pulls nothing anew.
struct IdleReplica: ReplicaSteps {
  let book: ReplicaBook

  func verify(
    _ reply: ChecksumReply, to request: ChecksumRequest, in transaction: borrowing WriteTransaction
  ) throws -> ReplicaBook.Comparison {
    try book.compare(with: reply, to: request, in: transaction)
  }
}

/// Prunes without regard to what waits.
struct RecklessReplica: ReplicaSteps {
  let book: ReplicaBook

  func prune(
    toBytes limit: Int64, accessedSince time: Int64, in transaction: borrowing WriteTransaction
  ) throws -> ReplicaBook.Pruned {
    try transaction.execute("UPDATE entity SET pending = 0 WHERE pending > 0")
    return try book.prune(toBytes: limit, accessedSince: time, in: transaction)
  }
}

/// Begins with an empty queue when the hub's history is a new one.
struct ForgetfulReplica: ReplicaSteps {
  let book: ReplicaBook

  func take(
    _ reply: JoinReply, to request: JoinRequest, at now: Int64, fresh: UUID, in transaction: borrowing WriteTransaction
  ) throws -> SyncReceipt {
    let receipt = try book.take(reply, to: request, at: now, fresh: fresh, in: transaction)
    if case .joined(_, isNewHistory: true) = receipt.news {
      try transaction.execute("DELETE FROM operation WHERE position > 0")
      try transaction.execute("UPDATE entity SET pending = 0 WHERE pending > 0")
    }
    return receipt
  }
}
