package import HoldfastContract
package import HoldfastStore
package import HoldfastSync
package import HoldfastWire

#if canImport(FoundationEssentials)
  package import FoundationEssentials
#else
  package import Foundation
#endif

/// What an action of the sync machine comes to, once the replica's file has been prepared for it.
package enum SyncRequest: Sendable {
  case join(JoinRequest)
  case pull(PullRequest)
  /// `after`: the replica has to join in these ways first, since the hub has not heard of all types, or the operations
  /// were made under an older incarnation.
  case push(PushPlan.PushID, ReplicaBook.Parcel, after: [JoinRequest])
  case openHints(HintsRequest)
  case closeHints
  case refreshCredential
}

/// What the sync machine is told, after the replica's file holds it.
package enum SyncNews: Sendable {
  case joined(hub: UInt64, isNewHistory: Bool)
  case pulled(to: UInt64, hub: UInt64, more: Bool)
  case pushed(PushPlan.PushID, [UInt64: PushResult], hub: UInt64)
  case failed(SyncCall, SyncFault)
  /// There is a new incarnation, under which the operations stand in the queue.
  case renamed(ReplicaBook.Queue)
  case granted(SyncNeed)
  case queue(ReplicaBook.Queue)
  case nothing
}

/// What came of a reply.
package struct SyncReceipt: Sendable {
  package var news: SyncNews
  /// The queue, where it has become another one; before the news.
  package var queue: ReplicaBook.Queue?
  package var touched = ReplicaBook.Touched()
  /// Operations that were parked just now.
  package var parked: [UInt64] = []
  package var applied = 0
  package var refused = 0
  /// Entities that a page told of.
  package var received = 0

  package init(_ news: SyncNews) { self.news = news }

  /// Whether it tells of a whole queue.
  var holdsQueue: Bool {
    switch news {
    case .queue, .renamed: true
    case .joined, .pulled, .pushed, .failed, .granted, .nothing: queue != nil
    }
  }
}

extension ReplicaBook {
  /// Prepares the file for what the machine wants done, and says what that is. The transaction has to be durable before
  /// anything is said to the hub.
  ///
  /// - Parameters:
  ///   - memory: what has been said to the hub since the replica joined.
  ///   - fresh: an incarnation that nobody has used.
  package func prepare(
    _ action: SyncAction, _ memory: SyncMemory, at moment: Moment, fresh: UUID,
    in transaction: borrowing WriteTransaction
  ) throws -> Prepared {
    switch action {
    case .join: return .request(.join(try joinRequest(in: transaction)))
    case .pull: return .request(.pull(try pullRequest(in: transaction)))
    case .push(let push):
      let damaged = try parkDamaged(push.operations, in: transaction)
      guard damaged.parked.isEmpty else {
        // The others go with the next push.
        var receipt = SyncReceipt(.pushed(push.id, damaged.results, hub: 0))
        receipt.touched = damaged.touched
        receipt.parked = damaged.parked
        receipt.refused = damaged.parked.count
        return .receipt(receipt)
      }
      let parcel = try pack(push.operations, at: moment.wall, in: transaction)
      guard !parcel.request.operations.isEmpty else {
        return .receipt(SyncReceipt(.pushed(push.id, parcel.results, hub: 0)))
      }
      return .request(.push(push.id, parcel, after: try joins(before: parcel, memory, in: transaction)))
    case .openHints:
      let head = try transaction.head()
      return .request(
        .openHints(HintsRequest(space: head.space, replica: head.identity, filters: head.filters)))
    case .closeHints: return .request(.closeHints)
    case .look: return .receipt(SyncReceipt(.queue(try queue(at: moment, in: transaction))))
    case .ask(.credential): return .request(.refreshCredential)
    case .ask(.incarnation):
      let present = try transaction.head().incarnation
      if let joined = memory.joined, joined == present { try replace(joined, by: fresh, in: transaction) }
      return .receipt(SyncReceipt(.renamed(try queue(at: moment, in: transaction))))
    case .ask: return .receipt(SyncReceipt(.nothing))
    case .park(let numbers, let status):
      let settled = try park(
        numbers, status, message: "the hub cannot take it: \(status)", at: moment.wall, in: transaction)
      var receipt = SyncReceipt(.nothing)
      receipt.touched = settled.touched
      receipt.parked = settled.parked
      receipt.refused = settled.refused
      return .receipt(receipt)
    }
  }

  /// How the replica has to join before a push.
  private func joins(
    before parcel: Parcel, _ memory: SyncMemory, in transaction: borrowing WriteTransaction
  ) throws -> [JoinRequest] {
    var joins: [JoinRequest] = []
    if !memory.knows(parcel.request.operations.lazy.map(\.type)) { joins.append(try joinRequest(in: transaction)) }
    let incarnation = parcel.request.replica.incarnation
    if try transaction.head().incarnation != incarnation, !memory.hasIntroduced(incarnation) {
      joins.append(try joinRequest(as: incarnation, in: transaction))
    }
    return joins
  }

  package enum Prepared: Sendable {
    /// To be said to the hub.
    case request(SyncRequest)
    /// All of it was done here.
    case receipt(SyncReceipt)
  }

  /// Keeps the reply to a join.
  package func take(
    _ reply: JoinReply, to request: JoinRequest, at now: Int64, fresh: UUID, in transaction: borrowing WriteTransaction
  ) throws -> SyncReceipt {
    switch try joined(reply, as: request.replica.incarnation, at: now, fresh: fresh, in: transaction) {
    case .in(let isNewHistory): SyncReceipt(.joined(hub: reply.sequence, isNewHistory: isNewHistory))
    case .restored: SyncReceipt(.failed(.join, .needs(.incarnation)))
    }
  }

  /// Keeps a page.
  package func take(
    _ reply: PullReply, to request: PullRequest, at now: Int64, in transaction: borrowing WriteTransaction
  ) throws -> SyncReceipt {
    let pulled = try apply(reply, for: request, at: now, in: transaction)
    guard !pulled.isForeign else { return SyncReceipt(.failed(.pull, .unreachable(retryAfter: nil))) }
    var receipt = SyncReceipt(.pulled(to: pulled.sequence, hub: reply.sequence, more: reply.more))
    receipt.touched = pulled.touched
    receipt.received = pulled.entities
    return receipt
  }

  /// Keeps the outcomes of a push.
  package func take(
    _ reply: PushReply, to parcel: Parcel, of push: PushPlan.PushID, at now: Int64, fresh: UUID,
    in transaction: borrowing WriteTransaction
  ) throws -> SyncReceipt {
    let settled = try settle(reply, at: now, fresh: fresh, in: transaction)
    let results = settled.results.merging(parcel.results) { said, _ in said }
    var receipt = SyncReceipt(.pushed(push, results, hub: reply.sequence))
    if settled.hasNewIncarnation { receipt.news = .failed(.push(push), .needs(.incarnation)) }
    receipt.touched = settled.touched
    receipt.parked = settled.parked
    receipt.applied = settled.applied
    receipt.refused = settled.refused
    return receipt
  }
}

extension ReplicaBook.Parcel {
  /// What is known of operations that were asked for and are not in the request.
  fileprivate var results: [UInt64: PushResult] {
    left.merging(missing.map { ($0, .done) }) { left, _ in left }
  }
}

extension SyncMachine {
  /// Hears what the replica's file holds now.
  package mutating func hear(_ news: SyncNews, at now: MonotonicTime) -> SyncStep {
    switch news {
    case .joined(let sequence, let isNewHistory): return joined(hub: sequence, isNewHistory: isNewHistory, at: now)
    case .pulled(let sequence, let hub, let more): return pulled(to: sequence, hub: hub, more: more, at: now)
    case .pushed(let id, let results, let hub): return pushed(id, results, hub: hub, at: now)
    case .failed(let call, let fault): return failed(call, fault, at: now)
    case .granted(let need): return granted(need, at: now)
    case .renamed(let queue):
      return reload(queue.units, sent: queue.sent, at: now).followed(by: granted(.incarnation, at: now))
    case .queue(let queue): return reload(queue.units, sent: queue.sent, at: now)
    // What it has to do is found from how things stand.
    case .nothing: return tick(at: now)
    }
  }
}

extension SyncAction {
  /// The call that has to be answered.
  package var call: SyncCall? {
    switch self {
    case .join: .join
    case .pull: .pull
    case .push(let push): .push(push.id)
    case .openHints, .closeHints, .look, .ask, .park: nil
    }
  }
}
