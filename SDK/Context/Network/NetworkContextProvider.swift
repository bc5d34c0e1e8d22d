import HoldfastCache
import HoldfastRPC
import HoldfastWire

/// Context from a place on the other side of a network.
///
///     let context = NetworkContextProvider(HubContextSource(hub, space: "settings"))
///     let refreshing = Task { await context.run() }
///     let limit = try await context.resolve(ContextKey("limit", default: 10))
///
/// What was fetched is remembered; a lookup of that asks nobody. Of many who look for the same key at once, one asks. While
/// `run` runs, all that is remembered is fetched anew before it is too old, and what the source says has changed is asked
/// for again.
/// When the source cannot be asked, the answer is what was known last, or the key's fallback, and says so.
public final class NetworkContextProvider: ContextProvider {
  public struct Settings: Sendable {
    /// How long a value is as good as asking again.
    public var refreshInterval = Duration.seconds(300)
    /// For how long after that it is better than nothing, when the source cannot be asked. A value never outlives the end
    /// that its setter gave it.
    public var staleLimit = Duration.seconds(86_400)
    /// How long it is remembered that there is no value.
    public var absentLifetime = Duration.seconds(30)
    /// For how long a source that could not be asked for a key is not asked for it again.
    public var failureLifetime = Duration.seconds(1)
    /// How long one attempt may take.
    public var requestTimeout = Duration.seconds(30)
    /// How long a lookup takes at most, with all attempts.
    public var deadline = Duration.seconds(5)
    public var retry = ContextRetry.standard
    public var fallbacks = ContextFallbacks()
    /// Bytes of values that are remembered.
    public var cacheBytes = 16 << 20
    public var coder: any ValueCoder = JSONValueCoder()
    public var clock = DeviceClock.system
    /// Who knows whether there is a network; nil where one just tries.
    public var network: NetworkMonitor?

    public init() {}
  }

  /// One question under way.
  final class Flight: Sendable {
    let names: [ContextName]
    let landing = Landing<[ContextName: Result<HeldValue, ContextError>]>()

    init(_ names: [ContextName]) { self.names = names }
  }

  struct State {
    /// By each name that they ask for. One that is not here any more keeps nothing.
    var flights: [ContextName: Flight] = [:]
    var isOffline = false
  }

  struct Failed: Sendable {
    let error: ContextError
    let until: MonotonicTime
  }

  public let source: any ContextSource
  public let settings: Settings
  public let news = ContextNews()
  let clock: DeviceClock
  let cache: Cache<ContextName, HeldValue>
  let failures: Cache<ContextName, Failed>
  let state = Lock(State())

  public var name: String { source.name }

  public init(_ source: any ContextSource, _ settings: Settings = Settings()) {
    self.source = source
    self.settings = settings
    clock = settings.clock
    // Nothing ends by the caches' time: what is too old to be fresh may have to do yet.
    cache = Cache(
      capacity: max(1, settings.cacheBytes), clock: { 0 },
      weigher: { name, held in name.text.utf8.count + held.weight })
    failures = Cache(capacity: ContextLimits.failures, clock: { 0 }, weigher: { _, _ in 1 })
  }

  // MARK: Looking up

  public func atHand<Value: ContextValue>(_ key: ContextKey<Value>) -> ContextAtHand<Value> {
    guard let (held, age) = fresh(key.id) else { return .unknown }
    if held.bytes == nil { return .known(nil) }
    guard let value = held.value(of: Value.self) else { return .unknown }
    return .known(Resolution(value, source: held.source, age: age, reason: .cached))
  }

  public func resolve<Value: ContextValue>(_ key: ContextKey<Value>) async throws(ContextError) -> Resolution<Value>? {
    // What is at hand, with as little as possible that depends on the type: most lookups end here.
    if let (held, age) = fresh(key.id), let value = held.value(of: Value.self) {
      return Resolution(value, source: held.source, age: age, reason: .cached)
    }
    return try await find(key)
  }

  private func find<Value: ContextValue>(_ key: ContextKey<Value>) async throws(ContextError) -> Resolution<Value>? {
    try key.check(name)
    switch step(key.id) {
    case .held(let held): return key.orDefault(try resolution(of: held, for: key, .cached))
    case .failed(let error): return try makeDo(key, error)
    case .flight(let flight): return try await answer(key, flight)
    }
  }

  /// What is remembered and as good as asking, and how old it is.
  private func fresh(_ name: ContextName) -> (HeldValue, age: Duration)? {
    guard let held = cache.get(name) else { return nil }
    let now = clock.monotonic()
    return now < held.freshUntil ? (held, now - held.fetched) : nil
  }

  public func resolveAll<Value: ContextValue>(_ keys: [ContextKey<Value>]) async -> [ContextOutcome<Value>] {
    // All are on their way before the first is waited for.
    let toAsk = keys.map(\.id).filter { if case .ask = glance($0) { true } else { false } }
    let flights = fly(toAsk.filter { 1...ContextLimits.keyBytes ~= $0.text.utf8.count }, evenIfKnown: false)
    var outcomes: [ContextOutcome<Value>] = []
    outcomes.reserveCapacity(keys.count)
    for key in keys {
      do throws(ContextError) {
        if let flight = flights[key.id] {
          outcomes.append(.success(try await answer(key, flight)))
        } else {
          outcomes.append(.success(try await resolve(key)))
        }
      } catch {
        outcomes.append(.failure(error))
      }
    }
    return outcomes
  }

  private enum Step {
    case held(HeldValue)
    case failed(ContextError)
    case flight(Flight)
  }

  private enum Glance {
    case held(HeldValue)
    case failed(ContextError)
    case ask
  }

  /// What is to be done to answer for the key.
  private func step(_ name: ContextName) -> Step {
    while true {
      switch glance(name) {
      case .held(let held): return .held(held)
      case .failed(let error): return .failed(error)
      case .ask:
        // None where the answer has come since the glance.
        if let flight = fly([name], evenIfKnown: false)[name] { return .flight(flight) }
      }
    }
  }

  private func glance(_ id: ContextName) -> Glance {
    let now = clock.monotonic()
    if let held = cache.get(id), now < held.freshUntil { return .held(held) }
    guard isOnline else {
      return .failed(
        ContextError(
          .unavailable, "offline; it is asked again when there is a network", key: id.text, provider: name))
    }
    if let failed = failures.get(id), now < failed.until { return .failed(failed.error) }
    return .ask
  }

  /// Whether nobody has to be asked for the key: there is a fresh answer, or it was asked for in vain just now.
  func isKnown(_ name: ContextName) -> Bool {
    let now = clock.monotonic()
    if let held = cache.peek(name), now < held.freshUntil { return true }
    return failures.peek(name).map { now < $0.until } ?? false
  }

  private func answer<Value: ContextValue>(
    _ key: ContextKey<Value>, _ flight: Flight
  ) async throws(ContextError) -> Resolution<Value>? {
    guard let answers = await flight.landing.value(resting: clock.counting) else {
      throw .cancelled(key.name, name)
    }
    switch answers[key.id] {
    case .success(let held): return key.orDefault(try resolution(of: held, for: key, .fresh))
    case .failure(let error): return try makeDo(key, error)
    case nil: throw ContextError(.corruption, "the source gave no answer", key: key.name, provider: name)
    }
  }

  /// What there is in place of the answer that cannot be had.
  private func makeDo<Value: ContextValue>(
    _ key: ContextKey<Value>, _ error: ContextError
  ) throws(ContextError) -> Resolution<Value>? {
    let error = error.about(key.name)
    if let held = cache.get(key.id), held.bytes != nil, clock.monotonic() < held.usableUntil {
      return try resolution(of: held, for: key, .stale, error)
    }
    if let value = settings.fallbacks[key] {
      return Resolution(value, source: name, age: .zero, reason: .fallback, problem: error)
    }
    throw error
  }

  private func resolution<Value: ContextValue>(
    of held: HeldValue, for key: ContextKey<Value>, _ reason: Resolution<Value>.Reason, _ problem: ContextError? = nil
  ) throws(ContextError) -> Resolution<Value>? {
    guard let bytes = held.bytes else { return nil }
    let value: Value
    if let made = held.value(of: Value.self) {
      value = made
    } else {
      do {
        value = try settings.coder.decode(Value.self, from: bytes)
      } catch {
        throw ContextError(
          .corruption, "what \(name) has is no \(Value.self); set it anew, or ask for the type that it was set with",
          key: key.name, provider: name, causes: [error])
      }
      remember(held.making(value), in: key.id, inPlaceOf: held)
    }
    return Resolution(
      value, source: held.source, age: clock.monotonic() - held.fetched, reason: reason, problem: problem)
  }

  // MARK: Offline

  /// Works without asking the source until that is taken back: with what is remembered, and fallbacks.
  public func setOffline(_ isOffline: Bool) {
    state.withLock { $0.isOffline = isOffline }
    failures.removeAll()
    news.changedSomehow()
  }

  /// Whether the source is asked: nobody has said otherwise, and there is a network as far as is known.
  public var isOnline: Bool {
    guard !state.withLock({ $0.isOffline }) else { return false }
    return settings.network.map { [.up, .unknown].contains($0.state) } ?? true
  }
}
