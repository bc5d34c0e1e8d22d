internal import HoldfastContract
internal import HoldfastStore
internal import HoldfastSync
internal import HoldfastWire

/// An operation's place among all: the replica in the upper bits, its number in the lower 40.
struct OperationID: Hashable {
  static let numberBits = 40
  static let lastNumber: Int64 = 1 << numberBits - 1
  static let lastReplica: Int64 = 1 << (63 - numberBits) - 1

  let rawValue: Int64

  /// The number of an operation; nil when none can have it.
  static func number(of operation: EntityOperation) -> Int64? {
    Int64(exactly: operation.number).flatMap { 1...lastNumber ~= $0 ? $0 : nil }
  }

  init(replica: Int64, number: Int64) { rawValue = replica << Self.numberBits | number }

  init(rawValue: Int64) { self.rawValue = rawValue }

  var replica: Int64 { rawValue >> Self.numberBits }
  var number: UInt64 { UInt64(rawValue & Self.lastNumber) }
}

/// What became of an operation that was done before.
struct StoredOutcome {
  var form: OperationForm
  var outcome: Outcome
}

extension StoredOutcome {
  /// What an operation under the same number comes to.
  ///
  /// Of two forms of one operation the fuller says what the emptier says too. When the emptier came first, only the device
  /// that has the fuller can tell what of it is left to do.
  ///
  /// - Parameter row: its entity as it is now.
  func outcome(for form: OperationForm, on row: EntityRow?) -> Outcome {
    var outcome = outcome
    switch form.relation(to: self.form) {
    case .same: outcome.isReplay = true
    case .contained:
      outcome.isReplay = true
      // The device does not think what the fuller has led to.
      if outcome.kind.isDone, outcome.kind != .gone, outcome.state == nil {
        outcome.state = row?.state ?? []
        outcome.isDeleted = row?.isDeleted ?? true
      }
    case .extended:
      outcome = Outcome()
      outcome.reject(
        .failedPrecondition,
        "a copy of the replica has sent this operation before the last changes were added to it; these are not done")
    case .foreign:
      outcome = Outcome()
      outcome.rejectNumber()
    }
    return outcome
  }
}

/// The outcomes of operations, until their devices confirm that they have them.
enum OutcomeTable {
  static func find<Reading: Transaction & ~Copyable>(
    _ id: OperationID, _ transaction: borrowing Reading
  ) throws(StoreError) -> StoredOutcome? {
    try transaction.first("SELECT request, outcome FROM outcome WHERE id = $1", [.integer(id.rawValue)]) {
      (row) throws(StoreError) in
      do {
        return StoredOutcome(form: OperationForm(stored: row.bytes(0)), outcome: try Outcome(decoding: row.bytes(1)))
      } catch {
        throw StoreError(.corrupt, "the outcome of an operation is damaged: \(error)")
      }
    }
  }

  static func insert(
    _ outcome: Outcome, of id: OperationID, form: OperationForm, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) {
    try transaction.execute(
      "INSERT INTO outcome (id, request, outcome) VALUES ($1, $2, $3)",
      [.integer(id.rawValue), .bytes(form.stored), .bytes(outcome.encoded())])
  }

  /// Gives an operation another outcome, unless that has been confirmed.
  static func replace(
    _ outcome: Outcome, of id: OperationID, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) {
    try transaction.execute(
      "UPDATE outcome SET outcome = $2 WHERE id = $1", [.integer(id.rawValue), .bytes(outcome.encoded())])
  }

  /// Forgets the outcomes of a replica's operations after `confirmed` up to `next`.
  static func forget(
    replica: Int64, after confirmed: Int64, upTo next: Int64, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) {
    try transaction.execute(
      "DELETE FROM outcome WHERE id > $1 AND id <= $2",
      [
        .integer(OperationID(replica: replica, number: confirmed).rawValue),
        .integer(OperationID(replica: replica, number: next).rawValue),
      ])
  }
}
