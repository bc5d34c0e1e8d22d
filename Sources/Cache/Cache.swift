public import Synchronization

/// Keeps values in memory within a bound of weight, for many threads at once, and lets those go that are least likely to be
/// asked for again.
///
/// Keys are spread over shards whose locks lie apart for each processor, so that readers seldom meet. What they asked for
/// is noted beside the lock and told to the one policy later: by whoever writes next, or by the reader whose note fills the
/// list, if nobody else is at the policy just then. Writers take the policy's lock, then all of a shard's; nobody takes them
/// the other way round. No lock is held while a value is let go, and none for longer than it takes to change a few links.
public final class Cache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  /// The most that all entries may weigh together.
  public let capacity: Int
  @usableFromInline let clock: @Sendable () -> UInt64
  @usableFromInline let weigher: @Sendable (Key, Value) -> Int
  @usableFromInline let policy: Guarded<Policy>
  /// One bit for each list of readers that may have something to tell.
  @usableFromInline let waiting = Atomic<UInt64>(0)
  @usableFromInline let shards = Shards<Key, Value>()

  /// - Parameters:
  ///   - capacity: In the unit of the weigher.
  ///   - clock: Nanoseconds since any moment; must not go back, nor come back to the cache. Asked only where entries have a
  ///     lifetime.
  ///   - weigher: What an entry weighs, of which the cache takes one at least: bytes, with what the cache itself needs for
  ///     it, or one if entries are counted. Called under no lock.
  public init(
    capacity: Int, clock: @escaping @Sendable () -> UInt64, weigher: @escaping @Sendable (Key, Value) -> Int
  ) {
    precondition(capacity > 0, "a cache has room for something")
    self.capacity = capacity
    self.clock = clock
    self.weigher = weigher
    policy = Guarded(Policy(capacity: capacity))
  }

  // MARK: Reading

  /// The key's value, unless there is none or it has ended.
  @inlinable
  public func get(_ key: Key) -> Value? {
    let hash = UInt64(bitPattern: Int64(key.hashValue))
    let reader = shards.reader(of: shards.number(of: hash))
    var isFull = false
    var hasEnded = false
    let value: Value? = shards.read(reader) { readers, table in
      guard let slot = table.slot(of: key, hash: hash) else {
        readers.misses += 1
        return nil
      }
      let end = table.entries[slot].end
      if end != .max, end <= clock() {
        readers.misses += 1
        hasEnded = true
        return nil
      }
      readers.hits += 1
      if readers.noteRead(of: table.marks[slot]) { waiting.bitwiseOr(1 << UInt64(reader), ordering: .relaxed) }
      isFull = readers.isFull
      return table.entries[slot].value
    }
    if isFull { policy.withLockIfAvailable { policy in tell(&policy, ofReadsOf: reader, byWriter: false) } }
    if hasEnded { removeEnded(key, hash) }
    return value
  }

  /// As `get`, but nobody learns that it was asked for.
  public func peek(_ key: Key) -> Value? {
    let hash = UInt64(bitPattern: Int64(key.hashValue))
    return shards.read(shards.reader(of: shards.number(of: hash))) { _, table in
      guard let slot = table.slot(of: key, hash: hash) else { return nil }
      let end = table.entries[slot].end
      return end == .max || end > clock() ? table.entries[slot].value : nil
    }
  }

  // MARK: Writing

  /// Puts a value in the place of the key's last one.
  ///
  /// - Parameter lifetime: Until when it is there at most; without one it does not end by time.
  /// - Returns: Whether it fits: what weighs more than the capacity is not kept, and the key has no value then.
  @inlinable @discardableResult
  public func put(_ key: Key, _ value: Value, lifetime: Duration? = nil) -> Bool {
    let weight = max(1, weigher(key, value))
    guard weight <= capacity else {
      remove(key)
      return false
    }
    let end = lifetime.map { self.end(after: $0) } ?? UInt64.max
    let hash = UInt64(bitPattern: Int64(key.hashValue))
    // Let go of after the locks.
    var old: [Table<Key, Value>.Entry] = []
    policy.withLock { policy in
      tellOfReads(&policy)
      let id: NodeID? = shards.change(shards.number(of: hash)) { table in
        guard let slot = table.slot(of: key, hash: hash) else { return nil }
        old.append((table.entries + slot).move())
        (table.entries + slot).initialize(to: .init(key: key, value: value, end: end))
        return table.marks[slot].id
      }
      if let id {
        policy.change(id, weight: weight, end: end)
      } else {
        let id = policy.add(hash: hash, weight: weight, end: end)
        shards.change(shards.number(of: hash)) { table in
          table.add(.init(key: key, value: value, end: end), mark: Mark(id: id, hash: hash))
        }
      }
      makeRoom(&policy, &old)
    }
    return true
  }

  /// Removes the key and returns the value that it had, unless that has ended.
  @inlinable @discardableResult
  public func remove(_ key: Key) -> Value? {
    let hash = UInt64(bitPattern: Int64(key.hashValue))
    let entry: Table<Key, Value>.Entry? = policy.withLock { policy in
      let taken: (NodeID, Table<Key, Value>.Entry)? = shards.change(shards.number(of: hash)) { table in
        guard let slot = table.slot(of: key, hash: hash) else { return nil }
        return (table.marks[slot].id, table.take(slot))
      }
      guard let (id, entry) = taken else { return nil }
      policy.remove(id)
      return entry
    }
    guard let entry, entry.end == .max || entry.end > clock() else { return nil }
    return entry.value
  }

  // MARK: Under the policy's lock

  @inlinable
  func makeRoom(_ policy: inout Policy, _ old: inout [Table<Key, Value>.Entry]) {
    if policy.hasEnds { removeEnded(&policy, at: clock(), &old) }
    while let leaving = policy.nextToLeave() {
      take(leaving.id, leaving.hash, &old)
      policy.remove(leaving.id)
      policy.evictions += 1
    }
  }

  @inlinable
  func removeEnded(_ policy: inout Policy, at time: UInt64, _ old: inout [Table<Key, Value>.Entry]) {
    while old.count < Limits.endedAtOnce, let ended = policy.nextEnded(at: time) {
      take(ended.id, ended.hash, &old)
      policy.remove(ended.id)
      policy.expirations += 1
    }
  }

  /// Removes what a reader found ended, unless it has been replaced since.
  @inlinable
  func removeEnded(_ key: Key, _ hash: UInt64) {
    let time = clock()
    var old: [Table<Key, Value>.Entry] = []
    policy.withLock { policy in
      let id: NodeID? = shards.change(shards.number(of: hash)) { table in
        guard let slot = table.slot(of: key, hash: hash), table.entries[slot].end <= time else { return nil }
        let id = table.marks[slot].id
        old.append(table.take(slot))
        return id
      }
      guard let id else { return }
      policy.remove(id)
      policy.expirations += 1
    }
  }

  @inlinable
  func take(_ id: NodeID, _ hash: UInt64, _ old: inout [Table<Key, Value>.Entry]) {
    shards.change(shards.number(of: hash)) { table in
      if let slot = table.slot(of: id, hash: hash) { old.append(table.take(slot)) }
    }
  }

  /// Tells the policy what was read, so that it decides by the newest state.
  @inlinable
  func tellOfReads(_ policy: inout Policy) {
    var rest = waiting.exchange(0, ordering: .relaxed)
    while rest != 0 {
      tell(&policy, ofReadsOf: rest.trailingZeroBitCount, byWriter: true)
      rest &= rest - 1
    }
  }

  @inlinable
  func tell(_ policy: inout Policy, ofReadsOf reader: Int, byWriter: Bool) {
    let count = shards.readers[reader].withLock { readers in
      readers.exchangeReads(for: &policy.spare, byWriter: byWriter)
    }
    policy.noteReads(count)
  }

  /// A lifetime that the clock will not see the end of is none.
  @inlinable
  func end(after lifetime: Duration) -> UInt64 {
    let (seconds, attoseconds) = lifetime.components
    guard seconds >= 0, attoseconds >= 0 else { return 0 }
    let (whole, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, carry) = clock().addingReportingOverflow(whole)
    let (end, more) = sum.addingReportingOverflow(UInt64(attoseconds) / 1_000_000_000)
    return overflow || carry || more ? .max : end
  }
}
