internal import HoldfastRPC
internal import HoldfastSDK
internal import HoldfastWire

/// The connections of a network, which break when nothing goes through any longer.
extension FaultyNetwork {
  /// Runs `body` until it ends or the connection breaks.
  func untilCut<Value: Sendable>(
    _ call: NetworkCall, _ device: String, _ body: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    // The one who watches is at work until it has found out what to wait for.
    clock.work(1)
    let held = Lock(1)
    defer { clock.work(-held.withLock { $0 }) }
    return try await withThrowingTaskGroup(of: Value.self) { group in
      group.addTask { try await body() }
      group.addTask {
        try await self.cut(call, device, held)
        throw NetworkFailure.cut
      }
      defer { group.cancelAll() }
      guard let value = try await group.next() else { throw NetworkFailure.cut }
      return value
    }
  }

  /// Returns when the connection breaks.
  /// - Parameter held: the work that it counts as, until that has had its effect.
  private func cut(_ call: NetworkCall, _ device: String, _ held: Lock<Int>) async throws {
    while true {
      let now = clock.monotonic()
      let (changes, time) = state.withLock { ($0.changes, $0.plan.nextCut(call, of: device, from: now)) }
      if let time, time <= now { return }
      try await withThrowingTaskGroup(of: Void.self) { group in
        // Each of those who wait is at work until it really waits.
        hold(time == nil ? 1 : 2, held)
        group.addTask {
          held.withLock { $0 -= 1 }
          defer { held.withLock { $0 += 1 } }
          try await self.changed(after: changes)
        }
        if let time {
          group.addTask {
            held.withLock { $0 -= 1 }
            defer { held.withLock { $0 += 1 } }
            try await self.clock.sleep(time)
          }
        }
        defer { group.cancelAll() }
        _ = try await group.next()
      }
    }
  }

  private func hold(_ count: Int, _ held: Lock<Int>) {
    let change = held.withLock { held in
      defer { held = count }
      return count - held
    }
    clock.work(change)
  }

  /// Returns when the rules are not those any longer. To be called in the midst of work, which rests meanwhile.
  private func changed(after changes: UInt64) async throws {
    let number = state.withLock { state in
      state.lastWatcher += 1
      return state.lastWatcher
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { caller in
        let outcome: Result<Void, any Error>? = state.withLock { state in
          if Task.isCancelled { return .failure(CancellationError()) }
          if state.changes != changes { return .success(()) }
          state.watchers[number] = caller
          clock.work(-1)
          return nil
        }
        if let outcome { caller.resume(with: outcome) }
      }
    } onCancel: {
      let watcher = state.withLock { state in
        let watcher = state.watchers.removeValue(forKey: number)
        if watcher != nil { clock.work(1) }
        return watcher
      }
      watcher?.resume(throwing: CancellationError())
    }
  }
}
