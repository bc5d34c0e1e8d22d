import HoldfastContract
import HoldfastRPC
import HoldfastSDK

/// A worker in the test's process that does some batches, and holds the next until it is let go.
final class GatedWorker: Sendable {
  private struct State {
    var left: Int
    var held: [UnsafeContinuation<Void, Never>] = []
    var isOpen = false
  }

  private let state: Lock<State>
  private let task: Lock<Task<Void, any Error>?> = Lock(nil)

  /// - Parameter batches: how many it does before it holds one.
  init(_ hub: Hub, chain: String, batches: Int, space: String = "default") {
    state = Lock(State(left: batches))
    let worker = Worker(hub, space: space, name: "gated", chain: chain) { [state] batch in
      await Self.pass(state)
      return batch.texts.map { text in
        ItemResult(findings: [NamedFinding(name: "characters", value: .integer(Int64(text.count)))])
      }
    }
    task.withLock { $0 = Task { try await worker.run() } }
  }

  deinit {
    open()
    task.withLock { $0 }?.cancel()
  }

  /// Whether a batch is held.
  var isHolding: Bool { state.withLock { !$0.held.isEmpty } }

  /// Lets go of what is held, and holds nothing more.
  func open() {
    let held = state.withLock { state in
      state.isOpen = true
      defer { state.held = [] }
      return state.held
    }
    for batch in held { batch.resume() }
  }

  /// Leaves, with nothing come of what is held.
  func leave() async {
    let task = task.withLock { $0 }
    task?.cancel()
    _ = await task?.result
    open()
  }

  private static func pass(_ state: Lock<State>) async {
    await withUnsafeContinuation { batch in
      let passes = state.withLock { state in
        if state.isOpen { return true }
        if state.left > 0 {
          state.left -= 1
          return true
        }
        state.held.append(batch)
        return false
      }
      if passes { batch.resume() }
    }
  }
}
