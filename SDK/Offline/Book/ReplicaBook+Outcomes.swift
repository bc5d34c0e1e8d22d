package import HoldfastContract
package import HoldfastStore
package import HoldfastSync
package import HoldfastWire

#if canImport(FoundationEssentials)
  package import FoundationEssentials
#else
  package import Foundation
#endif

/// What the hub said of a push.
extension ReplicaBook {
  /// What has come of a push.
  package struct Settled: Sendable {
    /// For the machine.
    package var results: [UInt64: PushResult] = [:]
    package var touched = Touched()
    /// Operations that wait for a person or the program since now.
    package var parked: [UInt64] = []
    /// The hub knows an operation under its identity that says something else: somebody else has used this incarnation,
    /// and so it was ended here.
    package var hasNewIncarnation = false
    /// Operations that the hub has done, and those that it has not taken.
    package var applied = 0
    package var refused = 0
  }

  /// Keeps what became of operations.
  ///
  /// What takes effect together is settled together. An operation whose outcome says nothing of the state comes to what
  /// the device thinks; that of others is what the hub says.
  ///
  /// - Parameter fresh: an incarnation that nobody has used.
  package func settle(
    _ reply: PushReply, at now: Int64, fresh: UUID, in transaction: borrowing WriteTransaction
  ) throws -> Settled {
    var settled = Settled()
    try transaction.changeHead { (head) throws(StoreError) in
      head.clock.hear(reply.clock, at: now)
      head.seen = reply.outcomes.reduce(head.seen) { max($0, $1.version) }
    }
    let outcomes = Dictionary(
      reply.outcomes.map { ($0.number, $0.isForgotten ? Outcome(number: $0.number, kind: .superseded) : $0) },
      uniquingKeysWith: { first, _ in first })
    var units: [[StoredOperation]] = []
    var seen: Set<UInt64> = []
    for outcome in reply.outcomes {
      guard let operation = try transaction.operation(numbered: outcome.number) else {
        settled.results[outcome.number] = .done
        continue
      }
      guard seen.insert(operation.unit).inserted else { continue }
      let isAlone = operation.content.group == 0
      units.append(isAlone ? [operation] : try transaction.operations(inUnit: operation.unit))
    }
    for unit in units {
      let results = unit.map { outcomes[$0.content.number].map { PushResult($0) } ?? .again(after: .zero) }
      for (operation, result) in zip(unit, results) { settled.results[operation.content.number] = result }
      if results.allSatisfy({ $0 == .done }) {
        for operation in unit {
          if let outcome = outcomes[operation.content.number] {
            try finish(operation, outcome, at: now, &settled, transaction)
          }
        }
      } else if unit.contains(where: { outcomes[$0.content.number]?.isMismatch == true }) {
        try identifyAnew(unit, fresh, &settled, transaction)
      } else if results.contains(.parked) {
        try park(unit, outcomes, at: now, &settled, transaction)
      } else {
        try putOff(unit, outcomes, at: now, transaction)
      }
    }
    settled.touched.isQueueTouched = true
    return settled
  }

  /// The operation has come to its end.
  private func finish(
    _ operation: StoredOperation, _ outcome: Outcome, at now: Int64, _ settled: inout Settled,
    _ transaction: borrowing WriteTransaction
  ) throws {
    settled.applied += 1
    try transaction.removeOperation(at: operation.position)
    try transaction.keep(outcome, of: operation.position, at: now)
    settled.touched.settled.insert(operation.position)
    settled.touched.entities.insert(operation.entity)
    let head = try transaction.head()
    let arrival = Arrival(now: now, outcomeUnder: head)
    guard let record = try transaction.entity(at: operation.row) else { return }
    // A page may have brought it already.
    let isNews = outcome.version > record.version && !outcome.isPast(head)
    switch outcome.kind {
    case .gone:
      try setServer(operation.entity, to: nil, version: outcome.version, arrival, in: transaction)
    case _ where isNews && (outcome.state != nil || outcome.isDeleted):
      let state = outcome.isDeleted ? nil : outcome.state
      try setServer(operation.entity, to: state, version: outcome.version, arrival, in: transaction)
    // What a part makes of the rest is not known where that is not: it has left the filters.
    case .applied where isNews && (record.server != nil || operation.content.kind != .update):
      let server = try record.server.map { (bytes) throws(SyncError) in try EntityFields(bytes) }
      let state = try Rebase.local(
        server: server, pending: [operation.content], shape: try shape(of: record.type, in: transaction))
      // If it was the first that waited, what is seen stays what it is.
      try transaction.execute(
        """
        UPDATE entity SET server = $2, version = $3, pass = $4, pending = $5,
          local = CASE WHEN $5 > 0 THEN local END, lost = NULL WHERE id = $1
        """,
        [
          .integer(record.id), .bytes(state?.message), .integer(Int64(bitPattern: outcome.version)),
          .integer(arrival.pass), .integer(record.pending - 1),
        ])
      if record.pending == 1 {
        try letGo(record.id, record.type, state?.message, in: transaction)
      } else if try transaction.waits(before: operation) {
        try rebase(operation.entity, in: transaction)
      }
    default: try rebase(operation.entity, in: transaction)
    }
  }

  /// Somebody has to decide.
  private func park(
    _ unit: [StoredOperation], _ outcomes: [UInt64: Outcome], at now: Int64, _ settled: inout Settled,
    _ transaction: borrowing WriteTransaction
  ) throws {
    let head = try transaction.head()
    let arrival = Arrival(now: now, outcomeUnder: head)
    for var operation in unit {
      let outcome = outcomes[operation.content.number]
      operation.state = .parked
      if let outcome, outcome.kind == .conflict || outcome.kind == .rejected {
        operation.refusal = outcome
        operation.refusal?.state = nil
        settled.refused += 1
        // With what it met, the conflict shows what the hub has.
        let version = try transaction.entity(operation.content.type, operation.content.key)?.version ?? 0
        let isNews = outcome.version >= version && (outcome.version == version || !outcome.isPast(head))
        if outcome.kind == .conflict, isNews, outcome.state != nil || outcome.isDeleted {
          try setServer(
            operation.entity, to: outcome.isDeleted ? nil : outcome.state, version: outcome.version, arrival,
            in: transaction)
          settled.touched.entities.insert(operation.entity)
        }
      }
      try transaction.store(operation)
      settled.parked.append(operation.position)
      settled.touched.settled.insert(operation.position)
    }
  }

  /// Nothing came of it so far.
  private func putOff(
    _ unit: [StoredOperation], _ outcomes: [UInt64: Outcome], at now: Int64,
    _ transaction: borrowing WriteTransaction
  ) throws {
    for var operation in unit {
      guard let outcome = outcomes[operation.content.number] else { continue }
      if outcome.kind == .retry || outcome.kind == .blocked { operation.state = .again }
      if let pause = outcome.retryAfter { operation.notBefore = now.addingSaturated(pause.microseconds) }
      operation.refusal = outcome
      operation.refusal?.state = nil
      try transaction.store(operation)
    }
  }

  /// The operations' numbers are those of another life of the file, which has used the same incarnation. The hub has not
  /// done these. They keep their numbers, under an incarnation that follows from the old one and their opening: whoever
  /// else has them, in a copy of this file, comes to the same identities, and they are done once.
  private func identifyAnew(
    _ unit: [StoredOperation], _ fresh: UUID, _ settled: inout Settled, _ transaction: borrowing WriteTransaction
  ) throws {
    // All of a group goes under one.
    let opening = unit.max { $0.content.number < $1.content.number }?.content.opening ?? 0
    for var operation in unit {
      settled.results[operation.content.number] = .again(after: .zero)
      let taken = operation.incarnation
      // What is made from now on is to meet nobody else's numbers.
      settled.hasNewIncarnation = try transaction.changeHead { (head) throws(StoreError) in
        guard head.incarnation == taken else { return settled.hasNewIncarnation }
        head.incarnation = fresh
        return true
      }
      operation.incarnation = taken.branch(opening)
      operation.state = .fresh
      operation.refusal = nil
      operation.notBefore = 0
      try transaction.store(operation)
    }
  }

  /// Gives an operation a new identity, under which the hub knows nothing of it; it keeps its place.
  func renumber(
    _ operation: StoredOperation, state: StoredOperation.State, refusal: Outcome? = nil,
    _ transaction: borrowing WriteTransaction
  ) throws(StoreError) {
    var operation = operation
    let head = try transaction.changeHead { (head) throws(StoreError) in
      head.lastNumber += 1
      head.edits += 1
      return head
    }
    (operation.content.number, operation.content.opening) = (head.lastNumber, head.opening)
    operation.content.revision = 0
    operation.incarnation = head.incarnation
    operation.state = state
    operation.refusal = refusal
    operation.notBefore = 0
    try transaction.store(operation)
  }

  /// The hub cannot take these at all, for the reason that the status names: they are parked.
  package func park(
    _ numbers: [UInt64], _ status: Status, message: String, at now: Int64,
    in transaction: borrowing WriteTransaction
  ) throws -> Settled {
    var settled = Settled()
    let refusal = { Outcome(number: $0, kind: .rejected, status: UInt32(status.rawValue), message: message) }
    for number in numbers {
      guard let operation = try transaction.operation(numbered: number), !operation.isParked else { continue }
      try park([operation], [number: refusal(number)], at: now, &settled, transaction)
    }
    settled.touched.isQueueTouched = true
    return settled
  }
}

extension ReplicaBook.Arrival {
  /// What an outcome says of an entity does not stand for the pass that is under way: the entity may have gone again
  /// before that began, which the pass tells by not mentioning it. Nor does it where not all is wanted.
  fileprivate init(now: Int64, outcomeUnder head: ReplicaHead) {
    let pass = head.isPassing ? head.pass - 1 : head.pass
    self.init(now: now, pass: head.filters.isEmpty ? pass : Self.untold)
  }
}

extension Outcome {
  /// Whether this was said before, and the pages since have told what has become of it.
  fileprivate func isPast(_ head: ReplicaHead) -> Bool { isReplay && version <= head.pulledTo }

  /// Whether the hub knows another operation under this identity.
  fileprivate var isMismatch: Bool {
    kind == .rejected && status == UInt32(Status.alreadyExists.rawValue) && !isReplay
  }

  /// Whether the operation had its outcome and that was confirmed, by a copy of this replica: nothing is left to do.
  fileprivate var isForgotten: Bool {
    kind == .rejected && status == UInt32(Status.alreadyExists.rawValue) && isReplay
  }
}

extension Duration {
  /// Whole microseconds, or the nearest that fits.
  var microseconds: Int64 { saturatingNanoseconds / 1_000 }
}

extension Int64 {
  func addingSaturated(_ other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? (other < 0 ? .min : .max) : sum
  }
}
