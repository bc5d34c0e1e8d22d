extension BackedCache where Source: CacheStore {
  /// A cache that reads and writes; its other parameters are those of one that only reads.
  public convenience init(
    over source: Source, capacity: Int, writing: CacheWriting, clock: @escaping @Sendable () -> UInt64,
    weigher: @escaping @Sendable (Key, Value?) -> Int
  ) {
    self.init(source, capacity, writing, { try await source.store($0) }, clock, weigher)
  }

  /// Puts a value under the key. Returns when the store has it, or, where that is written later, when there is room for it
  /// among what waits.
  ///
  /// - Throws: What the store throws: writing through, the value may or may not be there then, and the cache has none;
  ///   writing later, it was not put, unless it alone is heavier than all that may wait: then it waits all the same.
  ///   `CacheClosed` after closing.
  public func put(_ key: Key, _ value: Value, lifetime: Duration? = nil) async throws {
    try await write(CacheChange(key: key, content: CacheContent(value, lifetime: lifetime)))
  }

  /// Removes the key from the store, as `put` puts it there.
  public func remove(_ key: Key) async throws {
    try await write(CacheChange(key: key, content: nil))
  }

  private func write(_ change: CacheChange<Key, Value>) async throws {
    switch writing {
    case .through: try await writeThrough(change)
    case .back(_, let weight): try await writeLater(change, within: weight)
    }
  }

  // MARK: Writing through

  private func writeThrough(_ change: CacheChange<Key, Value>) async throws {
    let key = change.key
    try state.withLock { state in
      guard !state.isClosed else { throw CacheClosed() }
      state.isChanged(key)
      state.writes[key, default: .init()].count += 1
      cache.remove(key)
    }
    do {
      try await store([change])
    } catch {
      endWrite(of: key, keeping: nil)
      throw error
    }
    endWrite(of: key, keeping: change)
  }

  private func endWrite(of key: Key, keeping change: CacheChange<Key, Value>?) {
    state.withLock { state in
      guard var writes = state.writes[key] else { return }
      // What was loaded meanwhile may be from before or after.
      state.flights[key] = nil
      if let change, writes.isAlone { keep(change.content, for: key) }
      writes.count -= 1
      writes.isAlone = false
      state.writes[key] = writes.count == 0 ? nil : writes
    }
  }

  private func keep(_ content: CacheContent<Value>?, for key: Key) {
    cache.put(key, Kept(value: content?.value), lifetime: content?.lifetime)
  }

  // MARK: Writing later

  private func writeLater(_ change: CacheChange<Key, Value>, within bound: Int) async throws {
    let (key, content) = (change.key, change.content)
    let weight = max(1, weigher(key, content?.value))
    var isWaiting = true
    while isWaiting {
      isWaiting = try state.withLock { state in
        guard !state.isClosed else { throw CacheClosed() }
        let rest = state.unsavedWeight - (state.unsaved[key]?.weight ?? 0)
        guard rest + weight <= bound || state.unsaved.isEmpty else { return true }
        let change = BackedState<Key, Value>.Unsaved(
          number: state.nextNumber(), value: content?.value,
          end: content?.lifetime.map { cache.end(after: $0) } ?? UInt64.max,
          since: state.unsaved[key]?.since ?? clock(), weight: weight)
        state.setUnsaved(change, for: key)
        state.isChanged(key)
        keep(content, for: key)
        return false
      }
      if isWaiting || weight > bound { try await flush() }
    }
  }

  // MARK: Saving

  /// Returns when the store has all that was put before; throws what it throws, and then all still waits.
  public func flush() async throws {
    try await saveAll()
  }

  /// Takes nothing more, and stores what waits. Reading goes on. May be called again where the store failed.
  public func close() async throws {
    state.withLock { $0.isClosed = true }
    try await saveAll()
  }

  /// What would be lost if the process died now.
  public var unsaved: UnsavedChanges {
    state.withLock { state in
      let now = clock()
      let oldest = state.unsaved.values.lazy.map(\.since).min() ?? now
      return UnsavedChanges(
        count: state.unsaved.count, weight: state.unsavedWeight,
        age: .nanoseconds(Int64(clamping: now - min(oldest, now))),
        failure: state.failure)
    }
  }
}

extension BackedCache {
  /// Stores what waits now; at most one request to the store is under way, so that changes arrive in order.
  func saveAll() async throws {
    let last = state.withLock { $0.number }
    while true {
      let saving: Task<Void, any Error>? = state.withLock { state in
        guard state.unsaved.values.contains(where: { $0.number <= last }) else { return nil }
        if let saving = state.saving { return saving }
        let saving = Task { try await self.save() }
        state.saving = saving
        return saving
      }
      guard let saving else { return }
      try await saving.value
    }
  }

  private func save() async throws {
    let batch = state.withLock { $0.unsaved }
    let now = clock()
    do {
      // In the order of writing, as far as a key is written once.
      try await store(
        batch.sorted { $0.value.number < $1.value.number }.map { key, change in self.change(key, change, now) })
    } catch {
      state.withLock { state in
        state.failure = error
        state.saving = nil
      }
      throw error
    }
    state.withLock { state in
      for (key, change) in batch where state.unsaved[key]?.number == change.number { state.setUnsaved(nil, for: key) }
      state.failure = nil
      state.saving = nil
    }
  }

  private func change(_ key: Key, _ unsaved: BackedState<Key, Value>.Unsaved, _ now: UInt64) -> CacheChange<Key, Value>
  {
    guard let value = unsaved.value(at: now) else { return CacheChange(key: key, content: nil) }
    let rest = unsaved.end == .max ? nil : Duration.nanoseconds(Int64(clamping: unsaved.end - now))
    return CacheChange(key: key, content: CacheContent(value, lifetime: rest))
  }
}
