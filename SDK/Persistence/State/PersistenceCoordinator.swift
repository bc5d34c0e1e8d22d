import HoldfastRPC
import HoldfastWire

/// Gives objects their state back when a program starts, and saves what they change: at intervals, when it is asked to, and
/// when the program ends.
///
///     let coordinator = PersistenceCoordinator(Persistence(adapter), interval: .seconds(10))
///     try await coordinator.add(preferences)                     // has its saved values now
///     let signal = try await coordinator.run(until: TerminationSignals())
///
/// All that has changed is saved together or not at all, and only what has changed. Whose value is newer is not asked: a
/// value that another process has saved meanwhile is replaced when the property changes here.
public final class PersistenceCoordinator: Sendable {
  /// What is not saved yet.
  public struct Unsaved: Sendable {
    /// The keys whose values have changed, ascending.
    public let keys: [String]
    /// Why they could not be saved the last time; nil when nothing failed since the last success.
    public let failure: StorageError?
  }

  private struct State {
    var fields: [String: any PersistedField] = [:]
    /// The last of the savings, each of which waits for the one before it.
    var saving: Task<Int, any Error>?
    var running: [UInt64: Task<Void, Never>] = [:]
    var lastNumber: UInt64 = 0
    var failure: StorageError?
    var isClosed = false

    /// Throws unless the fields may be added.
    func check(_ found: PersistedFields) throws {
      guard !isClosed else { throw StorageError(.closed, "the coordinator is closed") }
      let taken = found.fields.keys.filter { fields[$0] != nil }.sorted()
      guard taken.isEmpty else {
        throw PersistedKeysError(part: found.part, declaredOnly: [], savedOnly: [], usedTwice: taken)
      }
    }
  }

  public let persistence: Persistence
  private let interval: Duration
  private let clock: DeviceClock
  private let state = Lock(State())

  /// - Parameter interval: how long a change waits at most until it is saved, while `run` goes on.
  public init(_ persistence: Persistence, interval: Duration = .seconds(30), clock: DeviceClock = .system) {
    self.persistence = persistence
    self.interval = interval
    self.clock = clock
  }

  // MARK: Objects

  /// Restores the object's state, and saves its changes from now on. Call it where the object may be used: from its own
  /// actor, or where nobody else has it yet.
  ///
  /// A property whose key has nothing saved keeps its value. When anything cannot be restored, nothing is, the object is not
  /// added, and so nothing of what is stored will be replaced.
  ///
  /// - Parameter prefix: comes before each of its keys, such as `window2/` for one of several of a kind.
  /// - Throws: `PersistedKeysError` where keys do not agree; `StorageError` with the key that cannot be restored, or
  ///   `closed`.
  public func add(
    _ part: some Persistable, under prefix: String = "", isolation: isolated (any Actor)? = #isolation
  ) async throws {
    try await add(PersistedFields(of: part, under: prefix))
  }

  /// Adds an actor.
  public func add<Part: Persistable & Actor>(_ part: isolated Part, under prefix: String = "") async throws {
    try await add(PersistedFields(of: part, under: prefix))
  }

  private func add(_ found: PersistedFields) async throws {
    try state.withLock { try $0.check(found) }
    try await restore(found.fields)
    try state.withLock { state in
      try state.check(found)
      state.fields.merge(found.fields) { old, _ in old }
    }
  }

  // MARK: Restoring and saving

  /// Gives the properties the values that are stored, such as after somebody else has changed them; what is not saved yet is
  /// lost. All or, when anything cannot be restored, none.
  ///
  /// - Parameter keys: which ones, with their prefixes; nil for all.
  public func restoreState(_ keys: Set<String>? = nil) async throws(StorageError) {
    try await restore(state.withLock { $0.fields.filter { keys?.contains($0.key) ?? true } })
  }

  private func restore(_ fields: [String: any PersistedField]) async throws(StorageError) {
    var steps: [@Sendable () -> Void] = []
    for (key, stored) in try await stored(Set(fields.keys)) {
      if let step = try fields[key]?.restoring(stored.bytes, key, persistence) { steps.append(step) }
    }
    for step in steps { step() }
  }

  /// What is stored under the keys at one moment: nobody has changed any of it between the first reading and the last.
  private func stored(_ keys: Set<String>) async throws(StorageError) -> [String: StoredValue] {
    var attempts = 1
    while true {
      var found: [String: StoredValue] = [:]
      for key in keys { found[key] = try await persistence.adapter.read(key) }
      guard keys.count > 1 else { return found }
      do throws(StorageError) {
        try await persistence.adapter.apply(keys.sorted().map { .check($0, expected: found[$0]?.version ?? 0) })
        return found
      } catch {
        attempts += 1
        guard error.code == .conflict, attempts <= PersistenceLimits.transactionAttempts else { throw error }
      }
    }
  }

  /// Saves what has changed, all of it or, when that fails, none. Returns when it is as safe as the adapter makes it; goes
  /// on when the task is cancelled.
  ///
  /// - Parameter keys: which ones, with their prefixes; nil for all.
  /// - Returns: how many values were saved.
  @discardableResult
  public func persistState(_ keys: Set<String>? = nil) async throws(StorageError) -> Int {
    let saving = state.withLock { state in
      let before = state.saving
      let saving = Task {
        // One at a time, so that no older value comes after a newer one. Whoever began the one before hears of its failure.
        _ = await before?.result
        return try await self.save(keys)
      }
      state.saving = saving
      return saving
    }
    do {
      return try await saving.value
    } catch {
      throw StorageError(error, "the state was not saved")
    }
  }

  private func save(_ keys: Set<String>?) async throws(StorageError) -> Int {
    let fields = state.withLock { $0.fields }
    do throws(StorageError) {
      var (changes, saved): ([StorageChange], [@Sendable () -> Void]) = ([], [])
      for (key, field) in fields where keys?.contains(key) ?? true {
        guard let changed = try field.changed(key, persistence) else { continue }
        changes.append(.write(changed.bytes, for: key))
        saved.append(changed.isSaved)
      }
      if !changes.isEmpty { try await persistence.adapter.apply(changes.sorted { $0.key < $1.key }) }
      for note in saved { note() }
      state.withLock { $0.failure = nil }
      return changes.count
    } catch {
      state.withLock { $0.failure = error }
      throw error
    }
  }

  /// What would be lost if the process were killed now.
  public var unsaved: Unsaved {
    let (fields, failure) = state.withLock { ($0.fields, $0.failure) }
    return Unsaved(keys: fields.filter { $0.value.isChanged }.keys.sorted(), failure: failure)
  }

  // MARK: Running and ending

  /// Saves what has changed after each interval, until the coordinator is closed or the task is cancelled. What cannot be
  /// saved is tried again after the next one; `unsaved` says so meanwhile.
  public func run() async {
    let (number, task) = state.withLock { state in
      state.lastNumber += 1
      let task = Task { await self.saveAtIntervals() }
      if state.isClosed { task.cancel() } else { state.running[state.lastNumber] = task }
      return (state.lastNumber, task)
    }
    await withTaskCancellationHandler {
      await task.value
    } onCancel: {
      task.cancel()
    }
    state.withLock { $0.running[number] = nil }
  }

  /// Runs until the program is asked to end, and closes.
  ///
  /// - Returns: the number of the signal. The program, which the signal has not ended, is to end now.
  /// - Throws: what `close` throws; `CancellationError` when the task was cancelled before there was a signal.
  public func run(until signals: TerminationSignals) async throws -> Int32 {
    let signal = await withTaskGroup(of: Int32?.self) { group in
      group.addTask {
        await self.run()
        return nil
      }
      group.addTask { await signals.first { _ in true } }
      defer { group.cancelAll() }
      for await case let signal? in group { return Int32?.some(signal) }
      return nil
    }
    guard let signal else { throw CancellationError() }
    try await close()
    return signal
  }

  /// Ends `run`, and saves what has changed. After that nothing is restored or added; when it throws, it can be called again.
  public func close() async throws(StorageError) {
    let running = state.withLock { state in
      state.isClosed = true
      return state.running.values
    }
    for task in running { task.cancel() }
    try await persistState()
  }

  private func saveAtIntervals() async {
    clock.work(1)
    defer { clock.work(-1) }
    while !Task.isCancelled {
      do { try await clock.sleep(clock.monotonic() + interval) } catch { return }
      // Noted in `unsaved`, and tried again.
      do { try await persistState() } catch { continue }
    }
  }
}
