import HoldfastContract
package import HoldfastStore
import HoldfastSync

/// Decisions about operations that wait for a person or the program, and about those that have not been sent.
extension ReplicaBook {
  package func parked<T: Transaction & ~Copyable>(in transaction: borrowing T) throws(StoreError) -> [StoredOperation] {
    try transaction.all(
      """
      SELECT position, incarnation, unit, content, urgency, state, enqueued, not_before, attempts, attempted, refusal,
        entity, number, type, key, checksum
      FROM operation WHERE state = 3 ORDER BY position
      """
    ) { StoredOperation($0) }
  }

  /// How many operations there are, and how many of them are parked.
  package func counts<T: Transaction & ~Copyable>(
    in transaction: borrowing T
  ) throws(StoreError) -> (pending: Int, parked: Int) {
    let pending = try transaction.first("SELECT COUNT(*) FROM operation") { Int($0.integer(0)) }
    let parked = try transaction.first("SELECT COUNT(*) FROM operation WHERE state = 3") { Int($0.integer(0)) }
    return (pending ?? 0, parked ?? 0)
  }

  /// The operation is sent once more as it is, with all that takes effect together with it.
  package func retry(_ position: UInt64, in transaction: borrowing WriteTransaction) throws -> Touched {
    let unit = try parkedUnit(of: position, transaction)
    try check(unit)
    try sendAgain(unit, changed: [], transaction)
    return touched(by: unit)
  }

  /// Somebody may have decided about conflicts at the hub: they are sent again under their numbers, so that it says what
  /// came of them.
  ///
  /// - Parameters:
  ///   - entity: of which conflicts; nil for all.
  ///   - version: only those that met an older one.
  package func askAgain(
    about entity: EntityRef? = nil, before version: UInt64 = .max, in transaction: borrowing WriteTransaction
  ) throws -> Touched {
    var asked = Touched()
    for var operation in try parked(in: transaction) where operation.content.group == 0 {
      guard let refusal = operation.refusal, refusal.kind == .conflict, refusal.version < version,
        entity == nil || operation.entity == entity
      else { continue }
      operation.state = .again
      try transaction.store(operation)
      try transaction.changeHead { (head) throws(StoreError) in head.edits += 1 }
      asked.isQueueTouched = true
    }
    return asked
  }

  /// The operation prevails over what the hub has now, which whoever decides this has seen.
  package func keepMine(
    _ position: UInt64, at now: Int64, in transaction: borrowing WriteTransaction
  ) throws -> Touched {
    let unit = try parkedUnit(of: position, transaction)
    try check(unit)
    guard let decided = unit.first(where: { $0.position == position }) else { throw Self.missing(position) }
    let found = try parkedCase(of: decided, in: transaction)
    var prevailing = [position: found]
    // Of what the hub no longer has, a part alone would be nothing. The first change that takes effect together with
    // this one makes the whole.
    let isOfNothing = decided.content.kind == .update && found.server == nil && found.before == nil
    let first = unit.first { $0.entity == decided.entity } ?? decided
    if isOfNothing { prevailing[first.position] = try parkedCase(of: first, in: transaction) }
    var decisions = unit
    for index in decisions.indices {
      guard let found = prevailing[unit[index].position] else { continue }
      if isOfNothing, unit[index].position == first.position {
        guard let mine = found.mine else {
          throw ReplicaError(
            .notPossible, "what the operation changes a part of is gone; create it anew or discard it")
        }
        try replace(&decisions[index], by: mine, found, transaction)
      }
      decisions[index].content.base = found.latest
      decisions[index].content.clock = try transaction.changeHead { (head) throws(StoreError) in
        head.clock.tick(at: now)
      }
    }
    try sendAgain(decisions, changed: Set(prevailing.keys), transaction)
    try rebase(unit, in: transaction)
    return touched(by: unit)
  }

  /// In place of the operation, the entity becomes this on top of what the hub has now, and of what goes first.
  package func edit(
    _ position: UInt64, to state: [UInt8], at now: Int64, in transaction: borrowing WriteTransaction
  ) throws -> Touched {
    let unit = try parkedUnit(of: position, transaction)
    try check(unit.filter { $0.position != position })
    var decisions = unit
    for index in decisions.indices where unit[index].position == position {
      let found = try parkedCase(of: unit[index], in: transaction)
      try replace(&decisions[index], by: try EntityFields(state), found, transaction)
      decisions[index].content.base = found.record?.server == nil ? found.latest : found.record?.version ?? 0
      decisions[index].content.clock = try transaction.changeHead { (head) throws(StoreError) in
        head.clock.tick(at: now)
      }
      // It comes to what the hub has: nothing is left to send.
      if decisions[index].content.kind == .update, decisions[index].content.changes.isEmpty, unit.count == 1 {
        return try discard(position, at: now, in: transaction)
      }
    }
    try sendAgain(decisions, changed: [position], transaction)
    try rebase(unit, in: transaction)
    return touched(by: unit)
  }

  /// The operation, with all that takes effect together with it, is given up; what it showed is shown no longer.
  ///
  /// What waits behind it stays. An operation that was sent and has no outcome cannot be taken back.
  package func discard(
    _ position: UInt64, at now: Int64, in transaction: borrowing WriteTransaction
  ) throws -> Touched {
    guard let operation = try transaction.operation(at: position) else { throw Self.missing(position) }
    let unit = try transaction.operations(inUnit: operation.unit)
    guard unit.allSatisfy({ $0.isParked || $0.state == .fresh }) else {
      throw ReplicaError(.notPossible, "operation \(position) has been sent; wait for its outcome")
    }
    for operation in unit {
      try transaction.removeOperation(at: operation.position)
      try transaction.keep(Outcome(number: operation.content.number), of: operation.position, at: now)
    }
    try transaction.changeHead { (head) throws(StoreError) in head.edits += 1 }
    try rebase(unit, in: transaction)
    var touched = touched(by: unit)
    touched.settled = Set(unit.map(\.position))
    return touched
  }

  // MARK: Steps

  private static func missing(_ position: UInt64) -> ReplicaError {
    ReplicaError(.missing, "operation \(position) is not in the queue; it may have its outcome already")
  }

  /// - Throws: `corrupt` when what they say is damaged, so that it cannot be sent.
  private func check(_ unit: [StoredOperation]) throws {
    guard let damaged = unit.first(where: \.isDamaged) else { return }
    throw ReplicaError(
      .corrupt, "what operation \(damaged.position) says is damaged; edit it, or discard it")
  }

  private func parkedUnit(
    of position: UInt64, _ transaction: borrowing WriteTransaction
  ) throws -> [StoredOperation] {
    guard let operation = try transaction.operation(at: position) else { throw Self.missing(position) }
    let unit = try transaction.operations(inUnit: operation.unit)
    guard unit.allSatisfy(\.isParked) else {
      throw ReplicaError(.notPossible, "operation \(position) does not wait for a decision")
    }
    return unit
  }

  /// What was decided about is sent. What the hub has refused, and what has become another operation, gets a new number.
  ///
  /// What was only held back by another of its group keeps its own: when that one was decided about at the hub, a push
  /// that is late may have done this, and under this number it is known again and done once.
  private func sendAgain(
    _ unit: [StoredOperation], changed: Set<UInt64>, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) {
    let head = try transaction.changeHead { (head) throws(StoreError) in
      head.edits += 1
      return head
    }
    // All of a group goes under one incarnation.
    let isPresent = unit.allSatisfy { $0.incarnation == head.incarnation }
    for var operation in unit {
      let isRefused = operation.refusal?.kind == .conflict || operation.refusal?.kind == .rejected
      if !isPresent || isRefused || changed.contains(operation.position) {
        try renumber(operation, state: .fresh, transaction)
      } else {
        operation.state = operation.attempts == 0 ? .fresh : .again
        operation.refusal = nil
        operation.notBefore = 0
        try transaction.store(operation)
      }
    }
  }

  /// Makes the operation one that leads to `state` from what it finds.
  private func replace(
    _ operation: inout StoredOperation, by state: EntityFields, _ found: ParkedCase,
    _ transaction: borrowing WriteTransaction
  ) throws {
    operation.content.kind = found.before == nil ? .create : .update
    // Where the hub has deleted what there was, all of that is brought back. Somebody else may have done so meanwhile, and
    // what is in lists, sets and counters would be there twice if it were added.
    let isBroughtBack = found.before == nil && found.record?.lost != nil
    operation.content.changes =
      isBroughtBack
      ? state.all.map { FieldChange(field: $0.number, kind: .assign, after: $0.bytes) }
      : try Difference.changes(from: found.before ?? EntityFields(), to: state, shape: found.shape)
    operation.content.schema = schema(of: operation.content.type)
    let lanes: [Lane]
    do throws(SyncError) {
      operation.content.changes = try found.shape.checked(operation.content).changes
      lanes = try found.shape.lanes(of: operation.content, on: found.before)
    } catch {
      throw ReplicaError(.invalid, "the change cannot be stored: \(error.message)", cause: error)
    }
    try transaction.leaveLanes(at: operation.position)
    try transaction.addLanes(lanes, at: operation.position)
  }

  private func rebase(_ unit: [StoredOperation], in transaction: borrowing WriteTransaction) throws {
    // In the order of the operations, so that what a file holds does not depend on how a process hashes.
    var done: Set<EntityRef> = []
    for operation in unit where done.insert(operation.entity).inserted { try rebase(operation.entity, in: transaction) }
  }

  private func touched(by unit: [StoredOperation]) -> Touched {
    var touched = Touched()
    touched.entities = Set(unit.map(\.entity))
    touched.isQueueTouched = true
    return touched
  }
}

extension ParkedCase {
  /// The latest version that is known to whoever decides.
  fileprivate var latest: UInt64 {
    max(record?.version ?? 0, operation.refusal?.version ?? 0, operation.content.base)
  }
}
