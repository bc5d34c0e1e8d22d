internal import HoldfastRPC

/// So many at once, and the others in the order in which they came.
final class Turns: Sendable {
  private struct State {
    var free: Int
    var lastNumber: UInt64 = 0
    /// The longest waiting first.
    var waiting: [(number: UInt64, caller: UnsafeContinuation<Bool, Never>)] = []
  }

  private let state: Lock<State>
  private let places: Int

  /// - Parameter places: how many may wait.
  init(_ count: Int, waiting places: Int) {
    state = Lock(State(free: count))
    self.places = places
  }

  /// Takes a turn, which has to be given back.
  /// - Returns: false when too many wait already.
  /// - Throws: `CancellationError` when the task is cancelled before it is its turn.
  nonisolated(nonsending) func take() async throws -> Bool {
    let number: UInt64? = state.withLock { state in
      guard state.free > 0 || state.waiting.count < places else { return nil }
      state.lastNumber += 1
      return state.lastNumber
    }
    guard let number else { return false }
    let isTaken = await withTaskCancellationHandler {
      await withUnsafeContinuation { caller in
        let isNow: Bool? = state.withLock { state in
          // Cancelled before: the handler below has run already and found nothing.
          if Task.isCancelled { return false }
          if state.free > 0 {
            state.free -= 1
            return true
          }
          state.waiting.append((number, caller))
          return nil
        }
        if let isNow { caller.resume(returning: isNow) }
      }
    } onCancel: {
      let caller = state.withLock { state in
        state.waiting.firstIndex { $0.number == number }.map { state.waiting.remove(at: $0).caller }
      }
      caller?.resume(returning: false)
    }
    guard isTaken else { throw CancellationError() }
    return true
  }

  /// Gives a turn back: the next one's it is.
  func giveBack() {
    let next = state.withLock { state -> UnsafeContinuation<Bool, Never>? in
      guard state.waiting.isEmpty else { return state.waiting.removeFirst().caller }
      state.free += 1
      return nil
    }
    next?.resume(returning: true)
  }
}
