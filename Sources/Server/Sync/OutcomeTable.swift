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
  /// What the operation that comes now under its number is to it.
  var relation: OperationForm.Relation
  var outcome: Outcome
}

extension StoredOutcome {
  /// What the operation that comes now comes to.
  ///
  /// Of two forms of one operation the fuller says what the emptier says too. When the emptier came first, only the device
  /// that has the fuller can tell what of it is left to do.
  ///
  /// - Parameter row: its entity as it is now.
  func outcome(on row: EntityRow?) -> Outcome {
    var outcome = outcome
    switch relation {
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
///
/// Where the hub seals, `seal` is the key whose identity the hash in `request` is made with. An outcome that tells of a
/// state is sealed by it as well, and has a zero before it, with which no message begins. Of one that has been erased
/// nothing is left but that its entity is gone: `request` is empty then.
enum OutcomeTable {
  /// - Parameter form: of the operation that comes now.
  static func find<Reading: Transaction & ~Copyable>(
    _ id: OperationID, for form: OperationForm, opening seal: SpaceSeal?, _ transaction: borrowing Reading
  ) throws -> StoredOutcome? {
    let row = try transaction.first(
      "SELECT request, outcome, seal FROM outcome WHERE id = $1", [.integer(id.rawValue)]
    ) { (request: $0.bytes(0), outcome: $0.bytes(1), seal: $0.optionalInteger(2)) }
    guard let row else { return nil }
    guard let outcome = try open(row.outcome, sealedBy: row.seal, of: id, seal), !row.request.isEmpty else {
      return StoredOutcome(relation: .same, outcome: erased)
    }
    var form = form
    if let key = row.seal {
      guard case .living(let key, _) = try seal?.ring.state(of: key) else {
        return StoredOutcome(relation: .same, outcome: erased)
      }
      form = try form.keyed(by: key.identity)
    }
    return StoredOutcome(relation: form.relation(to: OperationForm(stored: row.request)), outcome: outcome)
  }

  /// An outcome as it is; nil when it has been erased.
  static func open(
    _ stored: [UInt8], sealedBy key: Int64?, of id: OperationID, _ seal: SpaceSeal?
  ) throws(StoreError) -> Outcome? {
    var bytes = stored
    if stored.first == 0 {
      guard let key, let seal else { throw StoreError(.corrupt, "an outcome is sealed, and the hub has no keys") }
      guard let own = try seal.open(Array(stored.dropFirst()), by: key, of: .operation(id.rawValue)) else { return nil }
      bytes = own
    }
    do {
      return try Outcome(decoding: bytes)
    } catch {
      throw StoreError(.corrupt, "the outcome of an operation is damaged: \(error)")
    }
  }

  static func insert(
    _ outcome: Outcome, of id: OperationID, form: OperationForm, sealing seal: SpaceSeal?, subject: String,
    _ transaction: borrowing WriteTransaction
  ) throws {
    let key = try seal?.key(subject: subject)
    let request = try key.map { try form.keyed(by: $0.identity) } ?? form
    try transaction.execute(
      "INSERT INTO outcome (id, request, outcome, seal) VALUES ($1, $2, $3, $4)",
      [
        .integer(id.rawValue), .bytes(request.stored), .bytes(try stored(outcome, of: id, seal, subject)),
        .integer(key?.id),
      ])
  }

  /// Gives an operation another outcome, unless that has been confirmed.
  static func replace(
    _ outcome: Outcome, of id: OperationID, sealing seal: SpaceSeal?, _ transaction: borrowing WriteTransaction
  ) throws {
    let row = try transaction.first(
      "SELECT request, seal FROM outcome WHERE id = $1", [.integer(id.rawValue)]
    ) { (request: $0.bytes(0), seal: $0.optionalInteger(1)) }
    guard let row else { return }
    var (request, subject) = (row.request, "")
    if let known = row.seal {
      // What it is now has been erased, and stays so.
      guard case .living(let key, _) = try seal?.ring.state(of: known) else { return }
      // Another key of the same owner makes the same hashes.
      subject = key.owner.subject
    }
    let key = try seal?.key(subject: subject)
    if let key, row.seal == nil { request = try OperationForm(stored: request).keyed(by: key.identity).stored }
    try update(id, request, stored(outcome, of: id, seal, subject), seal: key?.id, transaction)
  }

  /// Leaves of an outcome that the entity is gone.
  static func erase(_ id: OperationID, _ transaction: borrowing WriteTransaction) throws(StoreError) {
    try update(id, [], erased.encoded(), seal: nil, transaction)
  }

  static func update(
    _ id: OperationID, _ request: [UInt8], _ outcome: [UInt8], seal: Int64?, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) {
    try transaction.execute(
      "UPDATE outcome SET request = $2, outcome = $3, seal = $4 WHERE id = $1",
      [.integer(id.rawValue), .bytes(request), .bytes(outcome), .integer(seal)])
  }

  /// An outcome as its row is to have it.
  private static func stored(
    _ outcome: Outcome, of id: OperationID, _ seal: SpaceSeal?, _ subject: String
  ) throws -> [UInt8] {
    guard let seal, outcome.state?.isEmpty == false else { return outcome.encoded() }
    return [0] + (try seal.seal(outcome.encoded(), of: .operation(id.rawValue), subject: subject).bytes)
  }

  private static let erased = Outcome(kind: .gone)

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
