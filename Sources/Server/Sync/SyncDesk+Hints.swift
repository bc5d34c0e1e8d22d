package import HoldfastContract
package import HoldfastStore
package import HoldfastSync
internal import HoldfastWire

/// What has changed in a space, at a glance.
package struct HintLook: Sendable {
  /// nil when there is no such space.
  package var space: Int64?
  package var sequence: UInt64
  /// nil when nothing of what is wanted has changed.
  package var hint: Hint?
}

extension SyncDesk {
  /// Looks at the end of a space's log for changes of entities after a sequence. Reads a few rows, never many.
  ///
  /// - Parameter sequence: nil to be told in any case
  package func look<Reading: Transaction & ~Copyable>(
    _ name: String, _ filters: FilterSet, after sequence: UInt64?, _ transaction: borrowing Reading
  ) throws(StoreError) -> HintLook {
    guard let ends = try SpaceEnds.find(name, transaction) else {
      return HintLook(sequence: 0, hint: sequence == nil ? Hint(kind: .full) : nil)
    }
    var look = HintLook(space: ends.id, sequence: UInt64(clamping: ends.sequence))
    guard let sequence else {
      look.hint = Hint(kind: .full, sequence: look.sequence)
      return look
    }
    guard let changes = try LogLook(space: ends, after: sequence, transaction) else {
      look.hint = Hint(kind: .full, sequence: look.sequence)
      return look
    }
    var names: [LogLook.Change] = []
    for change in changes.names
    where try isWanted(
      change.name, in: ends.id, filters, opening: seal(of: name), since: sequence, isOne: change.count == 1, transaction
    ) {
      names.append(change)
    }
    guard !names.isEmpty else { return look }
    look.hint = Hint(
      kind: names.contains { $0.isDecided } ? .urgent : .partial, sequence: look.sequence, entities: names.map(\.name))
    return look
  }

  /// Whether a change of an entity is of interest.
  ///
  /// - Parameter isOne: whether it is the only one since `sequence`: if the entity has come to be with it, nobody can have
  ///   been told of an earlier state
  private func isWanted<Reading: Transaction & ~Copyable>(
    _ name: EntityName, in space: Int64, _ filters: FilterSet, opening seal: SpaceSeal?,
    since sequence: UInt64, isOne: Bool, _ transaction: borrowing Reading
  ) throws(StoreError) -> Bool {
    guard filters.wants(type: name.type) else { return false }
    if filters.isEmpty { return true }
    let type = try transaction.first(
      "SELECT id FROM entity_type WHERE space = $1 AND name = $2", [.integer(space), .text(name.type)]
    ) { $0.integer(0) }
    guard let type, let entity = try EntityTable.find(type: type, key: name.key, opening: seal, transaction) else {
      return true
    }
    return entity.row.isDeleted || filters.matches(type: name.type, entity.row.fields)
      || filters.mayHaveLeft(
        type: name.type, entity.row.marks, since: sequence, told: isOne ? sequence : .max)
  }
}

/// The entities that the end of a space's log names.
private struct LogLook {
  struct Change {
    let name: EntityName
    var count = 0
    /// Whether somebody has decided about a conflict.
    var isDecided = false
  }

  /// In the order in which the log names them first.
  private(set) var names: [Change] = []

  /// Nil when there are too many changes to look at, or some have been cut off.
  init?<Reading: Transaction & ~Copyable>(
    space: SpaceEnds, after sequence: UInt64, _ transaction: borrowing Reading
  ) throws(StoreError) {
    var rows = 0
    try transaction.forEach(
      "SELECT kind, key FROM change WHERE id > $1 AND id <= $2 ORDER BY id",
      [
        .integer(ChangeID(space: space.id, sequence: Int64(clamping: sequence)).rawValue),
        .integer(ChangeID(space: space.id, sequence: space.sequence).rawValue),
      ]
    ) { (row) throws(StoreError) in
      rows += 1
      let kind = ChangeKind(rawValue: Int32(clamping: row.integer(0)))
      if kind.isOfEntity { try note(kind, row.bytes(1)) }
      return rows < Limits.hintedChanges
    }
    guard rows < Limits.hintedChanges, Int64(clamping: sequence) + Int64(rows) == space.sequence else { return nil }
  }

  private mutating func note(_ kind: ChangeKind, _ bytes: [UInt8]) throws(StoreError) {
    let name = try EntityName(logged: bytes)
    let place = names.firstIndex { $0.name == name } ?? names.endIndex
    if place == names.endIndex { names.append(Change(name: name)) }
    names[place].count += 1
    names[place].isDecided = names[place].isDecided || kind == .entityDecided
  }
}
