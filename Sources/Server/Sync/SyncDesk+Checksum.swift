package import HoldfastContract
package import HoldfastStore
package import HoldfastSync

extension SyncDesk {
  /// The checksum of all entities of a space, which is kept with it.
  package func checksum<Reading: Transaction & ~Copyable>(
    of name: String, _ transaction: borrowing Reading
  ) throws(StoreError) -> ChecksumReply {
    guard let space = try SpaceEnds.find(name, transaction) else { return ChecksumReply(Checksum(), sequence: 0) }
    let row = try EntityAccount.Row.read(space: space.id, transaction)
    return ChecksumReply(row?.checksum ?? Checksum(), sequence: space.sequence)
  }

  /// The checksum of the entities that the filters want. Looks at every entity of the space.
  package func checksum<Reading: Transaction & ~Copyable>(
    of name: String, _ filters: FilterSet, _ transaction: borrowing Reading
  ) throws(StoreError) -> ChecksumReply {
    guard let space = try SpaceEnds.find(name, transaction) else { return ChecksumReply(Checksum(), sequence: 0) }
    var checksum = Checksum()
    var names = TypeNames()
    try transaction.forEach(
      "SELECT id, type, key, state FROM entity WHERE id > $1 AND id <= $2 AND is_deleted = 0",
      [
        .integer(ChangeID(space: space.id, sequence: 0).rawValue),
        .integer(ChangeID(space: space.id, sequence: ChangeID.lastSequence).rawValue),
      ]
    ) { (row) throws(StoreError) in
      let type = try names.name(of: row.integer(1), transaction)
      guard filters.wants(type: type) else { return true }
      let state = row.bytes(3)
      if filters.matches(type: type, try EntityTable.fields(state)) {
        checksum.add(type: type, key: row.bytes(2), version: EntityTable.version(row.integer(0)), state: state)
      }
      return true
    }
    return ChecksumReply(checksum, sequence: space.sequence)
  }
}

extension ChecksumReply {
  fileprivate init(_ checksum: Checksum, sequence: Int64) {
    self.init(entities: checksum.entities, checksum: checksum.bytes, sequence: UInt64(clamping: sequence))
  }
}
