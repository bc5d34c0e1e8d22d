public import HoldfastCache
import HoldfastRPC
import HoldfastWire

/// Changes that the adapter behind does not have yet.
struct WaitingChanges: Sendable {
  struct Change: Sendable {
    let number: UInt64
    /// Nil where the key is deleted.
    let value: StoredValue?
    /// When the first change of the key that still waits was made.
    let since: UInt64
  }

  private(set) var changes: [String.UTF8Bytes: Change] = [:]
  /// Bytes of their keys and values.
  private(set) var bytes = 0
  /// The changes are being written.
  var saving: Task<Void, any Error>?
  var failure: StorageError?
  var isClosed = false
  private(set) var lastNumber: UInt64 = 0
  private var lastVersion: UInt64 = 0

  /// A version above all that were told.
  mutating func nextVersion(after version: UInt64) -> UInt64 {
    lastVersion = StorageVersion.next(after: max(version, lastVersion))
    return lastVersion
  }

  mutating func set(_ value: StoredValue?, for key: String.UTF8Bytes, at time: UInt64) {
    lastNumber += 1
    let before = changes.updateValue(
      Change(number: lastNumber, value: value, since: changes[key]?.since ?? time), forKey: key)
    bytes += Self.weight(key, value) - (before.map { Self.weight(key, $0.value) } ?? 0)
  }

  mutating func remove(_ key: String.UTF8Bytes, ifStill number: UInt64) {
    guard let change = changes[key], change.number == number else { return }
    changes[key] = nil
    bytes -= Self.weight(key, change.value)
  }

  mutating func removeAll() { (changes, bytes) = ([:], 0) }

  static func weight(_ key: String.UTF8Bytes, _ value: StoredValue?) -> Int {
    key.text.utf8.count + (value?.bytes.count ?? 0)
  }
}

extension CachedAdapter {
  /// Takes the changes, all at one moment, when there is room among those that wait.
  func applyLater(_ changes: [StorageChange], within bound: Int) async throws(StorageError) -> [StorageOutcome] {
    let names = changes.map { String.UTF8Bytes($0.key) }
    let weight = zip(names, changes).reduce(0) { $0 + WaitingChanges.weight($1.0, $1.1.written) }
    while true {
      var known: [UInt64] = []
      for change in changes { known.append(try await version(change.key) ?? 0) }
      let now = clock.monotonic().nanoseconds
      let outcomes: [StorageOutcome]? = try state.withLock { (state) throws(StorageError) in
        guard !state.isClosed else { throw Self.closed }
        let isRoom =
          state.bytes + weight <= bound && state.changes.count + changes.count <= PersistenceLimits.changes
        guard state.changes.isEmpty || isRoom else { return nil }
        return zip(changes, zip(names, known)).map { change, key in
          // Somebody may have changed it since it was looked at.
          let before = state.changes[key.0].map { $0.value?.version ?? 0 } ?? key.1
          guard let written = change.written else {
            state.set(nil, for: key.0, at: now)
            return StorageOutcome(version: 0, existed: before != 0)
          }
          let version = state.nextVersion(after: before)
          state.set(StoredValue(written.bytes, version: version), for: key.0, at: now)
          return StorageOutcome(version: version)
        }
      }
      guard let outcomes else {
        try await flush()
        continue
      }
      if weight > bound { try await flush() }
      return outcomes
    }
  }

  // MARK: Saving

  /// Returns when the adapter behind has all that was written before. When it throws, all of that still waits.
  public func flush() async throws(StorageError) {
    let last = state.withLock { $0.lastNumber }
    while true {
      let saving: Task<Void, any Error>? = state.withLock { state in
        guard state.changes.values.contains(where: { $0.number <= last }) else { return nil }
        if let saving = state.saving { return saving }
        let saving = Task { try await self.save() }
        state.saving = saving
        return saving
      }
      guard let saving else { return }
      do {
        try await saving.value
      } catch {
        throw StorageError(error, "what waits was not written")
      }
    }
  }

  private func save() async throws {
    let waiting = state.withLock { $0.changes }.sorted { $0.value.number < $1.value.number }
    do throws(StorageError) {
      // Together, so that what was changed together is not torn.
      let outcomes = try await adapter.apply(
        waiting.map { key, change in
          change.value.map { .write($0.bytes, for: key.text) } ?? .delete(key.text)
        })
      for ((key, change), outcome) in zip(waiting, outcomes) {
        if let value = change.value { told.put(key, ToldVersion(told: value.version, stored: outcome.version)) }
        cache.invalidate(key)
      }
      state.withLock { state in
        for (key, change) in waiting { state.remove(key, ifStill: change.number) }
        (state.failure, state.saving) = (nil, nil)
      }
    } catch {
      state.withLock { ($0.failure, $0.saving) = (error, nil) }
      throw error
    }
  }

  /// Takes no more changes, and writes what waits. Reading goes on. May be called again when it throws.
  public func close() async throws(StorageError) {
    state.withLock { $0.isClosed = true }
    try await flush()
  }

  /// What would be lost if the process died now.
  public var unsaved: UnsavedChanges {
    let now = clock.monotonic().nanoseconds
    return state.withLock { state in
      let oldest = state.changes.values.lazy.map(\.since).min() ?? now
      return UnsavedChanges(
        count: state.changes.count, weight: state.bytes,
        age: .nanoseconds(Int64(clamping: now - min(oldest, now))), failure: state.failure)
    }
  }

  /// Does what is due by time until the task is cancelled or, writing later, the cache is closed: lets go of what has ended,
  /// and writes what waits. What cannot be written is tried again after the next interval; `unsaved` says so meanwhile.
  public func run() async {
    guard case .back(let interval, _) = writing else {
      return await cache.run { [clock] in try await clock.rest(until: clock.monotonic() + $0) }
    }
    clock.work(1)
    defer { clock.work(-1) }
    while !state.withLock({ $0.isClosed }), !Task.isCancelled {
      do { try await clock.sleep(clock.monotonic() + interval) } catch { return }
      // Noted in `unsaved`, and tried again.
      do { try await flush() } catch { continue }
    }
  }

  // MARK: Versions

  /// The version that callers know.
  func shown(_ version: UInt64, _ name: String.UTF8Bytes) -> UInt64 {
    told.get(name).flatMap { $0.stored == version ? $0.told : nil } ?? version
  }

  /// The version of the adapter behind that callers know as this.
  func stored(_ version: UInt64, _ name: String.UTF8Bytes) -> UInt64 {
    told.get(name).flatMap { $0.told == version ? $0.stored : nil } ?? version
  }

  /// Gives callers a version above all that they know.
  func tell(_ version: UInt64, _ key: String) -> UInt64 {
    let told = state.withLock { $0.nextVersion(after: version) }
    self.told.put(String.UTF8Bytes(key), ToldVersion(told: told, stored: version))
    return told
  }
}

extension StorageChange {
  /// What is to be written; nil when nothing is.
  fileprivate var written: StoredValue? {
    guard case .write(let bytes) = kind else { return nil }
    return StoredValue(bytes, version: 0)
  }
}
