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
    let checksum = try Checksum.compute(of: space.id, filters, opening: seal(of: name), transaction)
    return ChecksumReply(checksum, sequence: space.sequence)
  }
}

extension Checksum {
  /// That of the entities that filters want, from the entities themselves.
  static func compute<Reading: Transaction & ~Copyable>(
    of space: Int64, _ filters: FilterSet, opening seal: SpaceSeal?, _ transaction: borrowing Reading
  ) throws(StoreError) -> Checksum {
    var checksum = Checksum()
    var names = TypeNames()
    try transaction.forEach(
      "SELECT id, type, key, state, seal FROM entity WHERE id > $1 AND id <= $2 AND is_deleted = 0",
      [
        .integer(ChangeID(space: space, sequence: 0).rawValue),
        .integer(ChangeID(space: space, sequence: ChangeID.lastSequence).rawValue),
      ]
    ) { (row) throws(StoreError) in
      let type = try names.name(of: row.integer(1), transaction)
      guard filters.wants(type: type) else { return true }
      let (key, version) = (row.bytes(2), EntityTable.version(row.integer(0)))
      let state = try EntityTable.state(row, 3, seal, type: row.integer(1), key: key, version: version)
      guard let state else { return true }
      let isWanted = if filters.isEmpty { true } else { filters.matches(type: type, try EntityTable.fields(state)) }
      if isWanted { checksum.add(type: type, key: key, version: version, state: state) }
      return true
    }
    return checksum
  }
}

extension ChecksumReply {
  fileprivate init(_ checksum: Checksum, sequence: Int64) {
    self.init(entities: checksum.entities, checksum: checksum.bytes, sequence: UInt64(clamping: sequence))
  }
}
