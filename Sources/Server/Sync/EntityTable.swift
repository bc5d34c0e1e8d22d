internal import HoldfastContract
internal import HoldfastCrypto
internal import HoldfastStore
internal import HoldfastSync
internal import HoldfastWire

/// An entity as the table has it.
struct StoredEntity {
  var id: Int64
  var row: EntityRow

  /// What the quota counts when an entity's row becomes another: bytes of keys and states, and living entities.
  static func growth(from old: EntityRow?, to new: EntityRow, key: [UInt8]) -> (bytes: Int64, values: Int64) {
    let size = { (row: EntityRow) in Int64(key.count + row.fields.size) }
    let count = { (row: EntityRow) in Int64(row.isDeleted ? 0 : 1) }
    return (size(new) - (old.map(size) ?? 0), count(new) - (old.map(count) ?? 0))
  }
}

/// The rows of entities.
enum EntityTable {
  static func find<Reading: Transaction & ~Copyable>(
    type: Int64, key: [UInt8], opening seal: SpaceSeal?, _ transaction: borrowing Reading
  ) throws(StoreError) -> StoredEntity? {
    try transaction.first(
      "SELECT id, state, seal, marks, is_deleted, is_erased FROM entity WHERE type = $1 AND key = $2",
      [.integer(type), .bytes(key)]
    ) { (row) throws(StoreError) in
      let version = version(row.integer(0))
      var entity = EntityRow(
        marks: try marks(row.bytes(3)), version: version, isDeleted: row.integer(4) != 0,
        isErased: row.integer(5) != 0)
      if let state = try state(row, 1, seal, type: type, key: key, version: version) {
        entity.fields = try fields(state)
      } else {
        (entity.isDeleted, entity.isErased) = (true, true)
      }
      return StoredEntity(id: row.integer(0), row: entity)
    }
  }

  /// The state that a row has in a column, with its key in the next; nil when it has been erased, in the data that were
  /// put back from a backup of before.
  static func state(
    _ row: borrowing HoldfastStore.Row, _ column: Int, _ seal: SpaceSeal?, type: Int64, key: [UInt8], version: UInt64
  ) throws(StoreError) -> [UInt8]? {
    try seal.content(
      row, column, sealedBy: row.optionalInteger(column + 1), of: .entity(type: type, key: key, version: version))
  }

  /// Writes an entity's row: a new one, or in the place of `old`.
  /// - Parameter sealed: its state, where the hub seals and there is any.
  static func put(
    _ row: EntityRow, sealed: SealedContent?, space: Int64, type: Int64, key: [UInt8], replacing old: Int64?,
    _ transaction: borrowing WriteTransaction
  ) throws(StoreError) {
    let id = ChangeID(space: space, sequence: Int64(clamping: row.version)).rawValue
    let state = sealed?.bytes ?? row.fields.message
    guard let old else {
      try transaction.execute(
        """
        INSERT INTO entity (id, type, key, state, marks, is_deleted, is_erased, seal)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        [
          .integer(id), .integer(type), .bytes(key), .bytes(state), .bytes(row.marks.encoded()),
          .integer(row.isDeleted ? 1 : 0), .integer(row.isErased ? 1 : 0), .integer(sealed?.key),
        ])
      return
    }
    let changed = try transaction.execute(
      "UPDATE entity SET id = $2, state = $3, marks = $4, is_deleted = $5, is_erased = $6, seal = $7 WHERE id = $1",
      [
        .integer(old), .integer(id), .bytes(state), .bytes(row.marks.encoded()),
        .integer(row.isDeleted ? 1 : 0), .integer(row.isErased ? 1 : 0), .integer(sealed?.key),
      ])
    try expectOne(changed, old)
  }

  /// Puts the same state there, sealed otherwise.
  static func reseal(
    _ id: Int64, _ sealed: SealedContent, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) {
    try expectOne(
      transaction.execute(
        "UPDATE entity SET state = $2, seal = $3 WHERE id = $1",
        [.integer(id), .bytes(sealed.bytes), .integer(sealed.key)]), id)
  }

  /// The writer knows which rows there are: one that is missing was removed behind its back.
  private static func expectOne(_ changed: Int, _ id: Int64) throws(StoreError) {
    guard changed == 1 else {
      throw StoreError(.corrupt, "the row \(id) of an entity is gone; another program has written to the database")
    }
  }

  static let oldTombstones: SQL = """
    SELECT id, length(key), length(state), seal FROM entity
    WHERE id > $1 AND id <= $2 AND is_deleted = 1 AND is_erased = 0
    """
  static let removeTombstones: SQL = """
    DELETE FROM entity WHERE id > $1 AND id <= $2 AND is_deleted = 1 AND is_erased = 0
    """

  /// Removes the tombstones of entities that were deleted after one change and up to another, and notes that devices
  /// which have not come so far cannot learn of them any more. What has been erased stays known for ever.
  static func removeTombstones(
    from account: SpaceAccount, after floor: Int64, upTo end: Int64, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) {
    let range: [SQLValue] = [floor, end].map { .integer(ChangeID(space: account.id, sequence: $0).rawValue) }
    let old = try transaction.all(oldTombstones, range) { row in
      let size = SealedContent.size(stored: row.integer(2), isSealed: !row.isNull(3))
      return (id: row.integer(0), bytes: row.integer(1) + size)
    }
    guard let newest = old.map(\.id).max() else { return }
    try transaction.execute(removeTombstones, range)
    account.row.bytes -= old.reduce(0) { $0 + $1.bytes }
    let entities = try transaction.shared(EntityLedger.self).openAccount(of: account.id, transaction)
    entities.row.floor = Int64(clamping: version(newest))
  }

  /// The version that a row's id stands for.
  static func version(_ id: Int64) -> UInt64 { UInt64(id & ChangeID.lastSequence) }

  static func fields(_ bytes: [UInt8]) throws(StoreError) -> EntityFields {
    do { return try EntityFields(bytes) } catch { throw StoreError(.corrupt, "an entity's state is damaged: \(error)") }
  }

  static func marks(_ bytes: [UInt8]) throws(StoreError) -> EntityMarks {
    do {
      return try EntityMarks(decoding: bytes)
    } catch {
      throw StoreError(.corrupt, "an entity's marks are damaged: \(error)")
    }
  }
}

extension ChangeKind {
  /// An entity was written or deleted. Numbers from 16 on stand in the log for what watches of values leave out.
  static let entity = ChangeKind(rawValue: 16)
  /// The same, because somebody has decided about a conflict.
  static let entityDecided = ChangeKind(rawValue: 17)

  /// A value that was stored as it was given has been sealed.
  static let valueSealed = ChangeKind(rawValue: 24)

  /// Whether watches of values tell of it.
  var isOfValue: Bool { rawValue < Self.entity.rawValue }

  /// Whether hints tell of it.
  var isOfEntity: Bool { self == .entity || self == .entityDecided }
}

extension LogEntry {
  /// The log's words for an entity's change.
  /// - Parameter sealed: its state, where the hub seals and there is any.
  init(kind: ChangeKind, _ row: EntityRow, sealed: SealedContent?, type: String, key: [UInt8]) {
    self.init(
      kind: kind, key: EntityName(type: type, key: key).encoded(),
      content: row.isDeleted ? [] : sealed?.hash ?? SHA256.hash(row.state))
  }
}
