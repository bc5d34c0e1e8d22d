internal import HoldfastContract
internal import HoldfastStore
internal import HoldfastWire

/// A conflict as the inbox has it.
struct StoredConflict {
  var operation: OperationID
  var type: Int64
  var conflict: EntityConflict
}

/// The inbox: operations that wait for somebody to decide.
///
/// A conflict also leaves it when its replica makes another operation on the entity, having seen what it met.
enum ConflictTable {
  static func insert(
    _ conflict: EntityConflict, of operation: OperationID, type: Int64, in entities: EntityAccount,
    sealing seal: SpaceSeal?, subject: String, _ transaction: borrowing WriteTransaction
  ) throws {
    guard entities.row.lastConflict < ChangeID.lastSequence else {
      throw StoreError(.tooLarge, "the space has had all the conflicts that it can have")
    }
    entities.row.lastConflict += 1
    entities.row.conflicts += 1
    let content = conflict.encoded()
    let sealed = try seal?.seal(content, of: .conflict(entities.row.lastConflict), subject: subject)
    try transaction.execute(
      "INSERT INTO conflict (id, operation, type, key, version, content, seal) VALUES ($1, $2, $3, $4, $5, $6, $7)",
      [
        .integer(ChangeID(space: entities.space, sequence: entities.row.lastConflict).rawValue),
        .integer(operation.rawValue), .integer(type), .bytes(conflict.operation.key),
        .integer(Int64(clamping: conflict.version)), .bytes(sealed?.bytes ?? content), .integer(sealed?.key),
      ])
  }

  static func find(
    _ number: UInt64, in space: Int64, opening seal: SpaceSeal?, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) -> StoredConflict? {
    guard let sequence = Int64(exactly: number), 1...ChangeID.lastSequence ~= sequence else { return nil }
    let found = try transaction.first(
      "SELECT id, operation, type, content, seal FROM conflict WHERE id = $1",
      [.integer(ChangeID(space: space, sequence: sequence).rawValue)]
    ) { (row) throws(StoreError) -> StoredConflict? in
      guard let conflict = try conflict(row, 3, seal) else { return nil }
      return StoredConflict(
        operation: OperationID(rawValue: row.integer(1)), type: row.integer(2), conflict: conflict)
    }
    return found ?? nil
  }

  /// Some of a space's conflicts, oldest first.
  static func page<Reading: Transaction & ~Copyable>(
    of space: Int64, after number: UInt64, limit: Int, opening seal: SpaceSeal?, _ transaction: borrowing Reading
  ) throws(StoreError) -> ConflictsReply {
    var reply = ConflictsReply()
    var bytes = 0
    let after = Int64(clamping: min(number, UInt64(ChangeID.lastSequence)))
    try transaction.forEach(
      "SELECT id, content, seal FROM conflict WHERE id > $1 AND id <= $2 ORDER BY id",
      [
        .integer(ChangeID(space: space, sequence: after).rawValue),
        .integer(ChangeID(space: space, sequence: ChangeID.lastSequence).rawValue),
      ]
    ) { (row) throws(StoreError) in
      guard reply.conflicts.count < limit, bytes == 0 || bytes + row.byteCount(1) <= Limits.pageBytes else {
        reply.more = true
        return false
      }
      guard let conflict = try conflict(row, 1, seal) else { return true }
      bytes += row.byteCount(1)
      reply.conflicts.append(conflict)
      return true
    }
    return reply
  }

  static func remove(
    _ number: UInt64, in entities: EntityAccount, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) {
    entities.row.conflicts -= Int64(
      try transaction.execute(
        "DELETE FROM conflict WHERE id = $1",
        [.integer(ChangeID(space: entities.space, sequence: Int64(clamping: number)).rawValue)]))
  }

  /// The entity is gone for good.
  static func removeAll(
    of type: Int64, _ key: [UInt8], in entities: EntityAccount, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) {
    entities.row.conflicts -= Int64(
      try transaction.execute(
        "DELETE FROM conflict WHERE type = $1 AND key = $2", [.integer(type), .bytes(key)]))
  }

  /// A replica has changed an entity on what it has seen of it, up to a version: what it met before is decided.
  static func settle(
    type: Int64, key: [UInt8], replica: Int64, upTo version: UInt64, in entities: EntityAccount,
    _ transaction: borrowing WriteTransaction
  ) throws(StoreError) {
    entities.row.conflicts -= Int64(
      try transaction.execute(
        "DELETE FROM conflict WHERE type = $1 AND key = $2 AND version <= $3 AND operation > $4 AND operation <= $5",
        [
          .integer(type), .bytes(key), .integer(Int64(clamping: version)),
          .integer(OperationID(replica: replica, number: 0).rawValue),
          .integer(OperationID(replica: replica, number: OperationID.lastNumber).rawValue),
        ]))
  }

  /// Puts the same conflict there, sealed otherwise.
  static func reseal(
    _ id: Int64, _ sealed: SealedContent, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) {
    try transaction.execute(
      "UPDATE conflict SET content = $2, seal = $3 WHERE id = $1",
      [.integer(id), .bytes(sealed.bytes), .integer(sealed.key)])
  }

  /// The conflict that a row has in a column, with its key in the next, and its number in the first; nil when it has been
  /// erased.
  private static func conflict(
    _ row: borrowing HoldfastStore.Row, _ column: Int, _ seal: SpaceSeal?
  ) throws(StoreError) -> EntityConflict? {
    let id = row.integer(0)
    let bytes = try seal.content(
      row, column, sealedBy: row.optionalInteger(column + 1), of: .conflict(id & ChangeID.lastSequence))
    guard let bytes else { return nil }
    do {
      var conflict = try EntityConflict(decoding: bytes)
      conflict.id = UInt64(id & ChangeID.lastSequence)
      return conflict
    } catch {
      throw StoreError(.corrupt, "a conflict is damaged: \(error)")
    }
  }
}
