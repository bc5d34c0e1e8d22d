internal import HoldfastCrypto
internal import HoldfastRPC
internal import HoldfastStore
internal import HoldfastWire

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
    /// The master key; while another takes its place, both.
    var masters: [SealingKey]
    /// How often the keys have been changed.
    var generation: Int64
    var current: [KeyOwner: HubKey] = [:]
    var states: [Int64: KeyState] = [:]
    /// Keys that were destroyed because others have taken their place. Whoever began to read before that may still need
    /// them for a moment.
    var leaving: [Int64: HubKey] = [:]
    /// When they go.
    var leave = MonotonicTime.now()
    /// Rises when the file has become another: what was read before is not kept then.
    var version = 0
  }

  let store: Store
  /// Where the master key comes from.
  let secret: MasterSecret
  private let known: Lock<Known>
  private let sweep = Lock(SealProgress())
  /// What reads the file in the middle of other work.
  private let reader: Monitor<Reader>

  init(_ store: Store, master: SealingKey, from secret: MasterSecret, generation: Int64) throws(StoreError) {
    self.store = store
    self.secret = secret
    known = Lock(Known(masters: [master], generation: generation))
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
    let (found, version) = known.withLock { known -> (KeyState?, Int) in
      (known.leaving[id].map { .living($0, isRetired: true) } ?? known.states[id], known.version)
    }
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

  /// What recognises the calls of an owner, also while its key is being replaced.
  /// - Throws: `MissingKey` when it never had one, or what it had was destroyed.
  @inline(never)
  func identity(of owner: KeyOwner) throws -> [UInt8] {
    if let key = known.withLock({ $0.current[owner] }) { return key.identity }
    let found = try read { (ring, transaction) throws(StoreError) -> [UInt8]? in
      if let key = try ring.find(owner, transaction) { return key.identity }
      return try ring.earlierIdentity(of: owner, transaction)
    }
    guard let found else { throw MissingKey(owner: owner) }
    return found
  }

  /// Keeps a key that is destroyed for those who read what was sealed by it, a moment ago.
  func linger(_ key: HubKey) {
    known.withLock {
      $0.leaving[key.id] = key
      $0.leave = .now() + Limits.keyLingering
    }
  }

  /// Forgets keys whose time is over.
  func endLingering() {
    known.withLock { if !$0.leaving.isEmpty, $0.leave < .now() { $0.leaving.removeAll() } }
  }

  /// Makes keys that are missing, all at once. Returns when they are on the disk.
  nonisolated(nonsending) func prepare(_ owners: Set<KeyOwner>) async throws {
    try await store.write { [self] transaction in
      for owner in owners { _ = try currentOrNew(owner, transaction) }
    }
  }

  /// Makes the keys of an owner that are missing. Returns when they are on the disk.
  nonisolated(nonsending) func prepare(_ owner: KeyOwner) async throws {
    if known.withLock({ $0.current[owner] != nil }) { return }
    try await store.write { [self] transaction in
      _ = try currentOrNew(owner, transaction)
    }
  }

  /// How often the keys have been changed.
  var generation: Int64 { known.withLock { $0.generation } }

  var progress: SealProgress { sweep.withLock { $0 } }

  func change(_ body: (inout SealProgress) -> Void) { sweep.withLock { body(&$0) } }

  /// Forgets what is at hand, as the file has become another.
  func forget(generation: Int64? = nil) {
    known.withLock {
      $0.version += 1
      $0.generation = generation ?? $0.generation
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
    let row = try transaction.first(
      "SELECT space, subject, sealer, bytes, fate, retired FROM key WHERE id = $1", [.integer(id)]
    ) {
      (
        owner: KeyOwner(space: $0.text(0), subject: $0.text(1)), sealer: $0.integer(2), bytes: $0.bytes(3),
        fate: $0.integer(4), isRetired: !$0.isNull(5)
      )
    }
    guard let row else { return nil }
    switch KeyFate(rawValue: row.fate) {
    case .living:
      return .living(try opened(id, row.owner, row.bytes, by: row.sealer, transaction), isRetired: row.isRetired)
    case .erased: return .erased
    case .replaced: return .replaced
    case nil: throw StoreError(.corrupt, "the key \(id) has a fate that cannot be")
    }
  }

  private func opened<Reading: Transaction & ~Copyable>(
    _ id: Int64, _ owner: KeyOwner, _ bytes: [UInt8], by sealer: Int64, _ transaction: borrowing Reading
  ) throws(StoreError) -> HubKey {
    do {
      for sealing in try sealingKeys(sealer, transaction) {
        if let key = try HubKey(id, of: owner, sealed: bytes, by: sealing) { return key }
      }
    } catch let error as StoreError {
      throw error
    } catch {
      throw StoreError(.other, "a key cannot be opened", cause: error)
    }
    throw StoreError(.corrupt, "the key \(id) is damaged; restore keys.sqlite from its last backup")
  }

  private func sealingKeys<Reading: Transaction & ~Copyable>(
    _ sealer: Int64, _ transaction: borrowing Reading
  ) throws(StoreError) -> [SealingKey] {
    if sealer == 0 { return masters }
    return [try living(sealer, transaction).sealing]
  }

  /// A key that has to be there.
  func living<Reading: Transaction & ~Copyable>(
    _ id: Int64, _ transaction: borrowing Reading
  ) throws(StoreError) -> HubKey {
    guard case .living(let key, _) = try find(id, transaction) else {
      throw StoreError(.corrupt, "the key \(id), which has sealed others, is gone")
    }
    return key
  }

  // MARK: Making

  /// The master key by which the file says that its keys are sealed.
  private func master(_ transaction: borrowing WriteTransaction) throws -> SealingKey {
    let proof = try transaction.first("SELECT proof FROM master WHERE id = 1") { $0.bytes(0) } ?? []
    for master in masters where try master.open(proof, context: Self.proven) != nil { return master }
    throw StoreError(.corrupt, "the master key is not that of keys.sqlite")
  }

  var masters: [SealingKey] { known.withLock { $0.masters } }

  func setMasters(_ masters: [SealingKey]) { known.withLock { $0.masters = masters } }

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
        .bytes(try key.sealed(by: sealer?.sealing ?? master(transaction))),
      ])
    return key
  }

  private func earlierIdentity<Reading: Transaction & ~Copyable>(
    of owner: KeyOwner, _ transaction: borrowing Reading
  ) throws(StoreError) -> [UInt8]? {
    let earlier = try transaction.first(
      "SELECT id FROM key WHERE space = $1 AND subject = $2 AND fate = 0 AND retired > 0 ORDER BY id DESC LIMIT 1",
      [.text(owner.space), .text(owner.subject)]
    ) { $0.integer(0) }
    return try earlier.map { (id) throws(StoreError) in try living(id, transaction).identity }
  }
}

/// What is known of a key.
enum KeyState: Sendable {
  case living(HubKey, isRetired: Bool)
  case erased
  case replaced
}
