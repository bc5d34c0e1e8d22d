import HoldfastRPC

/// A value that comes once, for any number of tasks that wait for it. Each of them may give up.
final class Landing<Value: Sendable>: Sendable {
  private struct Waiter {
    let caller: CheckedContinuation<Value?, Never>
    /// Counts the waiter's work, which rests.
    let clock: DeviceClock?

    func wake(_ value: Value?) {
      // Before it goes on, so that a clock that is moved by hand does not run away meanwhile.
      clock?.work(1)
      caller.resume(returning: value)
    }
  }

  private struct State {
    var value: Value?
    var waiters: [UInt64: Waiter] = [:]
    var lastNumber: UInt64 = 0
  }

  private let state = Lock(State())

  /// Wakes all who wait. False when a value has come before; then this one is nobody's.
  @discardableResult
  func land(_ value: Value) -> Bool {
    let waiters: [Waiter]? = state.withLock { state in
      guard state.value == nil else { return nil }
      state.value = value
      defer { state.waiters = [:] }
      return Array(state.waiters.values)
    }
    guard let waiters else { return false }
    for waiter in waiters { waiter.wake(value) }
    return true
  }

  /// The value, once it has come; nil when the task is cancelled before.
  ///
  /// - Parameter clock: the one that counts the caller's work, which rests meanwhile; nil where none does.
  func value(resting clock: DeviceClock? = nil) async -> Value? {
    let number = state.withLock { state in
      state.lastNumber += 1
      return state.lastNumber
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { caller in
        let (isOver, value): (Bool, Value?) = state.withLock { state in
          if let value = state.value { return (true, value) }
          if Task.isCancelled { return (true, nil) }
          state.waiters[number] = Waiter(caller: caller, clock: clock)
          return (false, nil)
        }
        if isOver { caller.resume(returning: value) } else { clock?.work(-1) }
      }
    } onCancel: {
      state.withLock { $0.waiters.removeValue(forKey: number) }?.wake(nil)
    }
  }
}
