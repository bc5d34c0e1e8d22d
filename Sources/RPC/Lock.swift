#if THREAD_SANITIZER
  import Glibc
#else
  import Synchronization
#endif

/// Short state that several threads share: nothing may be awaited or called out to while it is held.
///
/// A `Mutex` in an object, so that closures and tasks can capture it. ThreadSanitizer does not understand `Mutex` and
/// reports races that are none; a build with `-DTHREAD_SANITIZER` holds a pthread mutex in its place.
public final class Lock<State>: Sendable {
  #if THREAD_SANITIZER
    private let monitor: Monitor<State>

    public init(_ state: sending State) {
      monitor = Monitor(state)
    }

    public func withLock<Result, Failure: Error>(
      _ body: (inout sending State) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
      try monitor.withLock(body)
    }
  #else
    private let mutex: Mutex<State>

    /// Takes over `state`, which nothing else may reach from now on.
    public init(_ state: sending State) {
      mutex = Mutex(state)
    }

    /// Runs `body` while no other thread is in one, and returns or throws what it does. Not reentrant.
    public func withLock<Result, Failure: Error>(
      _ body: (inout sending State) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
      try mutex.withLock(body)
    }
  #endif
}
