package import HoldfastContract
package import HoldfastStore
package import HoldfastSync
package import HoldfastWire

#if canImport(FoundationEssentials)
  package import FoundationEssentials
#else
  package import Foundation
#endif

/// What a replica says to its hub, and in which order: the sync machine, with what has to be remembered beside it.
///
/// It does nothing by itself. Whoever leads the dialogue prepares the file for each of the machine's actions
/// (`SyncSteps.prepare`) and calls `begin`; asks the hub what that comes to; keeps the answer in the file
/// (`SyncQuestion.keep`) and calls `finish`. The engine does so over a network, an errand until it is at rest, and a
/// simulator one step at a time.
package struct SyncDialogue: ~Copyable {
  package var machine: SyncMachine
  package private(set) var memory = SyncMemory()
  /// The end of the queue that the machine knows, and its edits.
  package private(set) var mark: QueueMark

  package init(
    _ queue: ReplicaBook.Queue, pulledTo sequence: UInt64, timing: SyncTiming, seed: UInt64, now: MonotonicTime
  ) {
    machine = SyncMachine(
      units: queue.units, sent: queue.sent, pulledTo: sequence, timing: timing, seed: seed, now: now)
    mark = QueueMark(queue)
  }

  // MARK: Actions

  /// What an action comes to.
  package enum Beginning: Sendable {
    case ask(SyncQuestion)
    /// It was done in the file. To be told to `hear`.
    case done(SyncReceipt)
    case openHints(HintsRequest)
    case closeHints
    case refreshCredential
  }

  /// The file is prepared for an action.
  package mutating func begin(_ prepared: ReplicaBook.Prepared) -> Beginning {
    switch prepared {
    case .receipt(let receipt): return .done(receipt)
    case .request(.join(let request)):
      memory.joining(request)
      return .ask(SyncQuestion(.join, .join(request)))
    case .request(.pull(let request)): return .ask(SyncQuestion(.pull, .pull(request)))
    case .request(.push(let id, let parcel, let before)):
      return .ask(SyncQuestion(SyncQuestion.Push(id: id, parcel: parcel), after: before[...]))
    case .request(.openHints(let request)): return .openHints(request)
    case .request(.closeHints): return .closeHints
    case .request(.refreshCredential): return .refreshCredential
    }
  }

  /// What comes after an answer.
  package enum Next: Sendable {
    case ask(SyncQuestion)
    case follow(SyncStep)
  }

  /// The answer is kept in the file.
  package mutating func finish(
    _ question: SyncQuestion, _ reply: HubReply, _ receipt: SyncReceipt, at now: MonotonicTime
  ) -> Next {
    if let next = question.next, case .join(let request) = question.request, case .nothing = receipt.news {
      memory.joined(request)
      return .ask(next)
    }
    return .follow(hear(receipt, at: now))
  }

  /// The file could not be read or written: the call is made again when that may have changed.
  package mutating func broken(_ call: SyncCall, at now: MonotonicTime) -> SyncStep {
    machine.failed(call, .unreachable(retryAfter: nil), at: now)
  }

  // MARK: News

  /// What the file holds now.
  package mutating func hear(_ receipt: SyncReceipt, at now: MonotonicTime) -> SyncStep {
    guard let queue = receipt.queue else { return hear(receipt.news, at: now) }
    return hear(.queue(queue), at: now).followed(by: hear(receipt.news, at: now))
  }

  package mutating func hear(_ news: SyncNews, at now: MonotonicTime) -> SyncStep {
    switch news {
    case .queue(let queue), .renamed(let queue): mark = QueueMark(queue)
    case .joined, .pulled, .pushed, .failed, .granted, .nothing: break
    }
    return machine.hear(news, at: now)
  }

  /// What stands in the queue beyond `mark`, or the whole where it was edited.
  /// - Returns: nil when that is nothing new.
  package mutating func hear(_ queue: ReplicaBook.Queue, at now: MonotonicTime) -> SyncStep? {
    guard queue.edits == mark.edits else { return hear(.queue(queue), at: now) }
    var step: SyncStep?
    for unit in queue.units where !machine.plan.holds(unit.position) {
      let next = machine.enqueue(unit, at: now)
      step = step?.followed(by: next) ?? next
    }
    mark.last = max(mark.last, queue.last)
    return step
  }
}

/// What has been said to a hub since the replica joined it.
package struct SyncMemory: Sendable {
  /// The incarnation under which the replica joined last, or tried to.
  package private(set) var joined: UUID?
  /// The types that the hub was told of.
  private var announced: Set<String> = []
  /// Older incarnations that have joined as well.
  private var introduced: Set<UUID> = []

  package init() {}

  fileprivate mutating func joining(_ request: JoinRequest) {
    joined = request.replica.incarnation
    announced = Set(request.entities.map(\.type))
    introduced = []
  }

  fileprivate mutating func joined(_ request: JoinRequest) {
    announced.formUnion(request.entities.lazy.map(\.type))
    introduced.insert(request.replica.incarnation)
  }

  /// Whether the hub was told of these types.
  func knows(_ types: some Sequence<String>) -> Bool { announced.isSuperset(of: types) }

  func hasIntroduced(_ incarnation: UUID) -> Bool { introduced.contains(incarnation) }
}

/// How much of the stored queue is known.
package struct QueueMark: Hashable, Sendable {
  /// The position of the last operation.
  package fileprivate(set) var last: UInt64
  /// See `ReplicaHead.edits`.
  package fileprivate(set) var edits: Int64

  init(_ queue: ReplicaBook.Queue) { (last, edits) = (queue.last, queue.edits) }
}

extension ReplicaBook {
  /// What has come to the queue since; the whole queue where it was edited.
  package func queue<T: Transaction & ~Copyable>(
    since mark: QueueMark, at moment: Moment, in transaction: borrowing T
  ) throws -> Queue {
    try transaction.storedHead().edits == mark.edits
      ? try queue(after: mark.last, at: moment, in: transaction) : try queue(at: moment, in: transaction)
  }
}
