package import HoldfastContract
package import HoldfastStore
package import HoldfastSync
package import HoldfastWire

/// A change of an entity, as the log has it.
package struct LoggedEntity: Sendable {
  package var sequence: UInt64
  package var name: EntityName
  /// Whether somebody has decided about a conflict.
  package var isDecided: Bool
  package var at: Timestamp
  package var by: String
}

extension SyncDesk {
  /// An entity as it is, or its tombstone; nil when there is neither.
  package func entity<Reading: Transaction & ~Copyable>(
    _ name: EntityName, in space: String, _ transaction: borrowing Reading
  ) throws(StoreError) -> EntityRow? {
    let type = try transaction.first(
      "SELECT t.id FROM entity_type t JOIN space s ON s.id = t.space WHERE s.name = $1 AND t.name = $2",
      [.text(space), .text(name.type)]
    ) { $0.integer(0) }
    guard let type else { return nil }
    return try EntityTable.find(type: type, key: name.key, opening: seal(of: space), transaction)?.row
  }

  /// The changes of entities that a space's log has after a sequence, in their order.
  package func log<Reading: Transaction & ~Copyable>(
    of space: String, after sequence: UInt64 = 0, _ transaction: borrowing Reading
  ) throws(StoreError) -> [LoggedEntity] {
    guard let ends = try SpaceEnds.find(space, transaction) else { return [] }
    var log: [LoggedEntity] = []
    try transaction.forEach(
      "SELECT id, kind, key, at, who FROM change WHERE id > $1 AND id <= $2 ORDER BY id",
      [
        .integer(ChangeID(space: ends.id, sequence: Int64(clamping: sequence)).rawValue),
        .integer(ChangeID(space: ends.id, sequence: ends.sequence).rawValue),
      ]
    ) { (row) throws(StoreError) in
      let kind = ChangeKind(rawValue: Int32(clamping: row.integer(1)))
      guard kind.isOfEntity else { return true }
      log.append(
        LoggedEntity(
          sequence: EntityTable.version(row.integer(0)), name: try EntityName(logged: row.bytes(2)),
          isDecided: kind == .entityDecided, at: Moment(microseconds: row.integer(3)).timestamp, by: row.text(4)))
      return true
    }
    return log
  }
}

extension EntityName {
  /// An entity's name as the log writes it.
  init(logged bytes: [UInt8]) throws(StoreError) {
    do {
      try self.init(decoding: bytes)
    } catch {
      throw StoreError(.corrupt, "the log names an entity that cannot be: \(error)")
    }
  }
}
