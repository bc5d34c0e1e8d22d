import HoldfastContract
package import HoldfastStore
package import HoldfastSync
import HoldfastWire

#if canImport(FoundationEssentials)
  package import FoundationEssentials
#else
  package import Foundation
#endif

/// A call that is under way, and what it is for.
package struct SyncQuestion: Sendable {
  struct Push: Sendable {
    var id: PushPlan.PushID
    var parcel: ReplicaBook.Parcel
  }

  /// What the machine knows it as.
  package let call: SyncCall
  package let request: HubRequest
  /// The push before which the replica has to join in another way, and further such ways.
  private var rest: (push: Push, joins: ArraySlice<JoinRequest>)?
  /// The push that this is.
  private var push: Push?

  init(_ call: SyncCall, _ request: HubRequest) {
    self.call = call
    self.request = request
  }

  /// A push, before which the replica joins with the hub in these ways.
  init(_ push: Push, after joins: ArraySlice<JoinRequest>) {
    call = .push(push.id)
    if let first = joins.first {
      request = .join(first)
      rest = (push, joins.dropFirst())
    } else {
      request = .push(push.parcel.request)
      self.push = push
    }
  }

  /// Whether the replica joins under an older incarnation, or tells of more types, since a push needs that.
  package var isBeforePush: Bool { rest != nil }

  /// What is asked once this has been answered well.
  var next: SyncQuestion? { rest.map { SyncQuestion($0.push, after: $0.joins) } }

  /// Keeps the answer in the replica's file. It is told to the dialogue once the transaction is durable.
  package func keep(
    _ reply: HubReply, by steps: some SyncSteps, at now: ReplicaBook.Moment, fresh: UUID,
    in transaction: borrowing WriteTransaction
  ) throws -> SyncReceipt {
    switch (request, reply) {
    case (.join(let request), .join(let reply)) where isBeforePush:
      // Another history: the replica joins as it does at first, and learns what that means.
      return SyncReceipt(request.epoch == reply.epoch ? .nothing : .failed(call, .unreachable(retryAfter: nil)))
    case (.join(let request), .failed(.needs(.incarnation))) where isBeforePush:
      return try replace(request.replica.incarnation, by: fresh, steps, at: now, transaction)
    case (.join(let request), .join(let reply)):
      return try steps.take(reply, to: request, at: now.wall, fresh: fresh, in: transaction)
    case (.pull(let request), .pull(let reply)):
      return try steps.take(reply, to: request, at: now.wall, in: transaction)
    case (.push, .push(let reply)):
      guard let push else { return SyncReceipt(.failed(call, .refused(.internal))) }
      return try steps.take(reply, to: push.parcel, of: push.id, at: now.wall, fresh: fresh, in: transaction)
    case (_, .failed(let fault)): return SyncReceipt(.failed(call, fault))
    // A transport answers each request with a reply of its kind.
    case (.join, _), (.pull, _), (.push, _): return SyncReceipt(.failed(call, .refused(.internal)))
    }
  }

  /// The hub does not take an older incarnation: its operations go under the present one.
  private func replace(
    _ old: UUID, by fresh: UUID, _ steps: some SyncSteps, at now: ReplicaBook.Moment,
    _ transaction: borrowing WriteTransaction
  ) throws -> SyncReceipt {
    try steps.replace(old, by: fresh, in: transaction)
    var receipt = SyncReceipt(.failed(call, .unreachable(retryAfter: nil)))
    receipt.queue = try steps.queue(at: now, in: transaction)
    receipt.touched.isQueueTouched = true
    return receipt
  }
}
