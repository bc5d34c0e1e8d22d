#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// State under a lock that threads can also wait on: a mutex and its condition.
///
/// Only for threads that may block (a worker without work, a shutdown that waits). Everything else uses `Lock`.
final class Monitor<State>: @unchecked Sendable {  // `state` is touched only under the mutex
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>
  private nonisolated(unsafe) var state: State

  init(_ state: sending State) {
    self.state = state
    mutex = .allocate(capacity: 1)
    mutex.initialize(to: pthread_mutex_t())
    condition = .allocate(capacity: 1)
    condition.initialize(to: pthread_cond_t())
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  func withLock<Result, Failure: Error>(
    _ body: (inout sending State) throws(Failure) -> sending Result
  ) throws(Failure) -> sending Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body(&state)
  }

  /// Changes the state and wakes every waiting thread, so that it looks again.
  func change<Result>(_ body: (inout sending State) -> sending Result) -> sending Result {
    let result = withLock(body)
    pthread_cond_broadcast(condition)
    return result
  }

  /// Changes the state and wakes one waiting thread; for states in which any one will do.
  func changeForOne<Result>(_ body: (inout sending State) -> sending Result) -> sending Result {
    let result = withLock(body)
    pthread_cond_signal(condition)
    return result
  }

  /// Blocks until `look` finds what it wants.
  func wait<Result>(until look: (inout sending State) -> sending Result?) -> sending Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while true {
      if let result = look(&state) { return result }
      pthread_cond_wait(condition, mutex)
    }
  }
}
