import Foundation

/// Runs what blocks on a thread of its own: the few threads that all tasks share go on meanwhile.
public func onThread<Value: Sendable, Failure: Error>(
  _ body: @escaping @Sendable () throws(Failure) -> Value
) async throws(Failure) -> Value {
  let result = await withCheckedContinuation { (caller: CheckedContinuation<Result<Value, Failure>, Never>) in
    Thread.detachNewThread {
      do throws(Failure) {
        caller.resume(returning: .success(try body()))
      } catch {
        caller.resume(returning: .failure(error))
      }
    }
  }
  return try result.get()
}

/// A thread for one task and its children, which may block as long as they like without holding up other tasks.
public final class OwnThread: TaskExecutor, @unchecked Sendable {  // the condition guards everything
  private let condition = NSCondition()
  private var waiting: [UnownedJob] = []
  private var isOver = false

  private init() {}

  /// Runs `body` on a thread of its own, and its children too.
  public static func run<Value>(_ body: () async throws -> Value) async rethrows -> Value {
    let thread = OwnThread()
    // The thread refers to its executor until it has run the last job.
    Thread.detachNewThread { thread.work() }
    defer { thread.end() }
    return try await withTaskExecutorPreference(thread) { try await body() }
  }

  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    condition.withLock {
      waiting.append(job)
      condition.signal()
    }
  }

  private func work() {
    while let job = next() { job.runSynchronously(on: asUnownedTaskExecutor()) }
  }

  private func next() -> UnownedJob? {
    condition.withLock {
      while waiting.isEmpty, !isOver { condition.wait() }
      return waiting.isEmpty ? nil : waiting.removeFirst()
    }
  }

  private func end() {
    condition.withLock {
      isOver = true
      condition.signal()
    }
  }
}
