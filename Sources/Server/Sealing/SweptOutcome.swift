internal import HoldfastStore

/// The outcome of an operation that its device has not confirmed, as the sweep finds it.
struct SweptOutcome {
  static let table = SweptTable(
    count: "SELECT count(*) FROM outcome WHERE length(request) > 0",
    page: "SELECT id, seal FROM outcome WHERE id > $1 AND length(request) > 0 ORDER BY id LIMIT $2"
  ) { id, job, transaction in
    let row = try transaction.first(
      """
      SELECT o.request, o.outcome, o.seal, s.name FROM outcome AS o JOIN replica AS r ON r.id = o.id >> $2
      JOIN space AS s ON s.id = r.space WHERE o.id = $1
      """, [.integer(id), .integer(OperationID.numberBits)]
    ) { row in
      SweptOutcome(
        id: OperationID(rawValue: id), request: row.bytes(0), outcome: row.bytes(1), sealedBy: row.optionalInteger(2),
        space: row.text(3))
    }
    return try row?.change(job, transaction) ?? true
  }

  private let id: OperationID
  private let request: [UInt8]
  private let outcome: [UInt8]
  private let sealedBy: Int64?
  private let space: String

  /// Brings the row to the keys in force.
  /// - Returns: false when it cannot be opened.
  private func change(_ job: SweepJob, _ transaction: borrowing WriteTransaction) throws -> Bool {
    let seal = SpaceSeal(ring: job.ring, space: space)
    guard let sealedBy else {
      guard let plain = try OutcomeTable.open(outcome, sealedBy: nil, of: id, seal) else { return false }
      try OutcomeTable.replace(plain, of: id, sealing: seal, transaction)
      return true
    }
    switch try job.ring.state(of: sealedBy) {
    case .living(_, false): return true
    case .living(let old, true):
      // The next key of the owner makes the same hashes.
      let subject = old.owner.subject
      var stored = outcome
      if outcome.first == 0 {
        let sealed = try seal.changed(
          Array(outcome.dropFirst()), from: old, of: .operation(id.rawValue), subject: subject)
        guard let sealed else { return false }
        stored = [0] + sealed.bytes
      }
      try OutcomeTable.update(id, request, stored, seal: seal.key(subject: subject).id, transaction)
      return true
    case .erased:
      try OutcomeTable.erase(id, transaction)
      return true
    case .replaced, nil: return false
    }
  }
}
