/// Threads for what blocks (name resolution, files) or computes for long, away from the loops.
///
/// Threads are made when there is work for them, up to the pool's count, and then stay until `shutdown`. The queue is
/// bounded: work that finds it full is refused at once, so that a slow disk shows as an error and not as memory.
public final class WorkerPool: Sendable {
  /// The pool for blocking work of the whole process. It is never shut down.
  public static let shared = WorkerPool(threadCount: Limits.workerThreads)

  /// Why work was refused.
  public enum Refusal: Error, Hashable, CustomStringConvertible {
    /// As much work as the pool takes is waiting already; try again later.
    case full
    /// The pool has been shut down.
    case shutDown

    public var description: String {
      switch self {
      case .full: "The worker pool's queue is full; try again later."
      case .shutDown: "The worker pool has been shut down."
      }
    }
  }

  private let workers: Workers
  private let queueLimit: Int

  /// A pool of at most `threadCount` threads in which at most `queueLimit` pieces of work wait (nil: 1024).
  public init(threadCount: Int, queueLimit: Int? = nil, name: String = "hf-worker") {
    workers = Workers(threadCount: max(1, threadCount), name: name)
    self.queueLimit = max(1, queueLimit ?? Limits.workerQueue)
  }

  /// Runs tasks on the pool's threads: `Task(executorPreference: pool.executor)`, `withTaskExecutorPreference`.
  ///
  /// Tasks are not refused, since they could never end: whoever starts them bounds them.
  public var executor: any TaskExecutor { workers }

  /// Runs `body` on one of the threads and returns or throws what it does.
  ///
  /// Throws `Refusal` when the queue is full, and `CancellationError` when the task is cancelled before `body` begins.
  /// Once begun, `body` runs to its end.
  public func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try Task.checkCancellation()
    // Handed over by a lock and not by the continuation: what `body` has made may be an object, and ThreadSanitizer does
    // not see how a continuation hands it on.
    let outcome = Lock<Swift.Result<Result, any Error>>(.failure(CancellationError()))
    await withUnsafeContinuation { continuation in
      let refusal = workers.add(limit: queueLimit) {
        let done = Swift.Result(catching: body)
        outcome.withLock { $0 = done }
        continuation.resume()
      }
      guard let refusal else { return }
      outcome.withLock { $0 = .failure(refusal) }
      continuation.resume()
    }
    return try outcome.withLock { $0 }.get()
  }

  /// Takes no more work, runs what is queued and returns when all threads are through. Not for the pool's own threads.
  public func shutdown() {
    workers.shutdown()
  }
}

/// The threads of a pool and their queue.
private final class Workers: TaskExecutor {
  private enum Job: Sendable {
    case work(@Sendable () -> Void)
    case task(UnownedJob)
  }

  private struct State {
    var queue = Ring<Job>()
    var threads = 0
    var idle = 0
    var isStopping = false
  }

  private let monitor = Monitor(State())
  private let threadCount: Int
  private let name: String

  init(threadCount: Int, name: String) {
    self.threadCount = threadCount
    self.name = name
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    // After the shutdown too, on threads that end with the queue: a task that is never run would never end.
    keepingSelf { add(.task(job), unless: { _ in nil }) }
  }

  func add(limit: Int, _ work: @escaping @Sendable () -> Void) -> WorkerPool.Refusal? {
    add(.work(work)) { state in
      if state.isStopping { return .shutDown }
      return state.queue.count >= limit ? .full : nil
    }
  }

  func shutdown() {
    monitor.change { $0.isStopping = true }
    monitor.wait { $0.threads == 0 ? () : nil }
  }

  @discardableResult
  private func add(_ job: Job, unless refuse: (State) -> WorkerPool.Refusal?) -> WorkerPool.Refusal? {
    let (refusal, needsThread): (WorkerPool.Refusal?, Bool) = monitor.changeForOne { state in
      if let refusal = refuse(state) { return (refusal, false) }
      state.queue.append(job)
      guard state.idle < state.queue.count, state.threads < threadCount else { return (nil, false) }
      state.threads += 1
      return (nil, true)
    }
    if needsThread { startThread() }
    return refusal
  }

  private func startThread() {
    do {
      try Thread.start(name: name) { self.work() }
    } catch {
      // The others will do it. If there are none, this thread does: late beats never.
      let isAlone = monitor.change { state in
        state.threads -= 1
        return state.threads == 0
      }
      if isAlone { while let job = monitor.withLock({ $0.queue.popFirst() }) { perform(job) } }
    }
  }

  private func work() {
    while let job = nextJob() { perform(job) }
  }

  /// Waits for a job; nil when the thread is to end, which is counted already.
  private func nextJob() -> Job? {
    monitor.withLock { $0.idle += 1 }
    let job: Job?? = monitor.wait { state in
      if let job = state.queue.popFirst() {
        state.idle -= 1
        return .some(job)
      }
      guard state.isStopping else { return nil }
      state.idle -= 1
      return .some(nil)
    }
    if let job = job.flatMap({ $0 }) { return job }
    monitor.change { $0.threads -= 1 }
    return nil
  }

  private func perform(_ job: Job) {
    switch job {
    case .work(let body): body()
    case .task(let job): job.runSynchronously(on: asUnownedTaskExecutor())
    }
  }
}
