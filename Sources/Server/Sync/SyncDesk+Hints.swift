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
    guard let changes = try changes(in: ends, filters, after: sequence, transaction) else {
      look.hint = Hint(kind: .full, sequence: look.sequence)
      return look
    }
    guard !changes.names.isEmpty else { return look }
    look.hint = Hint(kind: changes.isUrgent ? .urgent : .partial, sequence: look.sequence, entities: changes.names)
    return look
  }

  /// The entities that have changed; nil when there may be too many to name.
  private func changes<Reading: Transaction & ~Copyable>(
    in space: SpaceEnds, _ filters: FilterSet, after sequence: UInt64, _ transaction: borrowing Reading
  ) throws(StoreError) -> (names: [EntityName], isUrgent: Bool)? {
    var rows = 0
    var names: [EntityName] = []
    var isUrgent = false
    try transaction.forEach(
      "SELECT kind, key FROM change WHERE id > $1 AND id <= $2 ORDER BY id",
      [
        .integer(ChangeID(space: space.id, sequence: Int64(clamping: sequence)).rawValue),
        .integer(ChangeID(space: space.id, sequence: space.sequence).rawValue),
      ]
    ) { (row) throws(StoreError) in
      rows += 1
      let kind = ChangeKind(rawValue: Int32(clamping: row.integer(0)))
      guard !kind.isOfValue else { return rows < Limits.hintedChanges }
      let name: EntityName
      do {
        name = try EntityName(decoding: row.bytes(1))
      } catch {
        throw StoreError(.corrupt, "the log names an entity that cannot be: \(error)")
      }
      if try isWanted(name, in: space.id, filters, since: sequence, transaction) {
        if kind == .entityDecided { isUrgent = true }
        if !names.contains(name) { names.append(name) }
      }
      return rows < Limits.hintedChanges
    }
    // Rows that have been cut off cannot be looked at.
    guard rows < Limits.hintedChanges, Int64(clamping: sequence) + Int64(rows) == space.sequence else { return nil }
    return (names, isUrgent)
  }

  private func isWanted<Reading: Transaction & ~Copyable>(
    _ name: EntityName, in space: Int64, _ filters: FilterSet, since sequence: UInt64,
    _ transaction: borrowing Reading
  ) throws(StoreError) -> Bool {
    guard filters.wants(type: name.type) else { return false }
    if filters.isEmpty { return true }
    let type = try transaction.first(
      "SELECT id FROM entity_type WHERE space = $1 AND name = $2", [.integer(space), .text(name.type)]
    ) { $0.integer(0) }
    guard let type, let entity = try EntityTable.find(type: type, key: name.key, transaction) else { return true }
    return entity.row.isDeleted || filters.matches(type: name.type, entity.row.fields)
      || filters.mayHaveLeft(type: name.type, entity.row.marks, since: sequence)
  }
}
