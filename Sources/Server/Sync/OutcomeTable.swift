internal import HoldfastContract
internal import HoldfastStore
internal import HoldfastWire

/// An operation's place among all: the replica in the upper bits, its number in the lower 40.
struct OperationID: Hashable {
  static let numberBits = 40
  static let lastNumber: Int64 = 1 << numberBits - 1
  static let lastReplica: Int64 = 1 << (63 - numberBits) - 1

  let rawValue: Int64

  init(replica: Int64, number: Int64) { rawValue = replica << Self.numberBits | number }

  init(rawValue: Int64) { self.rawValue = rawValue }

  var replica: Int64 { rawValue >> Self.numberBits }
  var number: UInt64 { UInt64(rawValue & Self.lastNumber) }
}

/// What became of an operation that was done before.
struct StoredOutcome {
  /// The hash of what it said.
  var request: [UInt8]
  var outcome: Outcome
}

/// The outcomes of operations, until their devices confirm that they have them.
enum OutcomeTable {
  static func find<Reading: Transaction & ~Copyable>(
    _ id: OperationID, _ transaction: borrowing Reading
  ) throws(StoreError) -> StoredOutcome? {
    try transaction.first("SELECT request, outcome FROM outcome WHERE id = $1", [.integer(id.rawValue)]) {
      (row) throws(StoreError) in
      do {
        return StoredOutcome(request: row.bytes(0), outcome: try Outcome(decoding: row.bytes(1)))
      } catch {
        throw StoreError(.corrupt, "the outcome of an operation is damaged: \(error)")
      }
    }
  }

  static func insert(
    _ outcome: Outcome, of id: OperationID, request: [UInt8], _ transaction: borrowing WriteTransaction
  ) throws(StoreError) {
    try transaction.execute(
      "INSERT INTO outcome (id, request, outcome) VALUES ($1, $2, $3)",
      [.integer(id.rawValue), .bytes(request), .bytes(outcome.encoded())])
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
