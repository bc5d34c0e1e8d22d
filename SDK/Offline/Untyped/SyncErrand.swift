import HoldfastContract
import HoldfastRPC
import HoldfastStore
import HoldfastSync
import HoldfastWire

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// One visit to the hub, which comes to an end: for those who do not stay connected.
///
/// The dialogue is the one of the engine. What is not to be done is kept from it: in a pull it knows of no operation, in a
/// push it hears that there is nothing new. A credential that the hub does not take ends the visit and nothing else; what
/// the replica holds is taken away by the program's own credential alone.
struct SyncErrand: ~Copyable {
  private let core: ReplicaCore
  private let transport: any SyncTransport
  private let direction: SyncDirection
  private let show: @Sendable (SyncProgress) -> Void
  private var dialogue: SyncDialogue
  private var waiting: [SyncAction] = []
  private var wake = MonotonicTime.distantFuture
  /// Why the replica's file could not take what the hub said last.
  private var fault: (any Error)?
  private(set) var progress: SyncProgress {
    didSet { if progress != oldValue { show(progress) } }
  }

  private static let timing = SyncTiming(
    backoff: Backoff(first: .milliseconds(200), longest: .seconds(5)), reconnectSpread: .zero, look: .seconds(3_600),
    poll: .seconds(3_600), pollWithoutHints: .seconds(3_600))

  static func prepare(
    _ core: ReplicaCore, _ transport: any SyncTransport, _ direction: SyncDirection,
    _ show: @escaping @Sendable (SyncProgress) -> Void
  ) async throws -> SyncErrand {
    let moment = core.clock.moment
    let (queue, head) = try await core.read { book, transaction in
      (try book.queue(at: moment, in: transaction), try transaction.storedHead())
    }
    let own = direction == .pull ? ReplicaBook.Queue() : queue
    let dialogue = SyncDialogue(
      own, pulledTo: head.pulledTo, timing: timing, seed: UInt64.random(in: 0 ... .max), now: moment.monotonic)
    var progress = SyncProgress()
    progress.pulledTo = head.pulledTo
    progress.toPush = own.units.lazy.filter { !$0.isParked }.map(\.operations.count).reduce(0, +)
    return SyncErrand(core, transport, direction, show, dialogue, progress)
  }

  private init(
    _ core: ReplicaCore, _ transport: any SyncTransport, _ direction: SyncDirection,
    _ show: @escaping @Sendable (SyncProgress) -> Void, _ dialogue: consuming SyncDialogue, _ progress: SyncProgress
  ) {
    self.core = core
    self.transport = transport
    self.direction = direction
    self.show = show
    self.dialogue = dialogue
    self.progress = progress
  }

  private var now: MonotonicTime { core.clock.monotonic() }

  // MARK: Going

  /// Goes on until nothing is left to do but to wait for somebody's decision, or nothing has gone forward for as long as
  /// there is patience.
  mutating func run(patience: Duration) async throws -> SyncProgress {
    var deadline = now + patience
    follow(dialogue.machine.network(isUp: true, at: now))
    while true {
      if !waiting.isEmpty {
        let before = progress
        try await perform(waiting.removeFirst())
        if progress != before && progress.lastError == nil { deadline = now + patience }
        continue
      }
      if isAtRest { return progress }
      let next = min(wake, deadline)
      try await core.clock.rest(until: next)
      if now >= deadline {
        if let fault { throw fault }
        throw SyncErrandError(.unreachable, progress.lastError, else: "the hub asked to come again later")
      }
      follow(dialogue.machine.tick(at: now))
    }
  }

  private var isAtRest: Bool {
    switch dialogue.machine.status {
    case .synced: true
    case .pending: dialogue.machine.plan.nextDue == nil
    case .offline, .stuck, .syncing: false
    }
  }

  private mutating func follow(_ step: SyncStep) {
    waiting += step.actions
    wake = step.wake
  }

  // MARK: Actions

  private mutating func perform(_ action: SyncAction) async throws {
    switch action {
    // Nobody waits for hints.
    case .openHints, .closeHints: return
    case .pull where direction == .push:
      let sequence = progress.hubSequence
      return follow(dialogue.machine.pulled(to: sequence, hub: sequence, more: false, at: now))
    case .ask(let need) where need != .incarnation:
      throw SyncErrandError(.needs(need), progress.lastError, else: "the hub does not let the replica in")
    case .join, .pull, .push, .look, .park, .ask: break
    }
    let (memory, moment, fresh) = (dialogue.memory, core.clock.moment, UUID())
    let prepared = try await core.write { book, transaction in
      let prepared = try book.prepare(action, memory, at: moment, fresh: fresh, in: transaction)
      if case .receipt(let receipt) = prepared { return (prepared, receipt.touched) }
      return (prepared, ReplicaBook.Touched())
    }
    switch dialogue.begin(prepared) {
    case .ask(let question): await ask(question)
    case .done(let receipt): follow(dialogue.hear(seen(receipt), at: now))
    case .openHints, .closeHints, .refreshCredential: break
    }
  }

  /// Asks the hub, and what that leads to. Where the file cannot be written, the hub is asked again as if it had not
  /// answered.
  private mutating func ask(_ first: SyncQuestion) async {
    var question = first
    while true {
      let began = now
      let (reply, failure) = await reply(to: question.request)
      let receipt: SyncReceipt
      do {
        let (asked, moment, fresh) = (question, core.clock.moment, UUID())
        receipt = try await core.write { book, transaction in
          let receipt = try asked.keep(reply, by: book, at: moment, fresh: fresh, in: transaction)
          return (receipt, receipt.touched)
        }
      } catch {
        fault = error
        failed(failure == nil ? .writing : question.request.activity, [failure, error].compactMap(\.self))
        return follow(dialogue.broken(question.call, at: now))
      }
      fault = nil
      progress.metrics.kept(receipt, of: question, reply, within: now - began)
      switch dialogue.finish(question, reply, seen(receipt), at: now) {
      case .ask(let next): question = next
      case .follow(let step): return follow(step)
      }
    }
  }

  private mutating func failed(_ activity: ReplicaFailure.Activity, _ errors: [any Error]) {
    progress.lastError = ReplicaFailure(activity, errors, at: core.clock.wall())
  }

  private mutating func reply(to request: HubRequest) async -> (HubReply, (any Error)?) {
    if case .push(let push) = request {
      progress.current = push.operations.first.map { ReplicaStatus.Current(kind: $0.kind, type: $0.type) }
    }
    defer { progress.current = nil }
    do throws(SyncTransportError) {
      return (try await transport.ask(request), nil)
    } catch {
      failed(request.activity, [error])
      return (.failed(error.fault), error)
    }
  }

  /// Shows what is in the file now.
  /// - Returns: what the dialogue is to know of it.
  private mutating func seen(_ receipt: SyncReceipt) -> SyncReceipt {
    progress.pushed += receipt.applied
    progress.refused += receipt.refused
    switch receipt.news {
    case .joined(let hub, _): progress.hubSequence = hub
    case .pulled(let sequence, let hub, _):
      progress.pages += 1
      (progress.pulledTo, progress.hubSequence) = (sequence, max(hub, sequence))
    case .pushed(_, _, let hub): progress.hubSequence = max(hub, progress.hubSequence)
    case .failed, .granted, .queue, .renamed, .nothing: break
    }
    switch receipt.news {
    case .joined, .pulled, .pushed: progress.lastError = nil
    case .failed, .granted, .queue, .renamed, .nothing: break
    }
    guard direction == .pull else { return receipt }
    var known = receipt
    known.news = receipt.news.withoutQueue
    known.queue = nil
    return known
  }
}

extension SyncNews {
  /// The same for a machine that is to know of no operation.
  fileprivate var withoutQueue: SyncNews {
    switch self {
    case .queue: .queue(ReplicaBook.Queue())
    case .renamed: .renamed(ReplicaBook.Queue())
    case .joined, .pulled, .pushed, .failed, .granted, .nothing: self
    }
  }
}
