import Synchronization

/// What a loop runs: a closure of ours, or a piece of a task.
enum LoopJob {
  case closure(@Sendable () -> Void)
  case task(UnownedJob)
}

/// A loop's queue of jobs, in the form that tasks prefer: `Task(executorPreference: loop.executor)`.
///
/// An object of its own, and no serial executor: one object that is both makes every await enqueue again. It knows the
/// loop's thread and poller but not the loop, so that a task may outlive the loop: a job that comes after the loop has
/// ended runs on a thread made for it, one at a time, and `isCurrent` is true there as it was on the loop.
final class LoopExecutor: TaskExecutor, @unchecked Sendable {  // `local` is touched by the current thread only
  private enum Phase {
    /// The loop takes what comes in. → ended, draining
    case looping
    /// The loop's thread is gone. → draining
    case ended
    /// A thread runs what came after the end. → ended
    case draining
  }

  private struct Inbox {
    var phase = Phase.looping
    var jobs: [LoopJob] = []
  }

  private let poller: any Poller
  private let inbox = Lock(Inbox())
  /// True while jobs lie in the inbox: saves the loop from taking the lock to see none.
  private let hasMail = Atomic<Bool>(false)
  /// True while the loop waits, or is about to: only then has a sender to wake it.
  private let isSleeping = Atomic<Bool>(false)
  private let threadID = Atomic<UInt>(0)
  private var local = Ring<LoopJob>()

  init(poller: any Poller) {
    self.poller = poller
  }

  /// Whether the calling thread is the one that runs the jobs.
  @inline(__always)
  var isCurrent: Bool {
    threadID.load(ordering: .relaxed) == Thread.currentID
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    keepingSelf { add(.task(job)) }
  }

  /// Adds a job behind all that were added before by this thread.
  func add(_ job: LoopJob) {
    if isCurrent {
      local.append(job)
      return
    }
    let needsThread = inbox.withLock { inbox in
      inbox.jobs.append(job)
      guard inbox.phase == .ended else { return false }
      inbox.phase = .draining
      return true
    }
    if needsThread {
      drainOnThread()
      return
    }
    hasMail.store(true, ordering: .sequentiallyConsistent)
    if isSleeping.load(ordering: .sequentiallyConsistent)
      && isSleeping.exchange(false, ordering: .sequentiallyConsistent)
    {
      poller.wake()
    }
  }

  // MARK: The loop's side

  /// Makes the calling thread the one that runs the jobs.
  func enter() {
    threadID.store(Thread.currentID, ordering: .relaxed)
  }

  /// Whether a job waits.
  var hasJobs: Bool {
    !local.isEmpty || hasMail.load(ordering: .sequentiallyConsistent)
  }

  /// Runs jobs, in order, until none is left or `limit` have run.
  func run(limit: Int) {
    takeMail()
    for _ in 0..<limit {
      guard let job = local.popFirst() else {
        takeMail()
        if local.isEmpty { return }
        continue
      }
      perform(job)
    }
  }

  /// Says that the loop is about to wait; false when a job came in at the last moment.
  func prepareToSleep() -> Bool {
    isSleeping.store(true, ordering: .sequentiallyConsistent)
    if !hasJobs { return true }
    isSleeping.store(false, ordering: .relaxed)
    return false
  }

  func awoke() {
    isSleeping.store(false, ordering: .relaxed)
  }

  /// Ends the loop's part. What is still queued, and what comes, runs on threads made for it.
  func end() {
    takeMail()
    var left: [LoopJob] = []
    while let job = local.popFirst() { left.append(job) }
    let rest = left
    let needsThread = inbox.withLock { inbox in
      inbox.jobs = rest + inbox.jobs
      threadID.store(0, ordering: .relaxed)
      inbox.phase = inbox.jobs.isEmpty ? .ended : .draining
      return inbox.phase == .draining
    }
    if needsThread { drainOnThread() }
  }

  // MARK: Inside

  @inline(__always)
  private func perform(_ job: LoopJob) {
    switch job {
    case .closure(let body): body()
    case .task(let job): job.runSynchronously(on: asUnownedTaskExecutor())
    }
  }

  private func takeMail() {
    guard hasMail.load(ordering: .acquiring) else { return }
    let jobs = inbox.withLock { inbox in
      hasMail.store(false, ordering: .relaxed)
      var taken: [LoopJob] = []
      swap(&taken, &inbox.jobs)
      return taken
    }
    for job in jobs { local.append(job) }
  }

  /// Runs what came after the end on a thread of its own. Without a thread to be had, on this one: late beats never.
  private func drainOnThread() {
    do {
      try Thread.start(name: "hf-late") { self.drain() }
    } catch {
      drain()
    }
  }

  private func drain() {
    enter()
    while true {
      let jobs = inbox.withLock { inbox in
        if inbox.jobs.isEmpty {
          inbox.phase = .ended
          threadID.store(0, ordering: .relaxed)
        }
        var taken: [LoopJob] = []
        swap(&taken, &inbox.jobs)
        return taken
      }
      if jobs.isEmpty { return }
      for job in jobs { local.append(job) }
      while let job = local.popFirst() { perform(job) }
    }
  }
}
