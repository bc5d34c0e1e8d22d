internal import HoldfastRPC
internal import HoldfastWire

/// Wakes whoever waits for a run to get on.
final class RunSignals: Sendable {
  /// A run that somebody watches.
  private struct Watched {
    var watchers = 0
    /// How often anything was said of it since it has been watched.
    var news: UInt64 = 0
    var waiters: [UInt64: UnsafeContinuation<Void, any Error>] = [:]
  }

  private struct State {
    var runs: [Int64: Watched] = [:]
    var lastNumber: UInt64 = 0
    var isClosed = false
  }

  private let state = Lock(State())

  /// From now on what is said of the run is counted, until `endWatch`.
  func beginWatch(of run: Int64) { state.withLock { $0.runs[run, default: Watched()].watchers += 1 } }

  func endWatch(of run: Int64) {
    state.withLock { state in
      state.runs[run]?.watchers -= 1
      if state.runs[run]?.watchers == 0 { state.runs[run] = nil }
    }
  }

  /// What is given to `wait`: read before looking at the run.
  func news(of run: Int64) -> UInt64 { state.withLock { $0.runs[run]?.news ?? 0 } }

  func announce(_ run: Int64) {
    let woken = state.withLock { state -> [UnsafeContinuation<Void, any Error>] in
      guard var watched = state.runs[run] else { return [] }
      watched.news += 1
      defer { state.runs[run] = watched }
      return watched.waiters.take()
    }
    for caller in woken { caller.resume() }
  }

  /// Lets all who wait look again: there may be nothing new but the time.
  func remind() {
    let woken = state.withLock { state in state.runs.keys.flatMap { state.runs[$0]?.waiters.take() ?? [] } }
    for caller in woken { caller.resume() }
  }

  /// Lets everybody who waits, or will, fail with `unavailable`: the hub is shutting down.
  func close() {
    let ended = state.withLock { state in
      state.isClosed = true
      return state.runs.keys.flatMap { state.runs[$0]?.waiters.take() ?? [] }
    }
    for caller in ended { caller.resume(throwing: Self.shutdown) }
  }

  private static var shutdown: CallError<Never> {
    CallError(.unavailable, "the hub is shutting down; ask again after the last item")
  }

  /// Returns once anything was said of the run after `news`, or it is time to look again. The caller watches it.
  nonisolated(nonsending) func wait(for run: Int64, after news: UInt64) async throws {
    let number = state.withLock { state in
      state.lastNumber += 1
      return state.lastNumber
    }
    try await withTaskCancellationHandler {
      try await withUnsafeThrowingContinuation { caller in
        let outcome: Result<Void, any Error>? = state.withLock { state in
          if state.isClosed { return .failure(Self.shutdown) }
          // Cancelled before: the handler below has run already and found nothing.
          if state.runs[run]?.news != news || Task.isCancelled { return .success(()) }
          state.runs[run]?.waiters[number] = caller
          return nil
        }
        if let outcome { caller.resume(with: outcome) }
      }
    } onCancel: {
      let caller = state.withLock { $0.runs[run]?.waiters.removeValue(forKey: number) }
      caller?.resume(throwing: CancellationError())
    }
    try Task.checkCancellation()
  }
}

extension Dictionary {
  /// Leaves nothing.
  fileprivate mutating func take() -> [Value] {
    defer { self = [:] }
    return Array(values)
  }
}
