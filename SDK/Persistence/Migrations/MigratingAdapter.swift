import HoldfastRPC

/// Shows what another adapter holds as of the newest version.
///
///     let persistence = Persistence(MigratingAdapter(try StateMigrations(Persistence(adapter), steps)))
///
/// Keys that begin with `holdfast.migrations/` are for its own use, and neither listed nor taken.
public final class MigratingAdapter: StorageAdapter {
  /// When values are brought to the newest version.
  public enum Policy: Sendable {
    /// Before the first access, which waits for it.
    case automatic
    /// When the program calls `StateMigrations.migrate`. Until then, what is of an earlier version is read as if it were of
    /// the newest, and nothing can be written: `outdated`. Of a step that changes several keys together nothing can be read
    /// before.
    case manual
    /// Never: values are read and written as they are.
    case none
  }

  private struct State {
    var isReady = false
    var migrating: Task<Void, any Error>?
  }

  public let migrations: StateMigrations
  private let policy: Policy
  private let state = Lock(State())
  private var adapter: any StorageAdapter { migrations.adapter }

  public init(_ migrations: StateMigrations, policy: Policy = .automatic) {
    self.migrations = migrations
    self.policy = policy
  }

  public func read(_ key: String) async throws(StorageError) -> StoredValue? {
    try check(key)
    guard let view = try await view() else { return try await adapter.read(key) }
    return try await view.read(key)
  }

  public func version(_ key: String) async throws(StorageError) -> UInt64? {
    try check(key)
    guard let view = try await view() else { return try await adapter.version(key) }
    return try await view.version(key)
  }

  public func keys(prefix: String, after last: String?, limit: Int) async throws(StorageError) -> [String] {
    if let view = try await view() { return try await view.keys(prefix: prefix, after: last, limit: limit) }
    var (found, next) = ([String](), last)
    while found.count < limit {
      let page = try await adapter.keys(prefix: prefix, after: next, limit: limit - found.count)
      found += page.filter { !$0.hasBytePrefix(MigrationRecord.reserved) }
      guard let end = page.last else { break }
      next = end
    }
    return found
  }

  @discardableResult
  public func apply(_ changes: [StorageChange]) async throws(StorageError) -> [StorageOutcome] {
    for change in changes { try check(change.key) }
    guard try await view() == nil else {
      throw StorageError(.outdated, "what is stored is of an earlier version: migrate it before anything is written")
    }
    return try await adapter.apply(changes)
  }

  /// Forgets everything, the version too: what is written next is of the newest.
  public func eraseAll() async throws(StorageError) { try await adapter.eraseAll() }

  // MARK: Inside

  /// How to look at what is stored; nil when it can be taken as it is.
  private func view() async throws(StorageError) -> EarlierVersion? {
    if state.withLock({ $0.isReady }) { return nil }
    switch policy {
    case .automatic: try await migrated()
    case .manual:
      let place = try await migrations.place()
      if let step = place.record.step {
        throw StorageError(
          .outdated, "the migration to version \(step.version) is under way, and has to be ended first")
      }
      if place.record.version < migrations.newest { return EarlierVersion(migrations, place.record.version) }
    case .none: _ = try await migrations.place()
    }
    state.withLock { $0.isReady = true }
    return nil
  }

  /// Migrates, once for all who come meanwhile. After a failure the next access tries again.
  private func migrated() async throws(StorageError) {
    let task = state.withLock { state in
      if let running = state.migrating { return running }
      let task = Task { try await self.migrations.migrate() }
      state.migrating = task
      return task
    }
    do {
      try await task.value
    } catch {
      state.withLock { if $0.migrating == task { $0.migrating = nil } }
      throw StorageError(error, "what is stored cannot be migrated")
    }
  }

  private func check(_ key: String) throws(StorageError) {
    try StorageRules.check(key)
    guard !key.hasBytePrefix(MigrationRecord.reserved) else {
      throw StorageError(.invalidKey, "keys that begin with “\(MigrationRecord.reserved)” are for migrations", key: key)
    }
  }
}

extension MigratingAdapter: MarkedAdapter {
  var mark: WriteTime? { (adapter as? any MarkedAdapter)?.mark }
}

/// What is stored of an earlier version, read as of the newest. Nothing is changed.
private struct EarlierVersion {
  private let migrations: StateMigrations
  private let steps: ArraySlice<StateMigration>

  init(_ migrations: StateMigrations, _ version: Int) {
    self.migrations = migrations
    steps = migrations.steps.drop { $0.version <= version }
  }

  func read(_ key: String) async throws(StorageError) -> StoredValue? {
    guard let earlier = earlier(key), let stored = try await migrations.adapter.read(earlier) else { return nil }
    return StoredValue(try changed(earlier, stored.bytes).bytes, version: stored.version)
  }

  func version(_ key: String) async throws(StorageError) -> UInt64? {
    guard let earlier = earlier(key) else { return nil }
    return try await migrations.adapter.version(earlier)
  }

  /// Looks at all keys, since renaming puts them in another order.
  func keys(prefix: String, after last: String?, limit: Int) async throws(StorageError) -> [String] {
    let start = last.map { String.UTF8Bytes($0) }
    var found: [String.UTF8Bytes] = []
    for try await key in migrations.persistence.keys() where !key.hasBytePrefix(MigrationRecord.reserved) {
      let now = String.UTF8Bytes(try renamed(key))
      if now.text.hasBytePrefix(prefix), start.map({ $0 < now }) ?? true { found.append(now) }
    }
    return found.sorted().prefix(limit).map(\.text)
  }

  private func earlier(_ key: String) -> String? {
    steps.reversed().reduce(key as String?) { key, step in key.flatMap { step.earlier($0) } }
  }

  private func renamed(_ key: String) throws(StorageError) -> String {
    var key = key
    for step in steps {
      guard let later = step.later(key) else { throw cannot(step, key) }
      key = later
    }
    return key
  }

  private func changed(_ key: String, _ bytes: [UInt8]) throws(StorageError) -> (key: String, bytes: [UInt8]) {
    var now = (key: key, bytes: bytes)
    for step in steps {
      do {
        guard let later = try step.changed(now.key, now.bytes, migrations.persistence) else { throw cannot(step, key) }
        now = later
      } catch {
        throw StorageError(error, "what was stored by an earlier version cannot be read", key: key)
      }
    }
    return now
  }

  private func cannot(_ step: StateMigration, _ key: String) -> StorageError {
    StorageError(.outdated, "the step “\(step.name)” has to be made before anything can be read", key: key)
  }
}
