import HoldfastRPC
import HoldfastWire

/// Keeps values at hand in one adapter, and brings them to and from another that cannot always be reached.
///
///     let adapter = CompositeAdapter(local: try await SQLiteAdapter.open(file), remote: HubAdapter(hub, space: "notes"))
///     async let syncing: Void = adapter.run()
///     try await Persistence(adapter).save(note, as: "note/1")        // returns when it is safe here
///
/// A change is made here, together with an entry in a queue, in one transaction. `synchronize` brings the entries to the
/// remote adapter in their order, each whole, and then takes over what others have changed there. A change is made there
/// only if the value is still the one that it was made on; when it is not, the policy decides.
///
/// Versions and expectations are those of the local adapter. Keys that begin with `holdfast.queue/` are for its own use.
public final class CompositeAdapter: StorageAdapter {
  /// A change made here, of a value that somebody else has changed there.
  public struct Conflict: Sendable, Hashable {
    public let key: String
    /// What the change makes of it; nil where it deletes it.
    public let local: [UInt8]?
    /// What is there now; nil where it was deleted.
    public let remote: [UInt8]?
  }

  /// What becomes of all changes that were made together with one in conflict.
  public enum Resolution: Sendable {
    /// They are made there, over what others did.
    case local
    /// They are dropped, and what is there is taken over.
    case remote
    /// They wait, and what comes after them too: `synchronize` throws a `conflict` with the key.
    case stop
  }

  public typealias Policy = @Sendable (Conflict) async -> Resolution

  /// Bytes that a key may have.
  public static let keyBytes = PersistenceLimits.keyBytes - 64

  public let local: any StorageAdapter
  public let remote: any StorageAdapter
  let policy: Policy
  private let clock: DeviceClock
  private let interval: Duration
  private let isComplete = Lock(false)
  /// The last of those that change something here, or synchronize: each waits for the one before it.
  private let lines = Lock<(changing: Task<Void, Never>?, syncing: Task<Void, Never>?)>((nil, nil))

  /// - Parameters:
  ///   - interval: how often `run` synchronizes.
  ///   - policy: asked for each conflict; may be asked again for the same.
  public init(
    local: any StorageAdapter, remote: any StorageAdapter, interval: Duration = .seconds(30),
    clock: DeviceClock = .system, policy: @escaping Policy = { _ in .stop }
  ) {
    (self.local, self.remote, self.policy) = (local, remote, policy)
    (self.interval, self.clock) = (interval, clock)
  }

  // MARK: Reading

  /// What is here. As long as not everything has been taken over from there once, what is not here is looked for there, and is
  /// `unavailable` when that cannot be.
  public func read(_ key: String) async throws(StorageError) -> StoredValue? {
    try check(key)
    if let stored = try await local.read(key) { return stored }
    try await fetch(key)
    return try await local.read(key)
  }

  public func version(_ key: String) async throws(StorageError) -> UInt64? {
    try check(key)
    if let version = try await local.version(key) { return version }
    try await fetch(key)
    return try await local.version(key)
  }

  public func keys(prefix: String, after last: String?, limit: Int) async throws(StorageError) -> [String] {
    if try await !hasAll() { try await synchronize() }
    var (found, next) = ([String](), last)
    while found.count < limit {
      let page = try await local.keys(prefix: prefix, after: next, limit: limit - found.count)
      found += page.filter { !$0.hasBytePrefix(CompositeQueue.reserved) }
      guard let end = page.last else { break }
      next = end
    }
    return found
  }

  /// Takes over a value that has never been asked for.
  private func fetch(_ key: String) async throws(StorageError) {
    guard try await !hasAll(), try await CompositeQueue.known(key, in: local) == nil else { return }
    guard let stored = try await remote.read(key) else { return }
    do throws(StorageError) {
      try await local.apply([
        .write(stored.bytes, for: key, expected: 0),
        try CompositeQueue.Known(remote: stored.version).change(key, expected: 0),
      ])
    } catch {
      // Somebody has written it here meanwhile.
      guard error.code == .conflict else { throw error }
    }
  }

  /// Whether what is not here is not there either, as far as is known.
  private func hasAll() async throws(StorageError) -> Bool {
    if isComplete.withLock({ $0 }) { return true }
    guard try await local.version(CompositeQueue.complete) != nil else { return false }
    isComplete.withLock { $0 = true }
    return true
  }

  // MARK: Writing

  @discardableResult
  public func apply(_ changes: [StorageChange]) async throws(StorageError) -> [StorageOutcome] {
    try StorageRules.check(changes, keyBytes: Self.keyBytes)
    for change in changes { try check(change.key) }
    guard changes.count <= PersistenceLimits.changes / 2 - 2 else {
      throw StorageError(.tooLarge, "\(changes.count) changes are more than can be queued together")
    }
    for change in changes {
      do throws(StorageError) {
        _ = try await version(change.key)
      } catch {
        // What is there cannot be known now; the queue finds out.
        guard error.isPassing else { throw error }
      }
    }
    let outcomes = Lock<Result<[StorageOutcome], StorageError>>(.success([]))
    let task = lines.withLock { lines in
      let before = lines.changing
      let task = Task {
        await before?.value
        do throws(StorageError) {
          let made = try await CompositeQueue.add(changes, to: self.local)
          outcomes.withLock { $0 = .success(made) }
        } catch {
          outcomes.withLock { $0 = .failure(error) }
        }
      }
      lines.changing = task
      return task
    }
    await task.value
    return try outcomes.withLock { $0 }.get()
  }

  /// Forgets everything here and there, and what waits. Nothing when the remote adapter cannot be reached.
  public func eraseAll() async throws(StorageError) {
    try await remote.eraseAll()
    try await local.eraseAll()
    isComplete.withLock { $0 = false }
  }

  private func check(_ key: String) throws(StorageError) {
    try StorageRules.check(key, keyBytes: Self.keyBytes)
    guard !key.hasBytePrefix(CompositeQueue.reserved) else {
      throw StorageError(.invalidKey, "keys that begin with “\(CompositeQueue.reserved)” are for what waits", key: key)
    }
  }

  // MARK: Synchronizing

  /// Groups of changes that are not there yet.
  public func waiting() async throws(StorageError) -> Int {
    var count = 0
    for try await _ in KeySequence(adapter: local, prefix: CompositeQueue.entries) { count += 1 }
    return count
  }

  /// Brings what waits to the remote adapter, and takes over what others have changed there. May be interrupted anywhere and
  /// called again; goes on when the task is cancelled.
  ///
  /// - Parameter policy: decides about conflicts this time; nil for the adapter's own.
  /// - Throws: `conflict` where the policy says `stop`, and what the adapters throw: `unavailable` when the remote one
  ///   cannot be reached. What has not arrived waits then.
  public func synchronize(policy: Policy? = nil) async throws(StorageError) {
    let outcome = Lock<Result<Void, StorageError>>(.success(()))
    let task = lines.withLock { lines in
      let before = lines.syncing
      let task = Task {
        await before?.value
        do throws(StorageError) {
          let exchange = CompositeExchange(local: self.local, remote: self.remote, policy: policy ?? self.policy)
          try await exchange.push()
          try await exchange.pull()
        } catch {
          outcome.withLock { $0 = .failure(error) }
        }
      }
      lines.syncing = task
      return task
    }
    await task.value
    try outcome.withLock { $0 }.get()
  }

  /// Synchronizes at intervals until the task is cancelled.
  ///
  /// - Parameter report: told what it failed with, which the next interval tries again.
  public func run(report: @Sendable (StorageError) -> Void = { _ in }) async {
    clock.work(1)
    defer { clock.work(-1) }
    while !Task.isCancelled {
      do throws(StorageError) { try await synchronize() } catch { report(error) }
      do { try await clock.sleep(clock.monotonic() + interval) } catch { return }
    }
  }
}
