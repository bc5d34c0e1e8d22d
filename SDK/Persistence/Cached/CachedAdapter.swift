public import HoldfastCache
import HoldfastRPC
import HoldfastWire

/// Keeps in memory what another adapter holds and programs ask for: values, and that there is none.
///
///     let adapter = CachedAdapter(over: HubAdapter(hub, space: "notes"), bytes: 16 << 20, lifetime: .seconds(60))
///
/// What is in memory is bounded in bytes; large values are compressed there. What this adapter writes it never reads older.
/// What others write it reads when the lifetime is over, or when it is told by one of the `invalidate`s. A change that
/// expects a version is always decided by the adapter behind, so that nobody's change is lost by an old value.
public final class CachedAdapter: StorageAdapter {
  /// When what is written reaches the adapter behind.
  public enum Writing: Sendable, Hashable {
    /// Before the writer goes on.
    case through
    /// Later, all that waits together. When the process dies, what waits is lost: `unsaved` tells what that is. It is at most
    /// `bytes`, keys included (or one call's changes, where these alone are more), and nothing older than `interval` and the
    /// time that writing takes, as long as `run` goes on and the adapter behind takes what it is given. `close` writes it.
    ///
    /// It is written in one transaction, so the adapter behind has to take so many bytes in one.
    ///
    /// Changes that expect versions are not put off: what waits is written first, and then they are.
    case back(interval: Duration, bytes: Int)
  }

  public let adapter: any StorageAdapter
  let writing: Writing
  let clock: DeviceClock
  let cache: BackedCache<AdapterSource>
  let state = Lock(WaitingChanges())
  /// The version that callers were told of a value, which had none of the adapter behind yet.
  let told: Cache<String.UTF8Bytes, ToldVersion>

  /// - Parameters:
  ///   - bytes: what values and keys in memory take at most, with `entryBytes` for each beside its own.
  ///   - lifetime: how long a value is kept after it was read; nil as long as there is room.
  public init(
    over adapter: any StorageAdapter, bytes: Int, lifetime: Duration? = nil, writing: Writing = .through,
    clock: DeviceClock = .system
  ) {
    (self.adapter, self.writing, self.clock) = (adapter, writing, clock)
    let now = { @Sendable in clock.monotonic().nanoseconds }
    cache = BackedCache(
      over: AdapterSource(adapter: adapter, lifetime: lifetime), capacity: max(bytes, 1), clock: now
    ) { key, value in
      Self.entryBytes + key.text.utf8.count + (value?.content.storedBytes ?? 0)
    }
    told = Cache(capacity: Self.toldVersions, clock: now) { _, _ in 1 }
  }

  /// What an entry takes beside its key and its value.
  public static let entryBytes = 128
  /// Versions that are remembered of what was written later than its writer went on.
  static let toldVersions = 65_536

  // MARK: Reading

  public func read(_ key: String) async throws(StorageError) -> StoredValue? {
    try StorageRules.check(key)
    let name = String.UTF8Bytes(key)
    if let change = state.withLock({ $0.changes[name] }) { return change.value }
    guard let found = try await get(name) else { return nil }
    return StoredValue(found.content.bytes, version: shown(found.version, name))
  }

  public func version(_ key: String) async throws(StorageError) -> UInt64? {
    try StorageRules.check(key)
    let name = String.UTF8Bytes(key)
    if let change = state.withLock({ $0.changes[name] }) { return change.value?.version }
    return try await get(name).map { shown($0.version, name) }
  }

  /// Asked of the adapter behind, after what waits has been written.
  public func keys(prefix: String, after last: String?, limit: Int) async throws(StorageError) -> [String] {
    try await flush()
    return try await adapter.keys(prefix: prefix, after: last, limit: limit)
  }

  private func get(_ name: String.UTF8Bytes) async throws(StorageError) -> CachedValue? {
    do {
      return try await cache.get(name)
    } catch {
      throw StorageError(error, "cannot be read", key: name.text)
    }
  }

  /// Reads that memory answered and that it did not, and what is in it, weighed in bytes. Reads of what waits to be written
  /// are not counted.
  public var counters: CacheCounters { cache.counters }

  // MARK: Writing

  @discardableResult
  public func apply(_ changes: [StorageChange]) async throws(StorageError) -> [StorageOutcome] {
    try StorageRules.check(changes)
    guard case .back(_, let bytes) = writing else { return try await applyThrough(changes) }
    if changes.allSatisfy({ $0.expected == nil && $0.kind != .check }) {
      return try await applyLater(changes, within: bytes)
    }
    guard !state.withLock({ $0.isClosed }) else { throw Self.closed }
    try await flush()
    let outcomes = try await applyThrough(
      changes.map { change in
        var change = change
        change.expected = change.expected.map { stored($0, String.UTF8Bytes(change.key)) }
        return change
      })
    return zip(changes, outcomes).map { change, outcome in
      var outcome = outcome
      if case .write = change.kind { outcome.version = tell(outcome.version, change.key) }
      return outcome
    }
  }

  /// What is read meanwhile is not kept: it may be from before or after.
  private func applyThrough(_ changes: [StorageChange]) async throws(StorageError) -> [StorageOutcome] {
    forget(changes)
    // Also when it fails: the change may have been made, or what was read was old.
    defer { forget(changes) }
    return try await adapter.apply(changes)
  }

  private func forget(_ changes: [StorageChange]) {
    for change in changes { cache.invalidate(String.UTF8Bytes(change.key)) }
  }

  public func eraseAll() async throws(StorageError) {
    let saving = state.withLock { state in
      state.removeAll()
      return state.saving
    }
    // Whoever began it hears of its failure.
    _ = await saving?.result
    defer { invalidateAll() }
    try await adapter.eraseAll()
  }

  // MARK: Changes from elsewhere

  /// Forgets what is in memory of a key, since somebody else has changed it. What waits to be written stays, and will replace
  /// theirs.
  public func invalidate(_ key: String) { cache.invalidate(String.UTF8Bytes(key)) }

  /// Forgets what is in memory of all keys that begin with the prefix, byte for byte.
  public func invalidate(prefix: String) { cache.invalidateAll { $0.text.hasBytePrefix(prefix) } }

  /// Forgets all that is in memory.
  public func invalidateAll() { cache.invalidateAll { _ in true } }

  /// Forgets each key that somebody tells of, until they end, such as a hub's stream of changes.
  public func invalidate<Keys: AsyncSequence>(by keys: Keys) async throws where Keys.Element == String {
    for try await key in keys { invalidate(key) }
  }

  static let closed = StorageError(.closed, "the cache is closed")
}

/// What is in memory of a key.
struct CachedValue: Sendable {
  let content: PackedBytes
  let version: UInt64
}

/// The version that callers know for the one that the adapter behind has given.
struct ToldVersion: Sendable {
  let told: UInt64
  let stored: UInt64
}

/// The adapter behind, as a cache sees it.
struct AdapterSource: CacheSource {
  let adapter: any StorageAdapter
  let lifetime: Duration?

  func load(_ key: String.UTF8Bytes) async throws -> CacheContent<CachedValue>? {
    let value = try await adapter.read(key.text).map {
      CachedValue(content: PackedBytes($0.bytes), version: $0.version)
    }
    return value.map { CacheContent($0, lifetime: lifetime) }
  }
}
