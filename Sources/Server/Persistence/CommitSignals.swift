internal import HoldfastRPC
internal import HoldfastStore
internal import HoldfastWire

/// Wakes whoever waits for a space to have a further change.
final class CommitSignals: Sendable {
  private struct Waiter {
    /// None waits for any space: that which it wants does not exist yet.
    var spaces: [Int64]
    var caller: UnsafeContinuation<Void, any Error>
  }

  private struct State {
    /// For each space the last sequence that was announced since the hub started.
    var latest: [Int64: Int64] = [:]
    var commits: UInt64 = 0
    var waiters: [UInt64: Waiter] = [:]
    var lastNumber: UInt64 = 0
    /// Nobody waits any longer.
    var isClosed = false
  }

  private let state = Lock(State())

  /// How many commits there have been: read before looking whether a space exists, then given to `wait`.
  var commits: UInt64 { state.withLock { $0.commits } }

  func announce(_ notices: [CommitNotice]) {
    let woken = state.withLock { state in
      state.commits += 1
      for notice in notices { state.latest[notice.space] = max(notice.sequence, state.latest[notice.space] ?? 0) }
      guard !state.waiters.isEmpty else { return [Waiter]() }
      let numbers = state.waiters.filter { entry in
        let spaces = entry.value.spaces
        return spaces.isEmpty || notices.contains { spaces.contains($0.space) }
      }.keys
      return numbers.compactMap { state.waiters.removeValue(forKey: $0) }
    }
    for waiter in woken { waiter.caller.resume() }
  }

  /// Lets everybody who waits, or will, fail with `unavailable`: the hub is shutting down.
  func close() {
    let ended = state.withLock { state in
      state.isClosed = true
      defer { state.waiters.removeAll() }
      return Array(state.waiters.values)
    }
    for waiter in ended { waiter.caller.resume(throwing: Self.shutdown) }
  }

  private static var shutdown: CallError<Never> {
    CallError(.unavailable, "the hub is shutting down; watch again with the last cursor")
  }

  /// Returns once the space has a change after `sequence`.
  nonisolated(nonsending) func wait(for space: Int64, after sequence: Int64) async throws {
    try await wait(forAnyOf: [space: sequence])
  }

  /// Returns once one of the spaces has a change after the sequence that is given for it.
  nonisolated(nonsending) func wait(forAnyOf ends: [Int64: Int64]) async throws {
    try await wait(Array(ends.keys)) { state in
      ends.contains { space, sequence in state.latest[space].map { $0 > sequence } ?? false }
    }
  }

  /// Returns once anything has been committed after `commits`.
  nonisolated(nonsending) func waitForAny(after commits: UInt64) async throws {
    try await wait([]) { $0.commits > commits }
  }

  private nonisolated(nonsending) func wait(_ spaces: [Int64], _ isOver: @Sendable (State) -> Bool) async throws {
    let number = state.withLock { state in
      state.lastNumber += 1
      return state.lastNumber
    }
    try await withTaskCancellationHandler {
      try await withUnsafeThrowingContinuation { caller in
        let outcome: Result<Void, any Error>? = state.withLock { state in
          if state.isClosed { return .failure(Self.shutdown) }
          // Cancelled before: the handler below has run already and found nothing.
          if isOver(state) || Task.isCancelled { return .success(()) }
          state.waiters[number] = Waiter(spaces: spaces, caller: caller)
          return nil
        }
        if let outcome { caller.resume(with: outcome) }
      }
    } onCancel: {
      let waiter = state.withLock { $0.waiters.removeValue(forKey: number) }
      waiter?.caller.resume(throwing: CancellationError())
    }
    try Task.checkCancellation()
  }
}
