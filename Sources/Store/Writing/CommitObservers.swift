/// Who wants to hear of commits.
final class CommitObservers: Sendable {
  typealias Observer = @Sendable ([CommitNotice]) -> Void

  private struct State {
    var observers: [UInt64: Observer] = [:]
    var lastNumber: UInt64 = 0
  }

  private let state = Monitor(State())

  func add(_ observer: @escaping Observer) throws(StoreError) -> CommitObservation {
    let number = try state.withLock { (state) throws(StoreError) in
      guard state.observers.count < Limits.commitObservers else {
        throw StoreError(.overloaded, "\(Limits.commitObservers) observers are registered already")
      }
      state.lastNumber += 1
      state.observers[state.lastNumber] = observer
      return state.lastNumber
    }
    return CommitObservation { [weak self] in self?.remove(number) }
  }

  private func remove(_ number: UInt64) {
    // Released outside the lock: the observer's own references may end with it.
    _ = state.withLock { $0.observers.removeValue(forKey: number) }
  }

  func notify(_ notices: [CommitNotice]) {
    guard !notices.isEmpty else { return }
    let observers = state.withLock { Array($0.observers.values) }
    for observer in observers { observer(notices) }
  }
}

/// A registration for commits; it ends when this is cancelled or released.
public final class CommitObservation: Sendable {
  private let end: @Sendable () -> Void

  init(_ end: @escaping @Sendable () -> Void) { self.end = end }

  deinit { end() }

  /// Ends the registration. A call that runs meanwhile may still finish after this returns.
  public func cancel() { end() }
}
