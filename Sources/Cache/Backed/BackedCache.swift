/// A cache in front of something slower: reads what it does not have from a source, once however many ask, and writes to it
/// at once or later.
///
/// What is read while the same key is written or invalidated is returned to those who asked, and not kept: a cached value
/// is never older than the last change that this cache was told of. Somebody has to call `run` for what is done by the clock.
/// Values are let go under its lock: where they do something at their end, it must not come back to the cache.
public final class BackedCache<Source: CacheSource>: Sendable {
  public typealias Key = Source.Key
  public typealias Value = Source.Value

  public let source: Source
  let writing: CacheWriting
  /// Makes the changes at the source; of a source that takes none, nobody can ask for any.
  let store: @Sendable ([CacheChange<Key, Value>]) async throws -> Void
  let clock: @Sendable () -> UInt64
  let weigher: @Sendable (Key, Value?) -> Int
  @usableFromInline let cache: Cache<Key, Kept<Value>>
  let state: Guarded<BackedState<Key, Value>>

  /// A cache that only reads.
  ///
  /// - Parameters:
  ///   - capacity: In the unit of the weigher; changes that wait to be stored are not part of it.
  ///   - clock: Nanoseconds since any moment; must not go back.
  ///   - weigher: What an entry weighs; without a value, what it weighs to know that there is none.
  public convenience init(
    over source: Source, capacity: Int, clock: @escaping @Sendable () -> UInt64,
    weigher: @escaping @Sendable (Key, Value?) -> Int
  ) {
    self.init(source, capacity, .through, { _ in }, clock, weigher)
  }

  init(
    _ source: Source, _ capacity: Int, _ writing: CacheWriting,
    _ store: @escaping @Sendable ([CacheChange<Key, Value>]) async throws -> Void,
    _ clock: @escaping @Sendable () -> UInt64, _ weigher: @escaping @Sendable (Key, Value?) -> Int
  ) {
    self.source = source
    self.writing = writing
    self.store = store
    self.clock = clock
    self.weigher = weigher
    cache = Cache(capacity: capacity, clock: clock) { key, kept in weigher(key, kept.value) }
    state = Guarded(BackedState())
  }

  // MARK: Reading

  /// The key's value, from memory or the source; nil where there is none.
  ///
  /// Whoever stops waiting does not stop the source: others may wait for the same.
  @inlinable
  public func get(_ key: Key) async throws -> Value? {
    if let kept = cache.get(key) { return kept.value }
    return try await load(key)
  }

  @usableFromInline
  func load(_ key: Key) async throws -> Value? {
    let step: BackedState<Key, Value>.Read = state.withLock { state in
      if let unsaved = state.unsaved[key] { return .known(unsaved.value(at: clock())) }
      if let kept = cache.peek(key) { return .known(kept.value) }
      if let flight = state.flights[key] { return .flight(flight.task) }
      let number = state.nextNumber()
      let task = Task { try await self.fetch(key, number) }
      state.flights[key] = .init(number: number, task: task)
      return .flight(task)
    }
    switch step {
    case .known(let value): return value
    case .flight(let task): return try await task.value
    }
  }

  private func fetch(_ key: Key, _ number: UInt64) async throws -> Value? {
    do {
      let content = try await source.load(key)
      state.withLock { state in
        guard state.land(key, number), state.writes[key] == nil else { return }
        cache.put(key, Kept(value: content?.value), lifetime: content?.lifetime)
      }
      return content?.value
    } catch {
      state.withLock { state in _ = state.land(key, number) }
      throw error
    }
  }

  // MARK: Changes from elsewhere

  /// Forgets the key's value, since somebody else changed it at the source. A change of one's own that waits to be stored
  /// stays, and will be stored over theirs.
  public func invalidate(_ key: Key) {
    state.withLock { state in
      state.isChanged(key)
      cache.remove(key)
    }
  }

  /// Forgets all values whose keys are meant.
  ///
  /// - Parameter isMeant: Called under locks: it must be quick and not come back to the cache.
  public func invalidateAll(where isMeant: (Key) -> Bool) {
    state.withLock { state in
      for key in Array(state.flights.keys) + Array(state.writes.keys) where isMeant(key) { state.isChanged(key) }
      cache.removeAll(where: isMeant)
    }
  }

  // MARK: By the clock

  /// Does what is due by time until the cache is closed or the task is cancelled: lets go what has ended, and stores what
  /// was written. A store that fails is tried again after the next interval; `unsaved` says so meanwhile.
  ///
  /// - Parameter sleep: Returns after the duration, or throws to end it.
  public func run(
    sleep: @Sendable (Duration) async throws -> Void = { duration in try await Task.sleep(for: duration) }
  ) async {
    let interval =
      switch writing {
      case .through: Limits.sweepInterval
      case .back(let interval, _): interval
      }
    while !state.withLock({ $0.isClosed }), !Task.isCancelled {
      do { try await sleep(interval) } catch { return }
      cache.sweep()
      // Noted in `unsaved`, and tried again.
      do { try await saveAll() } catch { continue }
    }
  }

  /// What was read and kept so far; of what waits to be stored, `unsaved` tells.
  public var counters: CacheCounters { cache.counters }
}

extension BackedCache where Source.Key == String {
  /// Forgets all values whose keys begin with the prefix, byte for byte.
  public func invalidateAll(prefix: String) {
    invalidateAll { $0.utf8.starts(with: prefix.utf8) }
  }
}
