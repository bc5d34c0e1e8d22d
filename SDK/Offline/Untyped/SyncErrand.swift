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
/// The machine is the one of the engine. What is not to be done is kept from it: in a pull it knows of no operation, in a
/// push it hears that there is nothing new. A credential that the hub does not take ends the visit and nothing else; what
/// the replica holds is taken away by the program's own credential alone.
struct SyncErrand: ~Copyable {
  private let core: ReplicaCore
  private let transport: any SyncTransport
  private let direction: SyncDirection
  private let show: @Sendable (SyncProgress) -> Void
  private var machine: SyncMachine
  private var waiting: [SyncAction] = []
  private var wake = MonotonicTime.distantFuture
  private var joined: UUID?
  private var introduced: Set<UUID> = []
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
    let machine = SyncMachine(
      units: own.units, sent: own.sent, pulledTo: head.pulledTo, timing: timing, seed: UInt64.random(in: 0 ... .max),
      now: moment.monotonic)
    var progress = SyncProgress()
    progress.pulledTo = head.pulledTo
    progress.toPush = own.units.lazy.filter { !$0.isParked }.map(\.operations.count).reduce(0, +)
    return SyncErrand(core, transport, direction, show, machine, progress)
  }

  private init(
    _ core: ReplicaCore, _ transport: any SyncTransport, _ direction: SyncDirection,
    _ show: @escaping @Sendable (SyncProgress) -> Void, _ machine: consuming SyncMachine, _ progress: SyncProgress
  ) {
    self.core = core
    self.transport = transport
    self.direction = direction
    self.show = show
    self.machine = machine
    self.progress = progress
  }

  private var now: MonotonicTime { core.clock.monotonic() }

  // MARK: Going

  /// Goes on until nothing is left to do but to wait for somebody's decision, or nothing has gone forward for as long as
  /// there is patience.
  mutating func run(patience: Duration) async throws -> SyncProgress {
    var deadline = now + patience
    follow(machine.network(isUp: true, at: now))
    while true {
      if !waiting.isEmpty {
        let before = progress
        try await perform(waiting.removeFirst())
        if progress != before && progress.lastError == nil { deadline = now + patience }
        continue
      }
      if isAtRest { return progress }
      let next = min(wake, deadline)
      try await Task.sleep(for: max(next - now, .zero))
      if now >= deadline {
        throw SyncErrandError(
          reason: .unreachable, message: progress.lastError ?? "the hub asked to come again later")
      }
      follow(machine.tick(at: now))
    }
  }

  private var isAtRest: Bool {
    switch machine.status {
    case .synced: true
    case .pending: machine.plan.nextDue == nil
    case .offline, .stuck, .syncing: false
    }
  }

  private mutating func follow(_ step: SyncStep) {
    waiting += step.actions
    wake = step.wake
  }

  private mutating func hear(_ news: SyncNews) {
    switch news {
    case .joined(let hub, _): progress.hubSequence = hub
    case .pulled(let sequence, let hub, _):
      progress.pages += 1
      (progress.pulledTo, progress.hubSequence) = (sequence, max(hub, sequence))
    case .pushed(_, _, let hub): progress.hubSequence = max(hub, progress.hubSequence)
    case .failed, .granted, .queue, .renamed, .nothing: break
    }
    switch news {
    case .joined, .pulled, .pushed: progress.lastError = nil
    case .failed, .granted, .queue, .renamed, .nothing: break
    }
    follow(machine.hear(direction == .pull ? news.withoutQueue : news, at: now))
  }

  // MARK: Actions

  private mutating func perform(_ action: SyncAction) async throws {
    switch action {
    // Nobody waits for hints.
    case .openHints, .closeHints: return
    case .pull where direction == .push:
      let sequence = progress.hubSequence
      return follow(machine.pulled(to: sequence, hub: sequence, more: false, at: now))
    case .ask(let need) where need != .incarnation:
      throw SyncErrandError(
        reason: .needs(need), message: progress.lastError ?? "the hub does not let the replica in")
    case .join, .pull, .push, .look, .park, .ask: break
    }
    let (joined, moment, fresh) = (joined, core.clock.moment, UUID())
    let prepared = try await core.write { book, transaction in
      let prepared = try book.prepare(action, joined: joined, at: moment, fresh: fresh, in: transaction)
      if case .receipt(let receipt) = prepared { return (prepared, receipt.touched) }
      return (prepared, ReplicaBook.Touched())
    }
    switch prepared {
    case .receipt(let receipt): keep(receipt)
    case .request(let request):
      do throws(SyncTransportError) {
        try await ask(request)
      } catch {
        progress.current = nil
        progress.lastError = "\(error.cause)"
        if let call = action.call { hear(.failed(call, error.fault)) }
      }
    }
  }

  private mutating func keep(_ receipt: SyncReceipt) {
    progress.pushed += receipt.applied
    progress.refused += receipt.refused
    hear(receipt.news)
  }

  private mutating func ask(_ request: SyncRequest) async throws(SyncTransportError) {
    let fresh = UUID()
    switch request {
    case .join(let request):
      joined = request.replica.incarnation
      introduced = []
      let reply = try await transport.join(request)
      try await store { try $0.take(reply, to: request, at: $2, fresh: fresh, in: $1) }
    case .pull(let request):
      let reply = try await transport.pull(request)
      try await store { try $0.take(reply, to: request, at: $2, in: $1) }
    case .push(let id, let parcel, let introduction):
      progress.current = parcel.request.operations.first.map { ReplicaStatus.Current(kind: $0.kind, type: $0.type) }
      if let introduction { try await introduce(introduction, fresh) }
      let reply = try await transport.push(parcel.request)
      progress.current = nil
      try await store { try $0.take(reply, to: parcel, of: id, at: $2, fresh: fresh, in: $1) }
    case .openHints, .closeHints, .refreshCredential: break
    }
  }

  /// Keeps a reply in the file. If that fails, the hub is asked again as if it had not answered.
  private mutating func store(
    _ body: @escaping @Sendable (ReplicaBook, borrowing WriteTransaction, Int64) throws -> SyncReceipt
  ) async throws(SyncTransportError) {
    let now = core.clock.wall()
    do {
      let receipt = try await core.write { book, transaction in
        let receipt = try body(book, transaction, now)
        return (receipt, receipt.touched)
      }
      keep(receipt)
    } catch {
      throw SyncTransportError(.unreachable(retryAfter: nil), cause: error)
    }
  }

  /// Lets an older incarnation join, under which operations still wait. If the hub does not take it, they go under the
  /// present one.
  private mutating func introduce(_ request: JoinRequest, _ fresh: UUID) async throws(SyncTransportError) {
    let incarnation = request.replica.incarnation
    guard !introduced.contains(incarnation) else { return }
    do {
      _ = try await transport.join(request)
      introduced.insert(incarnation)
    } catch {
      guard error.fault == .needs(.incarnation) else { throw error }
      let moment = core.clock.moment
      try await store { book, transaction, _ in
        try book.replace(incarnation, by: fresh, in: transaction)
        var receipt = SyncReceipt(.queue(try book.queue(at: moment, in: transaction)))
        receipt.touched.isQueueTouched = true
        return receipt
      }
      throw SyncTransportError(.unreachable(retryAfter: nil), cause: error.cause)
    }
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
