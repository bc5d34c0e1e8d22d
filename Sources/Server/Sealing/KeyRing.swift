internal import HoldfastCrypto
internal import HoldfastRPC
internal import HoldfastStore

/// The keys of a hub, in a file of their own beside its data.
///
/// The master key, which is not in the file, seals the keys of spaces; a space's key seals those of its subjects. All are
/// random, so one that is destroyed can be had from nowhere, and what it has sealed is gone wherever there are copies of
/// it. Backups of the data do not carry the keys: they are backed up apart, and each backup lasts as long as its keys do.
///
/// Invariant: what is at hand is on the disk. A key that is being made is not at hand until it has been committed.
///
/// A key is asked for in the middle of the store's jobs and reads. Most are at hand; one that is not costs the read of a
/// row.
final class KeyRing: Sendable {
  private struct Known {
    var master: SealingKey
    var current: [KeyOwner: HubKey] = [:]
    var states: [Int64: KeyState] = [:]
    /// Rises when the file has become another: what was read before is not kept then.
    var version = 0
  }

  let store: Store
  private let known: Lock<Known>
  /// What reads the file in the middle of other work.
  private let reader: Monitor<Reader>

  init(_ store: Store, master: SealingKey) throws(StoreError) {
    self.store = store
    known = Lock(Known(master: master))
    reader = Monitor(try store.makeReader())
  }

  /// Blocks until everything is on the disk.
  func close() { store.close() }

  // MARK: Keys at hand

  /// The key that seals what is written for an owner.
  /// - Throws: `MissingKey` when there is none yet.
  @inline(never)
  func current(_ owner: KeyOwner) throws -> HubKey {
    if let key = known.withLock({ $0.current[owner] }) { return key }
    let version = known.withLock { $0.version }
    guard let key = try read({ (ring, transaction) throws(StoreError) in try ring.find(owner, transaction) }) else {
      throw MissingKey(owner: owner)
    }
    known.withLock { known in
      guard known.version == version else { return }
      if known.current.count >= Limits.keysAtHand { known.current.removeAll() }
      known.current[owner] = key
    }
    return key
  }

  /// What is known of a key; nil when there never was one of that number.
  func state(of id: Int64) throws(StoreError) -> KeyState? {
    let (found, version) = known.withLock { ($0.states[id], $0.version) }
    if let found { return found }
    guard let state = try read({ (ring, transaction) throws(StoreError) in try ring.find(id, transaction) }) else {
      return nil
    }
    known.withLock { known in
      guard known.version == version else { return }
      if known.states.count >= Limits.keysAtHand { known.states.removeAll() }
      known.states[id] = state
    }
    return state
  }

  /// Makes the keys of an owner that are missing. Returns when they are on the disk.
  nonisolated(nonsending) func prepare(_ owner: KeyOwner) async throws {
    if known.withLock({ $0.current[owner] != nil }) { return }
    try await store.write { [self] transaction in
      _ = try currentOrNew(owner, transaction)
    }
  }

  /// Forgets what is at hand, as the file has become another.
  func forget() {
    known.withLock {
      $0.version += 1
      $0.current.removeAll()
      $0.states.removeAll()
    }
  }

  private func read<Value>(
    _ body: (KeyRing, borrowing ReadTransaction) throws(StoreError) -> Value
  ) throws(StoreError) -> Value {
    do {
      return try reader.withLock { reader in try reader.read { try body(self, $0) } }
    } catch {
      throw error as? StoreError ?? StoreError(.other, "a key cannot be read", cause: error)
    }
  }

  // MARK: Rows

  static let currentKey: SQL = """
    SELECT id, sealer, bytes FROM key WHERE space = $1 AND subject = $2 AND retired IS NULL AND fate = 0
    """

  private func find<Reading: Transaction & ~Copyable>(
    _ owner: KeyOwner, _ transaction: borrowing Reading
  ) throws(StoreError) -> HubKey? {
    let row = try transaction.first(Self.currentKey, [.text(owner.space), .text(owner.subject)]) {
      (id: $0.integer(0), sealer: $0.integer(1), bytes: $0.bytes(2))
    }
    guard let row else { return nil }
    return try opened(row.id, owner, row.bytes, by: row.sealer, transaction)
  }

  private func find<Reading: Transaction & ~Copyable>(
    _ id: Int64, _ transaction: borrowing Reading
  ) throws(StoreError) -> KeyState? {
    let row = try transaction.first("SELECT space, subject, sealer, bytes, fate FROM key WHERE id = $1", [.integer(id)])
    {
      (
        owner: KeyOwner(space: $0.text(0), subject: $0.text(1)), sealer: $0.integer(2), bytes: $0.bytes(3),
        fate: $0.integer(4)
      )
    }
    guard let row else { return nil }
    switch KeyFate(rawValue: row.fate) {
    case .living: return .living(try opened(id, row.owner, row.bytes, by: row.sealer, transaction))
    case .erased: return .erased
    case .replaced: return .replaced
    case nil: throw StoreError(.corrupt, "the key \(id) has a fate that cannot be")
    }
  }

  private func opened<Reading: Transaction & ~Copyable>(
    _ id: Int64, _ owner: KeyOwner, _ bytes: [UInt8], by sealer: Int64, _ transaction: borrowing Reading
  ) throws(StoreError) -> HubKey {
    let sealing = try sealingKey(sealer, transaction)
    do {
      if let key = try HubKey(id, of: owner, sealed: bytes, by: sealing) { return key }
    } catch {
      throw StoreError(.other, "a key cannot be opened", cause: error)
    }
    throw StoreError(.corrupt, "the key \(id) is damaged; restore keys.sqlite from its last backup")
  }

  private func sealingKey<Reading: Transaction & ~Copyable>(
    _ sealer: Int64, _ transaction: borrowing Reading
  ) throws(StoreError) -> SealingKey {
    if sealer == 0 { return known.withLock { $0.master } }
    if case .living(let key) = known.withLock({ $0.states[sealer] }) { return key.sealing }
    guard case .living(let key) = try find(sealer, transaction) else {
      throw StoreError(.corrupt, "the key \(sealer), which has sealed others, is gone")
    }
    return key.sealing
  }

  // MARK: Making

  /// The key of an owner, made when it has none.
  func currentOrNew(_ owner: KeyOwner, _ transaction: borrowing WriteTransaction) throws -> HubKey {
    if let key = try find(owner, transaction) { return key }
    let sealer: HubKey? =
      if owner.subject.isEmpty { nil } else { try currentOrNew(KeyOwner(space: owner.space), transaction) }
    let id = try transaction.first("UPDATE master SET last_key = last_key + 1 RETURNING last_key") { $0.integer(0) }
    guard let id else { throw StoreError(.corrupt, "keys.sqlite has lost its master row") }
    let key = try HubKey.make(id, of: owner, identity: try earlierIdentity(of: owner, transaction))
    try transaction.execute(
      "INSERT INTO key (id, space, subject, made, sealer, bytes, fate) VALUES ($1, $2, $3, $4, $5, $6, 0)",
      [
        .integer(id), .text(owner.space), .text(owner.subject),
        .integer(Moment(.wallClock()).microseconds), .integer(sealer?.id ?? 0),
        .bytes(try key.sealed(by: sealer?.sealing ?? known.withLock { $0.master })),
      ])
    return key
  }

  private func earlierIdentity(
    of owner: KeyOwner, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) -> [UInt8]? {
    let earlier = try transaction.first(
      "SELECT id FROM key WHERE space = $1 AND subject = $2 AND fate = 0 ORDER BY id DESC LIMIT 1",
      [.text(owner.space), .text(owner.subject)]
    ) { $0.integer(0) }
    guard let earlier, case .living(let key) = try find(earlier, transaction) else { return nil }
    return key.identity
  }
}

/// What is known of a key.
enum KeyState: Sendable {
  case living(HubKey)
  case erased
  case replaced
}
