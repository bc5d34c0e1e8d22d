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

/// Keeps a replica and its hub in step: runs the sync machine over a replica's file, a transport and a clock.
///
/// All decisions are the machine's and all effects on the file the book's; the engine brings them together. It works as
/// long as `run` does.
actor SyncEngine {
  /// What a program may set.
  struct Settings: Sendable {
    var timing = SyncTiming.standard
    /// Called when the hub does not take the credential; returns when there may be a fresh one.
    var refreshCredential: (@Sendable () async throws -> Void)?
    var limits = OfflineLimits()
    /// How often the file is looked after.
    var upkeep = Duration.seconds(600)
  }

  private let core: ReplicaCore
  private let transport: any SyncTransport
  private let settings: Settings
  private var machine: SyncMachine
  /// The incarnation under which the replica joined last, or tried to.
  private var joined: UUID?
  /// The types that the hub was told of.
  private var announced: Set<String> = []
  /// Older incarnations that have joined since the connection was made.
  private var introduced: Set<UUID> = []
  /// The end of the queue that the machine knows, and its edits.
  private var lastPosition: UInt64
  private var edits: Int64
  /// The network is said to be gone, or is not to be used.
  private var isDoubtful = false
  private var isOff = false
  private var isOver = false
  private var timer: Task<Void, Never>?
  private var wake = MonotonicTime.distantFuture
  private var hints: Task<Void, Never>?
  private var nextUpkeep: MonotonicTime
  private let actions: AsyncStream<SyncAction>
  private let todo: AsyncStream<SyncAction>.Continuation

  /// An engine for a replica as its file is now.
  static func start(
    _ core: ReplicaCore, _ transport: any SyncTransport, _ settings: Settings
  ) async throws -> SyncEngine {
    let moment = core.clock.moment
    let (queue, head) = try await core.read { book, transaction in
      (try book.queue(at: moment, in: transaction), try transaction.storedHead())
    }
    return SyncEngine(core, transport, settings, queue, head, moment)
  }

  private init(
    _ core: ReplicaCore, _ transport: any SyncTransport, _ settings: Settings, _ queue: ReplicaBook.Queue,
    _ head: ReplicaHead, _ moment: ReplicaBook.Moment
  ) {
    self.core = core
    self.transport = transport
    self.settings = settings
    machine = SyncMachine(
      units: queue.units, sent: queue.sent, pulledTo: head.pulledTo, timing: settings.timing,
      seed: UInt64.random(in: 0 ... .max), now: moment.monotonic)
    lastPosition = queue.last
    edits = queue.edits
    nextUpkeep = moment.monotonic
    (actions, todo) = AsyncStream.makeStream(of: SyncAction.self, bufferingPolicy: .unbounded)
  }

  private var now: MonotonicTime { core.clock.monotonic() }

  // MARK: Running

  /// Works until the task is cancelled.
  func run() async {
    await withDiscardingTaskGroup { group in
      let queue = core.watchers.watch(.queue)
      group.addTask {
        // At first too: something may have been queued since the engine was made.
        repeat {
          await self.lookAtQueue()
          await queue.bell.wait()
        } while !Task.isCancelled
      }
      showStatus()
      // The stream ends with the task. What the machine wants at once is bounded by what it lets be under way.
      for await action in actions { group.addTask { await self.perform(action) } }
      group.cancelAll()
    }
    stop()
  }

  private func stop() {
    isOver = true
    timer?.cancel()
    hints?.cancel()
    core.status.change { $0.phase = .offline }
  }

  private func follow(_ step: SyncStep) {
    // A timer or a hint may come late; whoever syncs by then is another.
    guard !isOver else { return }
    for action in step.actions { todo.yield(action) }
    if step.wake < wake || wake <= now { schedule(step.wake) }
    showStatus()
  }

  private func schedule(_ time: MonotonicTime) {
    wake = time
    timer?.cancel()
    let pause = time - now
    timer = Task { [weak self] in
      do { try await Task.sleep(for: max(pause, .zero)) } catch { return }
      await self?.tick()
    }
  }

  private func tick() {
    guard !isOver else { return }
    wake = .distantFuture
    let step = machine.tick(at: now)
    follow(step)
    if wake == .distantFuture { schedule(step.wake) }
  }

  private func hear(_ news: SyncNews) {
    switch news {
    case .queue(let queue), .renamed(let queue):
      (lastPosition, edits) = (queue.last, queue.edits)
      // What has been queued since it was read is not in it.
      core.watchers.queueChanged()
    case .joined, .pulled, .pushed, .failed, .granted, .nothing: break
    }
    follow(machine.hear(news, at: now))
  }

  // MARK: Told from outside

  /// What is known of the network. That it is gone is believed when a call fails, since the hub may be on this machine
  /// or the way to it another one.
  func network(_ state: NetworkState) {
    (isDoubtful, isOff) = (state == .down, state == .off)
    switch state {
    case .unknown, .up: follow(machine.network(isUp: true, at: now))
    case .down: follow(machine.refresh(at: now))
    case .off: follow(machine.network(isUp: false, at: now))
    }
  }

  /// Asks the hub whether there is anything new, without waiting for the time at which it would be tried again.
  func refresh() {
    if !isDoubtful && !isOff { follow(machine.network(isUp: true, at: now)) }
    follow(machine.refresh(at: now))
  }

  /// The queue in the file has grown or changed.
  private func lookAtQueue() async {
    do {
      let (last, known, moment) = (lastPosition, edits, core.clock.moment)
      let queue = try await core.read { book, transaction in
        try transaction.storedHead().edits == known
          ? try book.queue(after: last, at: moment, in: transaction) : try book.queue(at: moment, in: transaction)
      }
      guard queue.edits == edits else { return hear(.queue(queue)) }
      for unit in queue.units where !machine.plan.holds(unit.position) { follow(machine.enqueue(unit, at: now)) }
      lastPosition = max(lastPosition, queue.last)
      showStatus()
    } catch {
      failed(error)
    }
  }

  // MARK: Actions

  private func perform(_ action: SyncAction) async {
    let call = action.call
    do {
      let (joined, moment, fresh) = (joined, core.clock.moment, UUID())
      let prepared = try await core.write { book, transaction in
        let prepared = try book.prepare(action, joined: joined, at: moment, fresh: fresh, in: transaction)
        if case .receipt(let receipt) = prepared { return (prepared, receipt.touched) }
        return (prepared, ReplicaBook.Touched())
      }
      switch prepared {
      case .receipt(let receipt): await keep(receipt)
      case .request(let request): await keep(try await ask(request))
      }
      if case .look = action { await lookAfter() }
    } catch let error as SyncTransportError {
      failed(error.cause)
      if error.isForbidden { await forget() }
      if let call { hear(.failed(call, error.fault)) }
      if isDoubtful, case .unreachable = error.fault { follow(machine.network(isUp: false, at: now)) }
    } catch {
      // The file could not be read or written: the call is made again when that may have changed.
      failed(error)
      if let call { hear(.failed(call, .unreachable(retryAfter: nil))) }
    }
  }

  private func ask(_ request: SyncRequest) async throws -> SyncReceipt {
    let fresh = UUID()
    switch request {
    case .join(let request):
      joined = request.replica.incarnation
      announced = Set(request.entities.map(\.type))
      introduced = []
      let reply = try await transport.join(request)
      let now = core.clock.wall()
      let receipt = try await write { try $0.take(reply, to: request, at: now, fresh: fresh, in: $1) }
      core.status.change { $0.lastError = nil }
      return receipt
    case .pull(let request):
      let reply = try await transport.pull(request)
      let now = core.clock.wall()
      let receipt = try await write { try $0.take(reply, to: request, at: now, in: $1) }
      core.status.change { status in
        status.metrics.pulls += 1
        status.metrics.received += receipt.received
        status.metrics.bytesReceived += reply.encodedSize
      }
      return receipt
    case .push(let id, let parcel, let introduction):
      return try await push(id, parcel, introduction, fresh)
    case .openHints(let request):
      follow(request)
      return SyncReceipt(.nothing)
    case .closeHints:
      hints?.cancel()
      hints = nil
      return SyncReceipt(.nothing)
    case .refreshCredential:
      try await settings.refreshCredential?()
      return SyncReceipt(.granted(.credential))
    }
  }

  private func push(
    _ id: PushPlan.PushID, _ parcel: ReplicaBook.Parcel, _ introduction: JoinRequest?, _ fresh: UUID
  ) async throws -> SyncReceipt {
    let began = now
    if let first = parcel.request.operations.first {
      core.status.change { $0.current = ReplicaStatus.Current(kind: first.kind, type: first.type) }
    }
    if !announced.isSuperset(of: parcel.request.operations.lazy.map(\.type)) { try await announce() }
    if let introduction { try await introduce(introduction, fresh) }
    let reply = try await transport.push(parcel.request)
    let wall = core.clock.wall()
    let receipt = try await write {
      try $0.take(reply, to: parcel, of: id, at: wall, fresh: fresh, in: $1)
    }
    let elapsed = now - began
    core.status.change { status in
      status.current = nil
      status.done += receipt.applied
      status.metrics.pushes += 1
      status.metrics.pushTime += elapsed
      status.metrics.synced += receipt.applied
      status.metrics.conflicts += receipt.refused
      status.metrics.bytesSent += parcel.request.encodedSize
    }
    return receipt
  }

  /// Tells the hub of types that the program has begun to use since it joined.
  private func announce() async throws {
    let request = try await core.write { book, transaction in
      (try book.joinRequest(in: transaction), ReplicaBook.Touched())
    }
    let receipt = try await ask(.join(request))
    guard case .joined(_, isNewHistory: false) = receipt.news else {
      throw SyncTransportError(.unreachable(retryAfter: nil), cause: ReplicaError(.notPossible, "join again first"))
    }
  }

  /// Lets an older incarnation join, under which operations still wait. If the hub does not take it, they go under the
  /// present one.
  private func introduce(_ request: JoinRequest, _ fresh: UUID) async throws {
    let incarnation = request.replica.incarnation
    guard !introduced.contains(incarnation) else { return }
    do {
      _ = try await transport.join(request)
    } catch {
      guard error.fault == .needs(.incarnation) else { throw error }
      try await replace(incarnation, by: fresh)
      throw SyncTransportError(.unreachable(retryAfter: nil), cause: error.cause)
    }
    introduced.insert(incarnation)
  }

  private func replace(_ incarnation: UUID, by fresh: UUID) async throws {
    try await core.write { book, transaction in
      try book.replace(incarnation, by: fresh, in: transaction)
      var touched = ReplicaBook.Touched()
      touched.isQueueTouched = true
      return ((), touched)
    }
  }

  private func write(
    _ body: @escaping @Sendable (ReplicaBook, borrowing WriteTransaction) throws -> SyncReceipt
  ) async throws -> SyncReceipt {
    try await core.write { book, transaction in
      let receipt = try body(book, transaction)
      return (receipt, receipt.touched)
    }
  }

  private func keep(_ receipt: SyncReceipt) async {
    hear(receipt.news)
    for position in receipt.parked { await core.decide(position) }
  }

  // MARK: Hints

  private func follow(_ request: HintsRequest) {
    hints?.cancel()
    hints = Task { [weak self, transport] in
      var fault = SyncFault.unreachable(retryAfter: nil)
      do throws(SyncTransportError) {
        try await transport.hints(request) { [weak self] in await self?.heard($0) }
      } catch {
        fault = error.fault
      }
      guard !Task.isCancelled else { return }
      await self?.hear(.failed(.hints, fault))
    }
  }

  private func heard(_ hint: Hint) async {
    follow(machine.hinted(hint.sequence, isUrgent: hint.kind == .urgent, at: now))
    guard hint.kind == .urgent else { return }
    do {
      try await core.write { book, transaction in ((), try book.askAgain(in: transaction)) }
    } catch {
      failed(error)
    }
  }

  // MARK: Comparing

  /// Whether the hub and the replica hold the same; if not, everything is pulled anew. nil when that cannot be told now.
  func verify() async throws -> Bool? {
    let request = try await core.read { _, transaction in
      let head = try transaction.storedHead()
      return ChecksumRequest(space: head.space, filters: head.filters)
    }
    let reply: ChecksumReply
    do {
      reply = try await transport.checksum(request)
    } catch {
      throw ReplicaError(.notPossible, "the hub cannot be asked now", cause: error.cause)
    }
    let comparison = try await core.write { book, transaction in
      let comparison = try book.compare(with: reply, in: transaction)
      if comparison == .different { try book.startOver(in: transaction) }
      return (comparison, ReplicaBook.Touched())
    }
    switch comparison {
    case .equal: return true
    case .notComparable: return nil
    case .different:
      refresh()
      return false
    }
  }

  // MARK: Looking after

  private func lookAfter() async {
    guard now >= nextUpkeep else { return }
    nextUpkeep = now + settings.upkeep
    do { try await core.lookAfter(settings.limits) } catch { failed(error) }
  }

  /// The replica may no longer see the space.
  private func forget() async {
    do {
      try await core.write { book, transaction in ((), try book.forgetEverything(in: transaction)) }
    } catch {
      failed(error)
    }
  }

  private func failed(_ error: any Error) {
    core.status.change { status in
      status.lastError = "\(error)"
      status.metrics.failed += 1
    }
  }

  private func showStatus() {
    let (status, parked) = (machine.status, machine.plan.parkedCount)
    let wall = core.clock.wall()
    core.status.change { shown in
      shown.show(status, parked: parked, at: wall)
    }
  }
}

extension SyncAction {
  /// The call that has to be answered.
  var call: SyncCall? {
    switch self {
    case .join: .join
    case .pull: .pull
    case .push(let push): .push(push.id)
    case .openHints, .closeHints, .look, .ask, .park: nil
    }
  }
}

extension ReplicaStatus {
  fileprivate mutating func show(_ status: SyncStatus, parked: Int, at now: Int64) {
    self.parked = parked
    switch status {
    case .offline(let pending): (phase, self.pending) = (.offline, pending)
    case .stuck(let need, let pending): (phase, self.pending) = (.needs(Need(need)), pending)
    case .syncing(let pending): (phase, self.pending) = (.syncing, pending)
    case .pending(let count): (phase, pending) = (.pending, count)
    case .synced:
      if phase != .synced { metrics.lastSynced = now }
      (phase, pending) = (.synced, 0)
      (done, total) = (0, 0)
    }
    total = done + pending
  }
}

extension ReplicaStatus.Need {
  fileprivate init(_ need: SyncNeed) {
    switch need {
    case .credential: self = .credential
    case .access: self = .access
    case .program: self = .program
    case .incarnation: self = .incarnation
    }
  }
}
