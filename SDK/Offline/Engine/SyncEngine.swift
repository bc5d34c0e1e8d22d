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

/// Keeps a replica and its hub in step: leads the dialogue over a replica's file, a transport and a clock.
///
/// All decisions are the dialogue's and all effects on the file the book's; the engine brings them together. It works as
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

  let core: ReplicaCore
  let transport: any SyncTransport
  let settings: Settings
  private var dialogue: SyncDialogue
  /// The network is said to be gone, or is not to be used.
  private var isDoubtful = false
  private var isOff = false
  private var isOver = false
  /// Actions that have been given out and are not done.
  private var underWay = 0
  private var timer: Task<Void, Never>?
  private var wake = MonotonicTime.distantFuture
  private var hints: Task<Void, Never>?
  /// Why the hub does not take the credential.
  private var refusal: (any Error)?
  /// What stood in the file of failures.
  private let writtenFailure: ReplicaFailure?
  var nextUpkeep: MonotonicTime
  private let actions: AsyncStream<SyncAction>
  private let todo: AsyncStream<SyncAction>.Continuation

  /// An engine for a replica as its file is now.
  static func start(
    _ core: ReplicaCore, _ transport: any SyncTransport, _ settings: Settings
  ) async throws -> SyncEngine {
    let moment = core.clock.moment
    let (queue, head, failure) = try await core.read { book, transaction in
      (
        try book.queue(at: moment, in: transaction), try transaction.storedHead(), try transaction.storedFailure()
      )
    }
    core.status.change { status in
      if status.lastError == nil { status.lastError = failure }
    }
    return SyncEngine(core, transport, settings, queue, head, failure, moment)
  }

  private init(
    _ core: ReplicaCore, _ transport: any SyncTransport, _ settings: Settings, _ queue: ReplicaBook.Queue,
    _ head: ReplicaHead, _ failure: ReplicaFailure?, _ moment: ReplicaBook.Moment
  ) {
    self.core = core
    self.transport = transport
    self.settings = settings
    dialogue = SyncDialogue(
      queue, pulledTo: head.pulledTo, timing: settings.timing, seed: UInt64.random(in: 0 ... .max),
      now: moment.monotonic)
    writtenFailure = failure
    nextUpkeep = moment.monotonic
    (actions, todo) = AsyncStream.makeStream(of: SyncAction.self, bufferingPolicy: .unbounded)
  }

  var now: MonotonicTime { core.clock.monotonic() }

  // MARK: Running

  /// Works until the task is cancelled.
  func run() async {
    await withDiscardingTaskGroup { group in
      let queue = core.watchers.watch(.queue)
      core.followQueue(true)
      group.addTask {
        // At first too: something may have been queued since the engine was made.
        repeat {
          await self.lookAtQueue()
          await queue.bell.wait()
        } while !Task.isCancelled
      }
      group.addTask { [core, writtenFailure] in await core.keepFailures(writtenFailure) }
      showStatus()
      // The stream ends with the task. What the machine wants at once is bounded by what it lets be under way.
      for await action in actions {
        group.addTask {
          await DeviceClock.$isCounted.withValue(true) { await self.perform(action) }
          await self.isDone()
        }
      }
      group.cancelAll()
    }
    stop()
  }

  private func isDone() {
    underWay -= 1
    core.clock.work(-1)
  }

  private func stop() {
    isOver = true
    core.followQueue(false)
    // Those that nobody will do.
    core.clock.work(-underWay)
    timer?.cancel()
    hints?.cancel()
    core.status.change { $0.phase = .offline }
  }

  private func follow(_ step: SyncStep) {
    // A timer or a hint may come late; whoever syncs by then is another.
    guard !isOver else { return }
    underWay += step.actions.count
    core.clock.work(step.actions.count)
    for action in step.actions { todo.yield(action) }
    if step.wake < wake || wake <= now { schedule(step.wake) }
    showStatus()
  }

  private func schedule(_ time: MonotonicTime) {
    wake = time
    timer?.cancel()
    // From now on, not only when the task has begun.
    core.clock.work(1)
    timer = Task { [weak self, clock = core.clock] in
      defer { clock.work(-1) }
      do { try await clock.sleep(time) } catch { return }
      await self?.tick()
    }
  }

  private func tick() {
    guard !isOver else { return }
    wake = .distantFuture
    let step = dialogue.machine.tick(at: now)
    follow(step)
    if wake == .distantFuture { schedule(step.wake) }
  }

  /// The file holds something else now.
  private func keep(_ receipt: SyncReceipt) async {
    follow(dialogue.hear(receipt, at: now))
    await kept(receipt)
  }

  private func kept(_ receipt: SyncReceipt) async {
    // What has been queued since the queue was read is not in it.
    if receipt.holdsQueue { core.watchers.queueChanged() }
    for position in receipt.parked { await core.decide(position) }
  }

  // MARK: Told from outside

  /// What is known of the network. That it is gone is believed when a call fails, since the hub may be on this machine
  /// or the way to it another one.
  func network(_ state: NetworkState) {
    (isDoubtful, isOff) = (state == .down, state == .off)
    switch state {
    case .unknown, .up: follow(dialogue.machine.network(isUp: true, at: now))
    case .down: follow(dialogue.machine.refresh(at: now))
    case .off: follow(dialogue.machine.network(isUp: false, at: now))
    }
  }

  /// Asks the hub whether there is anything new, without waiting for the time at which it would be tried again.
  func refresh() {
    if !isDoubtful && !isOff { follow(dialogue.machine.network(isUp: true, at: now)) }
    follow(dialogue.machine.refresh(at: now))
  }

  /// The queue in the file has grown or changed.
  private func lookAtQueue() async {
    let isOwed = core.takeAttention()
    defer { core.clock.work(isOwed ? -1 : 0) }
    do {
      let (mark, moment) = (dialogue.mark, core.clock.moment)
      let queue = try await core.read { book, transaction in
        try book.queue(since: mark, at: moment, in: transaction)
      }
      if let step = dialogue.hear(queue, at: now) { follow(step) }
      showStatus()
      succeeded(.reading)
    } catch {
      failed(.reading, [error])
    }
  }

  // MARK: Actions

  private func perform(_ action: SyncAction) async {
    do {
      let (memory, moment, fresh) = (dialogue.memory, core.clock.moment, UUID())
      let prepared = try await core.write { book, transaction in
        let prepared = try book.prepare(action, memory, at: moment, fresh: fresh, in: transaction)
        if case .receipt(let receipt) = prepared { return (prepared, receipt.touched) }
        return (prepared, ReplicaBook.Touched())
      }
      switch dialogue.begin(prepared) {
      case .ask(let question): await ask(question)
      case .done(let receipt): await keep(receipt)
      case .openHints(let request): follow(request)
      case .closeHints:
        hints?.cancel()
        hints = nil
      case .refreshCredential: await refreshCredential()
      }
      if case .look = action { await lookAfter() }
    } catch {
      failed(.writing, [error])
      if let call = action.call { follow(dialogue.broken(call, at: now)) }
    }
  }

  private func refreshCredential() async {
    do {
      try await settings.refreshCredential?()
      await keep(SyncReceipt(.granted(.credential)))
    } catch {
      failed(.signingIn, [refusal, error].compactMap(\.self))
    }
  }

  /// Asks the hub, and what that leads to.
  private func ask(_ first: SyncQuestion) async {
    let began = now
    var question = first
    while true {
      core.status.change { [question] in $0.began(question.request) }
      let (reply, failure) = await reply(to: question.request)
      let (asked, moment, fresh) = (question, core.clock.moment, UUID())
      let receipt: SyncReceipt
      do {
        receipt = try await core.write { book, transaction in
          let receipt = try asked.keep(reply, by: book, at: moment, fresh: fresh, in: transaction)
          return (receipt, receipt.touched)
        }
      } catch {
        failed(failure == nil ? .writing : asked.request.activity, [failure, error].compactMap(\.self))
        return follow(dialogue.broken(asked.call, at: now))
      }
      let elapsed = now - began
      core.status.change { $0.kept(receipt, of: asked, reply, within: elapsed) }
      switch dialogue.finish(question, reply, receipt, at: now) {
      case .ask(let next): question = next
      case .follow(let step):
        follow(step)
        if isDoubtful, case .failed(.unreachable) = reply { follow(dialogue.machine.network(isUp: false, at: now)) }
        return await kept(receipt)
      }
    }
  }

  private func reply(to request: HubRequest) async -> (HubReply, (any Error)?) {
    do throws(SyncTransportError) {
      return (try await transport.ask(request), nil)
    } catch {
      failed(request.activity, [error])
      if case .needs(.credential) = error.fault { refusal = error }
      if error.isForbidden { await forget(error) }
      return (.failed(error.fault), error)
    }
  }

  // MARK: Hints

  private func follow(_ request: HintsRequest) {
    hints?.cancel()
    hints = Task { [weak self, transport] in
      var failure: SyncTransportError?
      do throws(SyncTransportError) {
        try await transport.hints(request) { [weak self] in await self?.heard($0) }
      } catch {
        failure = error
      }
      guard !Task.isCancelled else { return }
      await self?.endedHints(failure)
    }
  }

  /// - Parameter failure: nil when the hub has ended them.
  private func endedHints(_ failure: SyncTransportError?) async {
    if let failure, !isOver { failed(.listening, [failure]) }
    await keep(SyncReceipt(.failed(.hints, failure?.fault ?? .unreachable(retryAfter: nil))))
  }

  private func heard(_ hint: Hint) async {
    succeeded(.listening)
    follow(dialogue.machine.hinted(hint.sequence, isUrgent: hint.kind == .urgent, at: now))
    guard hint.kind == .urgent else { return }
    do {
      try await core.write { book, transaction in ((), try book.askAgain(in: transaction)) }
    } catch {
      failed(.writing, [error])
    }
  }

  // MARK: Status

  private func showStatus() {
    let (status, parked) = (dialogue.machine.status, dialogue.machine.plan.parkedCount)
    let wall = core.clock.wall()
    core.status.change { shown in
      shown.show(status, parked: parked, at: wall)
    }
  }
}
