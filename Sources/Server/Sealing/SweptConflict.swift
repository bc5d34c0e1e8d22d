internal import HoldfastStore

/// A conflict that waits for a decision, as the sweep finds it.
struct SweptConflict {
  static let table = SweptTable(
    count: "SELECT count(*) FROM conflict", page: "SELECT id, seal FROM conflict WHERE id > $1 ORDER BY id LIMIT $2"
  ) { id, job, transaction in
    let row = try transaction.first(
      "SELECT c.content, c.seal, s.name FROM conflict AS c JOIN space AS s ON s.id = c.id >> $2 WHERE c.id = $1",
      [.integer(id), .integer(ChangeID.sequenceBits)]
    ) { SweptConflict(id: id, content: $0.bytes(0), sealedBy: $0.optionalInteger(1), space: $0.text(2)) }
    return try row?.change(job, transaction) ?? true
  }

  private let id: Int64
  private let content: [UInt8]
  private let sealedBy: Int64?
  private let space: String

  private var number: Int64 { id & ChangeID.lastSequence }

  /// Brings the row to the keys in force.
  /// - Returns: false when it cannot be opened.
  private func change(_ job: SweepJob, _ transaction: borrowing WriteTransaction) throws -> Bool {
    let seal = SpaceSeal(ring: job.ring, space: space)
    guard let sealedBy else {
      try ConflictTable.reseal(id, seal.seal(content, of: .conflict(number)), transaction)
      return true
    }
    switch try job.ring.state(of: sealedBy) {
    case .living(_, false): return true
    case .living(let old, true):
      guard let sealed = try seal.changed(content, from: old, of: .conflict(number), subject: old.owner.subject)
      else { return false }
      try ConflictTable.reseal(id, sealed, transaction)
      return true
    case .erased:
      let account = try transaction.shared(SpaceLedger.self).openAccount(named: space, transaction)
      let entities = try transaction.shared(EntityLedger.self).openAccount(of: account.id, transaction)
      try ConflictTable.remove(UInt64(number), in: entities, transaction)
      return true
    case .replaced, nil: return false
    }
  }
}
