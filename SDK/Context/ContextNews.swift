import HoldfastRPC

/// Tells those who watch keys of a provider that there may be something new. Each provider has one.
public final class ContextNews: Sendable {
  private struct State {
    var bells: [ContextName: [ObjectIdentifier: Bell]] = [:]
    var relays: [ObjectIdentifier: Relay] = [:]
  }

  /// One that hands on what is told here, and those who watch there.
  private struct Relay {
    let tell: @Sendable (_ name: String?) -> Void
    let watched: @Sendable () -> Set<ContextName>
  }

  private let state = Lock(State())

  public init() {}

  /// The key of this name may have another value.
  public func changed(_ name: String) {
    let (bells, relays) = state.withLock { state in
      (state.bells[ContextName(text: name)].map { Array($0.values) } ?? [], Array(state.relays.values))
    }
    for bell in bells { bell.ring() }
    for relay in relays { relay.tell(name) }
  }

  /// Any key may have another value.
  public func changedSomehow() {
    let (bells, relays) = state.withLock { state in
      (state.bells.values.flatMap { Array($0.values) }, Array(state.relays.values))
    }
    for bell in bells { bell.ring() }
    for relay in relays { relay.tell(nil) }
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

  /// Whom anybody watches, here or where it is handed on to.
  var watched: Set<ContextName> {
    let (names, relays) = state.withLock { (Set($0.bells.keys), Array($0.relays.values)) }
    return relays.reduce(into: names) { $0.formUnion($1.watched()) }
  }

  /// Hands on all that is told; without a name it may be any. The closures must be quick.
  func relay(
    _ tell: @escaping @Sendable (_ name: String?) -> Void, watched: @escaping @Sendable () -> Set<ContextName>
  ) -> Listener {
    let listener = Listener { [weak self] listener in self?.state.withLock { $0.relays[listener] = nil } }
    state.withLock { $0.relays[ObjectIdentifier(listener)] = Relay(tell: tell, watched: watched) }
    return listener
  }
}
