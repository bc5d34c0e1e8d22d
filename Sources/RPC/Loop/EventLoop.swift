import HoldfastWire

/// A thread that waits for sockets, timers and jobs, and serves them in turns.
///
/// A turn: wait, readiness handlers, jobs (closures and pieces of tasks, in the order in which they came), timers, and
/// then the turn-end handlers, so that what one turn has to say leaves together, and only what grows large leaves before
/// (`FrameLink.isEarly`). What turn-end handlers enqueue still runs in the same turn.
///
/// Invariant: whatever is registered with a loop is touched on the loop's thread only. `execute`, `executor`,
/// `isCurrent`, `start` and `shutdown` are for every thread; everything else is for the loop's.
public final class EventLoop: @unchecked Sendable {  // what is stored without a lock belongs to the loop's thread
  private enum Phase {
    /// → running, ended
    case idle
    /// → ending
    case running
    /// The thread runs what is still queued. → ended
    case ending
    case ended
  }

  public let name: String
  private let poller: any Poller
  private let jobs: LoopExecutor
  private let phase = Monitor(Phase.idle)

  private var registrations = Registrations()
  private var timers = Timers()
  /// Who asked to be called at the end of this turn, in the order in which they first asked.
  private var turnEnd: [any TurnEndHandler] = []
  private var isStopping = false
  private var events: [PollEvent] = []
  private var linger = Linger()

  /// Memory into which the loop's connections receive, one after the other.
  let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: Limits.receiveBytes, alignment: 16)

  /// Called when a turn has done everything, before the loop waits again: ends what may last for a turn and no longer.
  /// Set and called on the loop's thread.
  package var turnEnded: (() -> Void)?

  /// The time at which this turn began.
  private(set) var now = MonotonicTime.now()

  /// Makes a loop that does not run yet. Throws what the system says when it has no descriptors left.
  public init(name: String, poller kind: PollerKind = .standard) throws(SystemError) {
    self.name = name
    poller = try kind.makePoller()
    jobs = LoopExecutor(poller: poller)
  }

  deinit { scratch.deallocate() }

  /// Runs tasks on this loop: `Task(executorPreference: loop.executor)`. They must not block.
  public var executor: any TaskExecutor { jobs }

  /// Whether the calling thread is this loop's.
  public var isCurrent: Bool { jobs.isCurrent }

  // MARK: Life

  /// Starts the loop's thread, once. Throws what the system says when it has no thread left.
  public func start() throws(SystemError) {
    let first = phase.withLock { phase in
      guard phase == .idle else { return false }
      phase = .running
      return true
    }
    guard first else { return }
    do throws(SystemError) {
      try Thread.start(name: name) { self.run() }
    } catch {
      phase.change { $0 = .ended }
      throw error
    }
  }

  /// Ends the loop: it runs what is queued, forgets its timers and descriptors, and its thread ends.
  ///
  /// Returns when the thread is through; on the loop's own thread it returns at once. May be called more than once.
  /// Whoever has descriptors registered closes them before.
  public func shutdown() {
    let wasRunning = phase.change { phase in
      switch phase {
      case .idle:
        phase = .ended
        return false
      case .running:
        phase = .ending
        return true
      case .ending, .ended:
        return false
      }
    }
    if wasRunning { execute { self.isStopping = true } }
    if isCurrent { return }
    phase.wait { $0 == .ended ? () : nil }
  }

  // MARK: Jobs

  /// Runs `job` on the loop, behind all jobs that this thread has given it before.
  public func execute(_ job: @escaping @Sendable () -> Void) {
    jobs.add(.closure(job))
  }

  /// Calls `handler` once at the end of this turn, however often it asks.
  func atTurnEnd(_ handler: some TurnEndHandler) {
    assert(isCurrent)
    guard !handler.isTurnEndDue else { return }
    handler.isTurnEndDue = true
    turnEnd.append(handler)
  }

  // MARK: Timers

  /// Runs `job` at `time`, or as soon after as the loop gets to it.
  @discardableResult
  func schedule(at time: MonotonicTime, _ job: @escaping () -> Void) -> TimerToken {
    assert(isCurrent)
    return timers.schedule(at: time, job)
  }

  /// Lets the timer's job go. Nothing happens when it has fired already.
  func cancel(_ token: TimerToken) {
    assert(isCurrent)
    withExtendedLifetime(timers.cancel(token)) {}
  }

  // MARK: Descriptors

  /// Calls `handler` when `fd` is ready for what `interest` names. The loop holds the handler until `deregister`.
  func register(_ fd: Int32, _ handler: any ReadinessHandler, _ interest: Interest) throws(SystemError) {
    assert(isCurrent)
    guard let token = registrations.add(fd, handler, interest) else {
      throw SystemError(code: SystemError.alreadyRegistered, call: "register")
    }
    guard !interest.isEmpty else { return }
    do {
      try poller.register(fd, interest, token: token)
    } catch {
      _ = registrations.remove(fd)
      throw error
    }
  }

  /// Changes what the handler of `fd` wants to hear. With nothing, it does not even hear of a broken descriptor.
  func setInterest(_ fd: Int32, _ interest: Interest) throws(SystemError) {
    assert(isCurrent)
    guard let before = registrations.interest(fd), before != interest else { return }
    let token = registrations.token(fd)
    if interest.isEmpty {
      poller.remove(fd)
    } else if before.isEmpty {
      try poller.register(fd, interest, token: token)
    } else {
      try poller.modify(fd, interest, token: token)
    }
    registrations.setInterest(fd, interest)
  }

  /// Forgets `fd`, which the caller closes afterwards. Its handler is not called again, not even in this turn.
  func deregister(_ fd: Int32) {
    assert(isCurrent)
    guard let (handler, interest) = registrations.remove(fd) else { return }
    if !interest.isEmpty { poller.remove(fd) }
    withExtendedLifetime(handler) {}
  }

  // MARK: Turns

  private func run() {
    jobs.enter()
    while !isStopping { turn() }
    for _ in 0..<Limits.turnsToEnd where jobs.hasJobs || !turnEnd.isEmpty { turn() }
    forgetAll()
    jobs.end()
    phase.change { $0 = .ended }
  }

  /// Lets go of handlers and timers, while what goes with them may still come back to the loop.
  private func forgetAll() {
    for handler in registrations.removeAll() { handler.loopEnded() }
    var forgotten = Timers()
    swap(&forgotten, &timers)
  }

  private func turn() {
    waitForEvents()
    for event in events {
      guard let (handler, readable, writable) = registrations.recipient(of: event) else { continue }
      handler.ready(readable: readable, writable: writable)
    }
    jobs.run(limit: Limits.jobsPerTurn)
    for _ in 0..<Limits.timersPerTurn {
      guard let job = timers.popDue(at: now) else { break }
      job()
    }
    endTurn()
    turnEnded?()
  }

  private func waitForEvents() {
    do {
      if try lookAgain() { return }
      if turnEnd.isEmpty && !isStopping && jobs.prepareToSleep() {
        try poller.wait(timeout: timers.next().map { $0 - .now() }, into: &events)
        jobs.awoke()
      } else {
        try poller.wait(timeout: .zero, into: &events)
      }
    } catch {
      // Only a mistake of ours can bring this about: an invalid descriptor of the poller itself.
      preconditionFailure("Loop \(name) cannot wait: \(error)")
    }
    now = .now()
  }

  /// Looks for more without sleeping, after a turn that had events; true when there is something.
  private func lookAgain() throws -> Bool {
    guard !events.isEmpty, turnEnd.isEmpty, !isStopping, !jobs.hasJobs, linger.begins() else { return false }
    let end = MonotonicTime.now().nanoseconds + Limits.linger
    repeat {
      try poller.wait(timeout: .zero, into: &events)
      now = .now()
    } while events.isEmpty && !jobs.hasJobs && now.nanoseconds < end
    let found = !events.isEmpty || jobs.hasJobs
    linger.ended(found: found)
    return found
  }

  private func endTurn() {
    for _ in 0..<Limits.turnEndRounds {
      if turnEnd.isEmpty && !jobs.hasJobs { return }
      var handlers: [any TurnEndHandler] = []
      swap(&handlers, &turnEnd)
      for handler in handlers {
        handler.isTurnEndDue = false
        handler.turnEnded()
      }
      jobs.run(limit: Limits.jobsPerTurn)
    }
  }
}
