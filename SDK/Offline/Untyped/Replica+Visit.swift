import HoldfastContract
import HoldfastStore
import HoldfastSync
import HoldfastWire

extension Replica {
  /// Visits the hub once: pushes what waits, pulls what is new, or both, and returns when only somebody's decision is
  /// left to wait for. Where another process syncs the file, its work is waited for, or taken over when it ends.
  ///
  /// - Parameter patience: for how long nothing may go forward.
  /// - Throws: `SyncErrandError`, `ReplicaError`.
  package func visit(
    _ hub: Hub, _ direction: SyncDirection, patience: Duration, show: @escaping @Sendable (SyncProgress) -> Void
  ) async throws -> SyncProgress {
    try await visit(by: HubTransport(hub.sync), direction, patience: patience, show: show)
  }

  package func visit(
    by transport: any SyncTransport, _ direction: SyncDirection, patience: Duration,
    show: @escaping @Sendable (SyncProgress) -> Void
  ) async throws -> SyncProgress {
    var attendance: Attendance?
    while true {
      do {
        if let lock = try ReplicaLock.take(core.file) {
          defer { withExtendedLifetime(lock) {} }
          var errand = try await SyncErrand.prepare(core, transport, direction, show)
          do {
            _ = try await errand.run(patience: patience)
          } catch {
            throw await core.kept(error, of: errand.progress)
          }
          try await core.keepFailure(nil)
          return errand.progress
        }
      } catch let error as StoreError {
        throw ReplicaError(error)
      }
      var current = if let attendance { attendance } else { try await Attendance(core, transport, direction, patience) }
      if try await current.isOver(core) { return current.progress }
      if current.progress != attendance?.progress { show(current.progress) }
      attendance = current
      try await Task.sleep(for: .milliseconds(100))
    }
  }
}

extension ReplicaCore {
  /// Keeps in the file why an errand was given up.
  /// - Returns: why, with what else failed if that cannot be kept.
  fileprivate func kept(_ error: any Error, of progress: SyncProgress) async -> any Error {
    let isGivenUp = error is CancellationError || error is SyncErrandError
    let failure = progress.lastError ?? (isGivenUp ? nil : ReplicaFailure(.writing, [error], at: clock.wall()))
    do {
      try await keepFailure(failure)
      return error
    } catch let second {
      guard let error = error as? SyncErrandError else { return error }
      let errors = (error.failure?.errors ?? []) + [second]
      return SyncErrandError(
        error.reason, ReplicaFailure(error.failure?.activity ?? .writing, errors, at: clock.wall()), error.message)
    }
  }
}

/// Waits for what another process does.
private struct Attendance {
  private let direction: SyncDirection
  private let patience: Duration
  private var deadline: MonotonicTime
  private(set) var progress = SyncProgress()

  init(
    _ core: ReplicaCore, _ transport: any SyncTransport, _ direction: SyncDirection, _ patience: Duration
  ) async throws {
    self.direction = direction
    self.patience = patience
    progress.isElsewhere = true
    if direction != .push {
      var request = try await core.read { _, transaction in
        let head = try transaction.storedHead()
        return PullRequest(space: head.space, cursor: head.cursor, filters: head.filters)
      }
      // Only where the hub stands is of interest.
      request.limit = 1
      do {
        progress.hubSequence = try await transport.pull(request).sequence
      } catch {
        let reason: SyncErrandError.Reason =
          if case .needs(let need) = error.fault { .needs(need) } else { .unreachable }
        let failure = ReplicaFailure(.pulling, [error], at: core.clock.wall())
        throw SyncErrandError(reason, failure, else: "the hub cannot be asked")
      }
    }
    deadline = core.clock.monotonic() + patience
  }

  /// - Throws: `SyncErrandError` when nothing has gone forward for as long as there was patience.
  mutating func isOver(_ core: ReplicaCore) async throws -> Bool {
    let (last, moment) = (progress, core.clock.moment)
    let (queue, head, failure) = try await core.read { book, transaction in
      (
        try book.queue(at: moment, in: transaction), try transaction.storedHead(), try transaction.storedFailure()
      )
    }
    progress.lastError = failure
    var plan = PushPlan(queue.units)
    let left = queue.units.lazy.filter { !$0.isParked }.map(\.operations.count).reduce(0, +)
    progress.toPush = max(progress.toPush, left)
    progress.pushed = progress.toPush - left
    progress.pulledTo = head.pulledTo
    let isPushed = queue.sent.isEmpty && plan.nextDue == nil && !plan.hasReady(at: moment.monotonic)
    let isPulled = head.pulledTo >= progress.hubSequence && !head.isPassing
    if (direction == .pull || isPushed) && (direction == .push || isPulled) { return true }
    if progress != last { deadline = moment.monotonic + patience }
    if moment.monotonic >= deadline {
      throw SyncErrandError(
        .unreachable, progress.lastError, "another process syncs the replica, and nothing has gone forward")
    }
    return false
  }
}
