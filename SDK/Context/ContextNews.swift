import HoldfastRPC

/// Tells those who watch keys of a provider that there may be something new. Each provider has one.
public final class ContextNews: Sendable {
  private struct State {
    var bells: [ContextName: [ObjectIdentifier: Bell]] = [:]
    var relays: [ObjectIdentifier: @Sendable (_ name: String?) -> Void] = [:]
  }

  private let state = Lock(State())

  public init() {}

  /// The key of this name may have another value.
  public func changed(_ name: String) {
    let (bells, relays) = state.withLock { state in
      (state.bells[ContextName(text: name)].map { Array($0.values) } ?? [], Array(state.relays.values))
    }
    for bell in bells { bell.ring() }
    for relay in relays { relay(name) }
  }

  /// Any key may have another value.
  public func changedSomehow() {
    let (bells, relays) = state.withLock { state in
      (state.bells.values.flatMap { Array($0.values) }, Array(state.relays.values))
    }
    for bell in bells { bell.ring() }
    for relay in relays { relay(nil) }
  }

  /// One that listens; it ends when this goes.
  final class Listener: Sendable {
    let bell = Bell()
    private let end: @Sendable (ObjectIdentifier) -> Void

    fileprivate init(_ end: @escaping @Sendable (ObjectIdentifier) -> Void) { self.end = end }

    deinit { end(ObjectIdentifier(self)) }
  }

  /// Rings when the key may have another value.
  func listen(to name: ContextName) -> Listener {
    let listener = Listener { [weak self] listener in
      self?.state.withLock { state in
        state.bells[name]?[listener] = nil
        if state.bells[name]?.isEmpty == true { state.bells[name] = nil }
      }
    }
    state.withLock { $0.bells[name, default: [:]][ObjectIdentifier(listener)] = listener.bell }
    return listener
  }

  /// Hands on all that is told; without a name it may be any. The closure must be quick.
  func relay(_ body: @escaping @Sendable (_ name: String?) -> Void) -> Listener {
    let listener = Listener { [weak self] listener in self?.state.withLock { $0.relays[listener] = nil } }
    state.withLock { $0.relays[ObjectIdentifier(listener)] = body }
    return listener
  }
}
