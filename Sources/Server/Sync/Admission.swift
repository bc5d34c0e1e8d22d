internal import HoldfastContract
internal import HoldfastRPC
internal import HoldfastWire

/// Lets calls in that cost the hub something, a limited number at once (`AdmissionQueue`).
final class Admission: Sendable {
  private struct State {
    var queue: AdmissionQueue
    var waiters: [AdmissionQueue.Ticket: UnsafeContinuation<Void, any Error>] = [:]
    /// Those who were let in before they had begun to wait.
    var letIn: Set<AdmissionQueue.Ticket> = []
  }

  private let state: Lock<State>

  init(capacity: Int) {
    state = Lock(State(queue: AdmissionQueue(capacity: capacity)))
  }

  /// How many are in and wait, for administrators.
  var load: AdmissionLoad {
    state.withLock { state in
      AdmissionLoad(
        capacity: UInt32(clamping: state.queue.capacity), admitted: UInt32(clamping: state.queue.admitted),
        waiting: UInt32(clamping: state.queue.waiting), mostAdmitted: UInt32(clamping: state.queue.mostAdmitted),
        mostWaiting: UInt32(clamping: state.queue.mostWaiting), letIn: state.queue.letIn,
        sentAway: state.queue.sentAway)
    }
  }

  /// Runs `body` once there is room for it.
  /// - Throws: `unavailable` with when to come back, if that would take too long; what `body` throws.
  nonisolated(nonsending) func admitted<Value>(
    _ client: String, _ body: nonisolated(nonsending) () async throws -> Value
  ) async throws -> Value {
    switch state.withLock({ $0.queue.enter(client, at: .now()) }) {
    case .admitted: break
    case .waits(let ticket): try await wait(ticket)
    case .refused(let pause):
      var error = CallError<Never>(.unavailable, "very many devices sync at once; come back a little later")
      error.retryAfter = pause
      error.mayHaveBegun = false
      throw error
    }
    let began = MonotonicTime.now()
    defer { leave(after: .now() - began) }
    return try await body()
  }

  private nonisolated(nonsending) func wait(_ ticket: AdmissionQueue.Ticket) async throws {
    try await withTaskCancellationHandler {
      try await withUnsafeThrowingContinuation { caller in
        let outcome: Result<Void, any Error>? = state.withLock { state in
          if state.letIn.remove(ticket) != nil { return .success(()) }
          // Cancelled before: the handler below has run already.
          guard state.queue.isWaiting(ticket) else { return .failure(CancellationError()) }
          state.waiters[ticket] = caller
          return nil
        }
        if let outcome { caller.resume(with: outcome) }
      }
    } onCancel: {
      let waiter = state.withLock { state in
        state.queue.giveUp(ticket) ? state.waiters.removeValue(forKey: ticket) : nil
      }
      waiter?.resume(throwing: CancellationError())
    }
  }

  private func leave(after duration: Duration) {
    let next = state.withLock { state -> UnsafeContinuation<Void, any Error>? in
      guard let ticket = state.queue.leave(after: duration) else { return nil }
      guard let waiter = state.waiters.removeValue(forKey: ticket) else {
        state.letIn.insert(ticket)
        return nil
      }
      return waiter
    }
    next?.resume()
  }
}
