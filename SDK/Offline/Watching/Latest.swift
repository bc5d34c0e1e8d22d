import HoldfastRPC

/// A value that changes, for any number of tasks that follow it.
final class Latest<Value: Sendable & Equatable>: Sendable {
  private struct State {
    var value: Value
    var followers: [ObjectIdentifier: Bell] = [:]
    var isOver = false
  }

  private let state: Lock<State>

  init(_ value: Value) { state = Lock(State(value: value)) }

  var value: Value { state.withLock { $0.value } }

  /// Makes it another value, and wakes those that follow.
  func change(_ body: @Sendable (inout Value) -> Void) {
    let bells = state.withLock { state -> [Bell] in
      let old = state.value
      body(&state.value)
      return state.value == old ? [] : Array(state.followers.values)
    }
    for bell in bells { bell.ring() }
  }

  /// No more values come.
  func end() {
    let bells = state.withLock { state in
      state.isOver = true
      return Array(state.followers.values)
    }
    for bell in bells { bell.ring() }
  }

  /// One that follows; it ends when this goes.
  final class Follower: Sendable {
    private let latest: Latest
    private let bell = Bell()

    init(_ latest: Latest) {
      self.latest = latest
      let (id, bell) = (ObjectIdentifier(self), bell)
      latest.state.withLock { $0.followers[id] = bell }
    }

    deinit {
      let id = ObjectIdentifier(self)
      latest.state.withLock { $0.followers[id] = nil }
    }

    /// The value, once it is another than `seen`; nil when no more come or the task is cancelled.
    func next(after seen: Value?) async -> Value? {
      while !Task.isCancelled {
        let (value, isOver) = latest.state.withLock { ($0.value, $0.isOver) }
        if value != seen { return value }
        if isOver { return nil }
        await bell.wait()
      }
      return nil
    }
  }
}
