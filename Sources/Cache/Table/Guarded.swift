public import Synchronization

/// State that several threads share, with the lock in place: no object beside it.
///
/// ThreadSanitizer does not understand `Mutex` and reports races that are none; a build with `-DTHREAD_SANITIZER` has a
/// flag in its place that waits by trying.
@usableFromInline
struct Guarded<State: ~Copyable>: ~Copyable {
  #if THREAD_SANITIZER
    let isHeld = Atomic<Bool>(false)
    let state: UnsafeMutablePointer<State>

    @usableFromInline
    init(_ state: consuming sending State) {
      self.state = .allocate(capacity: 1)
      self.state.initialize(to: state)
    }

    deinit {
      state.deinitialize(count: 1)
      state.deallocate()
    }

    @usableFromInline
    borrowing func withLock<Result, Failure: Error>(
      _ body: (inout State) throws(Failure) -> Result
    ) throws(Failure) -> Result {
      while isHeld.exchange(true, ordering: .acquiring) {}
      defer { isHeld.store(false, ordering: .releasing) }
      return try body(&state.pointee)
    }

    @usableFromInline
    borrowing func withLockIfAvailable<Result, Failure: Error>(
      _ body: (inout State) throws(Failure) -> Result
    ) throws(Failure) -> Result? {
      guard !isHeld.exchange(true, ordering: .acquiring) else { return nil }
      defer { isHeld.store(false, ordering: .releasing) }
      return try body(&state.pointee)
    }
  #else
    @usableFromInline let mutex: Mutex<State>

    @inlinable
    init(_ state: consuming sending State) {
      mutex = Mutex(state)
    }

    /// Runs `body` while no other thread is in one. Not reentrant.
    @inlinable @inline(__always)
    borrowing func withLock<Result, Failure: Error>(
      _ body: (inout sending State) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
      try mutex.withLock(body)
    }

    /// Runs `body` unless another thread is in one; nil if one is.
    @inlinable @inline(__always)
    borrowing func withLockIfAvailable<Result, Failure: Error>(
      _ body: (inout sending State) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result? {
      try mutex.withLockIfAvailable(body)
    }
  #endif
}

/// The proof for both: the state is reached by one thread at a time.
extension Guarded: @unchecked Sendable where State: ~Copyable {}
