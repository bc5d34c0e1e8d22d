internal import HoldfastContract
internal import HoldfastStore
internal import HoldfastSync

/// An entity as the sweep finds it. A change of how it is sealed is none that devices or the log hear of.
struct SweptEntity {
  static let table = SweptTable(
    count: "SELECT count(*) FROM entity WHERE length(state) > 0",
    page: "SELECT id, seal FROM entity WHERE id > $1 AND length(state) > 0 ORDER BY id LIMIT $2"
  ) { id, job, transaction in
    try find(id, transaction)?.change(job, transaction) ?? true
  }

  private let tombstone: Tombstone
  private let space: (id: Int64, name: String)
  private let state: [UInt8]
  private let sealedBy: Int64?
  private let marks: EntityMarks
  private let isDeleted: Bool

  private static func find(
    _ id: Int64, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) -> SweptEntity? {
    try transaction.first(
      """
      SELECT e.type, t.name, e.key, e.state, e.seal, e.marks, e.is_deleted, s.id, s.name FROM entity AS e
      JOIN entity_type AS t ON t.id = e.type JOIN space AS s ON s.id = t.space WHERE e.id = $1
      """, [.integer(id)]
    ) { (row) throws(StoreError) in
      SweptEntity(
        tombstone: Tombstone(id: id, type: (row.integer(0), row.text(1)), key: row.bytes(2)),
        space: (row.integer(7), row.text(8)),
        state: row.bytes(3), sealedBy: row.optionalInteger(4), marks: try EntityTable.marks(row.bytes(5)),
        isDeleted: row.integer(6) != 0)
    }
  }

  private var place: SealedPlace {
    .entity(type: tombstone.type.id, key: tombstone.key, version: EntityTable.version(tombstone.id))
  }

  /// Brings the row to the keys in force.
  /// - Returns: false when it cannot be opened.
  private func change(_ job: SweepJob, _ transaction: borrowing WriteTransaction) throws -> Bool {
    let seal = SpaceSeal(ring: job.ring, space: space.name)
    guard let sealedBy else {
      let subject = try subject(in: state, transaction)
      try EntityTable.reseal(tombstone.id, seal.seal(state, of: place, subject: subject), transaction)
      return true
    }
    switch try job.ring.state(of: sealedBy) {
    case .living(_, false): return true
    case .living(let old, true):
      // Its type may say only now whom it is about.
      guard let plain = try seal.open(state, by: old.id, of: place) else { return false }
      let subject = try subject(in: plain, transaction)
      guard let sealed = try seal.changed(state, from: old, of: place, subject: subject) else { return false }
      try EntityTable.reseal(tombstone.id, sealed, transaction)
      return true
    case .erased:
      try erase(job, transaction)
      return true
    case .replaced, nil: return false
    }
  }

  private func subject(
    in state: [UInt8], _ transaction: borrowing WriteTransaction
  ) throws(StoreError) -> String {
    let type = try transaction.shared(EntityTypes.self).find(tombstone.type.name, in: space.id, transaction)
    return type?.subject(of: try EntityTable.fields(state)) ?? ""
  }

  /// The checksum of the space's entities is set right later (`ChecksumMending`): what the state was is not known.
  private func erase(_ job: SweepJob, _ transaction: borrowing WriteTransaction) throws(StoreError) {
    let account = try transaction.shared(SpaceLedger.self).openAccount(named: space.name, transaction)
    let entities = try transaction.shared(EntityLedger.self).openAccount(of: account.id, transaction)
    _ = try tombstone.write(marks, in: account, at: job.now, by: PersistenceCalls.housekeeper, transaction)
    account.row.bytes -= SealedContent.size(stored: Int64(state.count), isSealed: true)
    if !isDeleted { account.row.values -= 1 }
    try ConflictTable.removeAll(of: tombstone.type.id, tombstone.key, in: entities, transaction)
  }
}
