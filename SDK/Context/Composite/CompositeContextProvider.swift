import HoldfastCache
import HoldfastRPC
import HoldfastWire

/// Context from several providers, put together by a strategy.
///
///     let context = CompositeContextProvider([.init(local), .init(remote)], .prioritized)
///
/// All members are asked at once, each for no longer than its deadline; one that fails time and again is not asked for a
/// while. What the members say counts without the keys' defaults, and a member's fallback only where nobody has better.
/// Members may be composites. Nothing can be set through it: set it at a member.
public final class CompositeContextProvider: ContextProvider {
  /// How the members' answers become one.
  public enum Strategy: Sendable, Hashable {
    /// The value of whoever has one first; of those who have it at once, the first in the list.
    case firstAvailable
    /// The value of the first in the list that has one, however long that takes within its deadline.
    case prioritized
    /// What at least this share of all members, above 0 and up to 1, agree on: equal values, or that there is none. Of two
    /// such values that of the larger group, and then that of the member who comes first in the list.
    case consensus(threshold: Double)
    /// Of numbers (`ContextNumber`) the mean of those who have one, by weight. Of all else the value with the most weight
    /// behind it, and then that of the member who comes first in the list.
    case weighted
  }

  public struct Member: Sendable {
    public var provider: any ContextProvider
    /// Above 0; counts for `weighted`.
    public var weight: Double
    /// How long it is waited for.
    public var deadline: Duration
    /// After so many failures in a row it is not asked for a while.
    public var failures: Int
    /// For how long.
    public var pause: Duration

    public init(
      _ provider: any ContextProvider, weight: Double = 1, deadline: Duration = .seconds(5), failures: Int = 5,
      pause: Duration = .seconds(30)
    ) {
      precondition(weight > 0 && weight.isFinite, "a member's weight is above 0")
      precondition(failures > 0, "a member has one failure at least before it is left alone")
      self.provider = provider
      self.weight = weight
      self.deadline = deadline
      self.failures = failures
      self.pause = pause
    }
  }

  /// What the members came to, for as long as it may be given again.
  private final class Kept: Sendable {
    let made: MadeValue
    let since: MonotonicTime
    let until: MonotonicTime

    init(_ made: MadeValue, since: MonotonicTime, until: MonotonicTime) {
      (self.made, self.since, self.until) = (made, since, until)
    }
  }

  public let name: String
  public let members: [Member]
  public let strategy: Strategy
  public let news = ContextNews()
  let clock: DeviceClock
  let breakers: [CircuitBreaker]
  private let resultLifetime: Duration
  private let results: Cache<ContextName, Kept>
  /// Rises with each change: what the members said before one is not kept after it.
  private let changes = Lock<UInt64>(0)
  private let relays = Lock<[ContextNews.Listener]>([])

  /// - Parameters:
  ///   - members: One to `ContextLimits.members`, in the order that counts.
  ///   - resultLifetime: How long a result is given again without asking the members, unless one of them tells of a
  ///     change; zero asks them each time. Results with a `problem` are never given again.
  public init(
    _ members: [Member], _ strategy: Strategy, name: String = "composite", resultLifetime: Duration = .seconds(1),
    clock: DeviceClock = .system
  ) {
    precondition(1...ContextLimits.members ~= members.count, "a composite has 1 to \(ContextLimits.members) members")
    if case .consensus(let threshold) = strategy {
      precondition(threshold > 0 && threshold <= 1, "a consensus takes a share above 0 and up to 1")
    }
    self.members = members
    self.strategy = strategy
    self.name = name
    self.resultLifetime = resultLifetime
    self.clock = clock
    breakers = members.map { CircuitBreaker(failures: $0.failures, pause: $0.pause) }
    results = Cache(capacity: ContextLimits.results, clock: { 0 }, weigher: { _, _ in 1 })
    let listeners = members.map { member in
      member.provider.news.relay({ [weak self] in self?.heard($0) }, watched: { [weak news] in news?.watched ?? [] })
    }
    relays.withLock { $0 = listeners }
  }

  // MARK: Looking up

  public func atHand<Value: ContextValue>(_ key: ContextKey<Value>) -> ContextAtHand<Value> {
    let now = clock.monotonic()
    if resultLifetime > .zero, let kept = results.get(key.id), now < kept.until,
      let made = kept.made.value(of: Resolution<Value>?.self)
    {
      return .known(made.map { $0.aged(by: now - kept.since) })
    }
    let changes = changes.withLock { $0 }
    var answers = answers(key.withoutDefault, now)
    guard case .success(let found)? = answers.count() else { return .unknown }
    keep(found, for: key, changes)
    return .known(found)
  }

  public func resolve<Value: ContextValue>(_ key: ContextKey<Value>) async throws(ContextError) -> Resolution<Value>? {
    if case .known(let found) = atHand(key) { return key.orDefault(found) }
    try key.check(name)
    let changes = changes.withLock { $0 }
    guard let outcome = await poll(key.withoutDefault) else { throw .cancelled(key.name, name) }
    switch outcome {
    case .success(let found):
      keep(found, for: key, changes)
      return key.orDefault(found)
    case .failure(let dissent): throw dissent.error(key.name, name)
    }
  }

  /// The answers that are there without asking.
  private func answers<Value: ContextValue>(_ key: ContextKey<Value>, _ now: MonotonicTime) -> Answers<Value> {
    var answers = Answers<Value>(members, strategy, name)
    for place in members.indices {
      if case .known(let found) = members[place].provider.atHand(key) {
        answers.cast(.success(found), at: place)
        if answers.areEnough() { break }
      } else if let until = breakers[place].openUntil(now) {
        answers.cast(.failure(resting(place, key, until - now)), at: place)
      }
    }
    return answers
  }

  /// Asks those whose answers are not there. Nil when the task is cancelled.
  private func poll<Value: ContextValue>(_ key: ContextKey<Value>) async -> Answers<Value>.Outcome? {
    var first = answers(key, clock.monotonic())
    if let outcome = first.count() { return outcome }
    let landing = Landing<Answers<Value>.Outcome>()
    let box = Lock(first)
    let tasks = first.ballot.waiting.map { place in
      clock.work(1)
      return Task {
        let answer = await DeviceClock.$isCounted.withValue(true) { await self.ask(place, key) }
        let outcome = box.withLock { answers in
          answers.cast(answer, at: place)
          return answers.count()
        }
        if let outcome { landing.land(outcome) }
        clock.work(-1)
      }
    }
    defer { for task in tasks { task.cancel() } }
    return await landing.value(resting: clock.counting)
  }

  private func ask<Value: ContextValue>(_ place: Int, _ key: ContextKey<Value>) async -> ContextOutcome<Value> {
    let (member, breaker) = (members[place], breakers[place])
    let now = clock.monotonic()
    if let until = breaker.admit(now) { return .failure(resting(place, key, until - now)) }
    switch await clock.within(now + member.deadline, { await member.provider.outcome(of: key) }) {
    case .done(.success(let found)):
      breaker.succeeded()
      return .success(found)
    case .done(.failure(let error)):
      switch error.code {
      case .cancelled: breaker.abandoned()
      // What is wrong with one key says nothing about the provider.
      case .corruption, .invalidKey: breaker.succeeded()
      default: breaker.failed(clock.monotonic())
      }
      return .failure(error)
    case .late:
      breaker.failed(clock.monotonic())
      return .failure(
        ContextError(
          .unavailable, "it did not answer within \(member.deadline)", key: key.name, provider: member.provider.name))
    case .cancelled:
      breaker.abandoned()
      return .failure(.cancelled(key.name, member.provider.name))
    }
  }

  private func resting<Value: ContextValue>(
    _ place: Int, _ key: ContextKey<Value>, _ left: Duration
  ) -> ContextError {
    ContextError(
      .unavailable, "it has failed \(members[place].failures) times in a row, and is left alone for now", key: key.name,
      provider: members[place].provider.name, retryAfter: max(left, .zero))
  }

  // MARK: Results that are kept

  private func keep<Value: ContextValue>(_ found: Resolution<Value>?, for key: ContextKey<Value>, _ seen: UInt64) {
    guard resultLifetime > .zero, !(found?.hasProblem ?? false) else { return }
    let now = clock.monotonic()
    let kept = Kept(MadeValue(found), since: now, until: now + resultLifetime)
    changes.withLock { changes in
      if changes == seen { results.put(key.id, kept) }
    }
  }

  private func heard(_ changed: String?) {
    changes.withLock { changes in
      changes += 1
      if let changed { results.remove(ContextName(text: changed)) } else { results.removeAll() }
    }
    if let changed { news.changed(changed) } else { news.changedSomehow() }
  }

  /// Also at the members.
  public func invalidate<Value: ContextValue>(_ key: ContextKey<Value>) {
    for member in members { member.provider.invalidate(key) }
    heard(key.name)
  }

  /// Also at the members.
  public func invalidateAll() {
    for member in members { member.provider.invalidateAll() }
    heard(nil)
  }
}

extension Resolution {
  /// The same when it is given again, so much later.
  fileprivate func aged(by time: Duration) -> Resolution {
    Resolution(
      value, source: source, age: age + time, reason: reason == .fresh ? .cached : reason, problem: problem)
  }
}
