internal import HoldfastContract
internal import HoldfastSDK
internal import HoldfastStore
internal import HoldfastSync
internal import HoldfastWire

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// What `SyncEngine` does, one step at a time: the machine's actions become steps on the file and calls, and what comes
/// of these is told to the machine.
extension SimulatedDevice {
  /// A call that has been made and not been answered.
  enum Pending {
    case join(JoinRequest)
    case pull(PullRequest)
    case push(PushPlan.PushID, ReplicaBook.Parcel)
    /// Before the push, an older incarnation joins.
    case introduction(JoinRequest, PushPlan.PushID, ReplicaBook.Parcel)

    /// What the machine knows it as.
    var call: SyncCall {
      switch self {
      case .join: .join
      case .pull: .pull
      case .push(let id, _), .introduction(_, let id, _): .push(id)
      }
    }

    var request: HubRequest {
      switch self {
      case .join(let request), .introduction(let request, _, _): .join(request)
      case .pull(let request): .pull(request)
      case .push(_, let parcel): .push(parcel.request)
      }
    }
  }

  /// What an action comes to.
  enum Begun {
    case step(SyncStep)
    case call(Pending)
    case openHints(HintsRequest)
    case closeHints
    case refreshCredential
  }

  /// Prepares the file for what the machine wants.
  func begin(_ action: SyncAction, at now: UInt64) throws -> Begun {
    let (joined, moment, fresh) = (joined, moment(now), fresh())
    let prepared: ReplicaBook.Prepared
    do {
      prepared = try write { try $1.prepare(action, joined: joined, at: moment, fresh: fresh, in: $0) }
    } catch {
      guard hasPower, let call = action.call else { throw error }
      return .step(try hear(.failed(call, .unreachable(retryAfter: nil)), at: now))
    }
    switch prepared {
    case .receipt(let receipt): return .step(try hear(receipt.news, at: now))
    case .request(.join(let request)):
      self.joined = request.replica.incarnation
      introduced = []
      return .call(.join(request))
    case .request(.pull(let request)): return .call(.pull(request))
    case .request(.push(let id, let parcel, let introduction)):
      guard let introduction, !introduced.contains(introduction.replica.incarnation) else {
        return .call(.push(id, parcel))
      }
      return .call(.introduction(introduction, id, parcel))
    case .request(.openHints(let request)): return .openHints(request)
    case .request(.closeHints): return .closeHints
    case .request(.refreshCredential): return .refreshCredential
    }
  }

  /// What comes after a reply.
  enum Finished {
    case step(SyncStep, parked: [UInt64])
    case call(Pending)
  }

  /// Keeps a reply, and tells the machine.
  func finish(_ pending: Pending, _ reply: HubReply, at now: UInt64) throws -> Finished {
    let (wall, fresh) = (wall(now), fresh())
    let receipt: SyncReceipt
    switch (pending, reply) {
    case (.introduction(let request, let id, _), .failed(.needs(.incarnation))):
      let old = request.replica.incarnation
      try write { try $1.book.replace(old, by: fresh, in: $0) }
      receipt = SyncReceipt(.failed(.push(id), .unreachable(retryAfter: nil)))
    case (_, .failed(let fault)): receipt = SyncReceipt(.failed(pending.call, fault))
    case (.introduction(let request, let id, let parcel), .join):
      introduced.insert(request.replica.incarnation)
      return .call(.push(id, parcel))
    case (.join(let request), .join(let reply)):
      receipt = try write { try $1.take(reply, to: request, at: wall, fresh: fresh, in: $0) }
      isRestored = false
    case (.pull(let request), .pull(let reply)):
      receipt = try write { try $1.take(reply, to: request, at: wall, in: $0) }
    case (.push(let id, let parcel), .push(let reply)):
      receipt = try write { try $1.take(reply, to: parcel, of: id, at: wall, fresh: fresh, in: $0) }
    default: throw Away()
    }
    return .step(try hear(receipt.news, at: now), parked: receipt.parked)
  }

  func hear(_ news: SyncNews, at now: UInt64) throws -> SyncStep {
    if case .queue(let queue) = news { (lastPosition, edits) = (queue.last, queue.edits) }
    if case .renamed(let queue) = news { (lastPosition, edits) = (queue.last, queue.edits) }
    guard let step = machine?.hear(news, at: MonotonicTime(nanoseconds: now)) else { throw Away() }
    return step
  }

  /// Somebody has said that the queue has grown or changed.
  func lookAtQueue(at now: UInt64) throws -> [SyncStep] {
    let (last, known, moment) = (lastPosition, edits, moment(now))
    let queue = try write { transaction, steps in
      try transaction.head().edits == known
        ? try steps.book.queue(after: last, at: moment, in: transaction)
        : try steps.book.queue(at: moment, in: transaction)
    }
    guard queue.edits == edits else { return [try hear(.queue(queue), at: now)] }
    var done: [SyncStep] = []
    for unit in queue.units where machine?.plan.holds(unit.position) == false {
      if let step = machine?.enqueue(unit, at: moment.monotonic) { done.append(step) }
    }
    lastPosition = max(lastPosition, queue.last)
    return done
  }

  /// The replica may no longer see the space.
  func forget() throws {
    let touched = try write { try $1.book.forgetEverything(in: $0) }
    account.pruned.formUnion(touched.entities)
  }
}

extension SyncAction {
  /// The call that has to be answered.
  fileprivate var call: SyncCall? {
    switch self {
    case .join: .join
    case .pull: .pull
    case .push(let push): .push(push.id)
    case .openHints, .closeHints, .look, .ask, .park: nil
    }
  }
}
