package import HoldfastContract
internal import HoldfastRPC
package import HoldfastStore
internal import HoldfastSync
internal import HoldfastWire

extension SyncDesk {
  /// Some of the operations that wait for a decision, oldest first.
  package func conflicts<Reading: Transaction & ~Copyable>(
    _ request: ConflictsRequest, _ transaction: borrowing Reading
  ) throws(StoreError) -> ConflictsReply {
    guard let space = try SpaceEnds.find(request.space, transaction) else { return ConflictsReply() }
    let limit = request.limit == 0 ? Limits.listedConflicts : min(Int(request.limit), Limits.listedConflicts)
    return try ConflictTable.page(
      of: space.id, after: request.after, limit: limit, opening: seal(of: request.space), transaction)
  }

  /// Decides about a conflict: writes what was chosen over whatever the entity is by now, and gives the operation this
  /// outcome in the place of the conflict.
  ///
  /// - Throws: `NoSuchConflict`; `invalidArgument` for a choice or changes that make no sense.
  package func resolve(
    _ request: ResolveRequest, by principal: String, at now: Int64, _ transaction: borrowing WriteTransaction
  ) throws -> ResolveReply {
    guard let space = try SpaceEnds.find(request.space, transaction) else { throw NoSuchConflict(id: request.id) }
    let account = try transaction.shared(SpaceLedger.self).openAccount(named: request.space, transaction)
    let entities = try transaction.shared(EntityLedger.self).openAccount(of: account.id, transaction)
    let seal = seal(of: request.space)
    guard let stored = try ConflictTable.find(request.id, in: space.id, opening: seal, transaction),
      let type = try transaction.shared(EntityTypes.self).find(
        stored.conflict.operation.type, in: space.id, transaction)
    else { throw NoSuchConflict(id: request.id) }
    let decision = Decision(
      account: account, entities: entities, type: type, who: principal, now: Moment(microseconds: now),
      defaultQuota: defaultQuota, seal: seal)
    var outcome = try decision.perform(request, on: stored, transaction)
    outcome.number = 0
    try ConflictTable.remove(request.id, in: entities, transaction)
    try OutcomeTable.replace(outcome, of: stored.operation, sealing: seal, transaction)
    outcome.number = stored.operation.number
    return ResolveReply(outcome: outcome)
  }
}

/// What somebody has decided about an operation that met a conflict.
private struct Decision {
  let account: SpaceAccount
  let entities: EntityAccount
  let type: EntityType
  let who: String
  let now: Moment
  let defaultQuota: SpaceAccount.Quota
  let seal: SpaceSeal?

  func perform(
    _ request: ResolveRequest, on stored: StoredConflict, _ transaction: borrowing WriteTransaction
  ) throws -> Outcome {
    var operation = stored.conflict.operation
    let entity = try EntityTable.find(type: type.id, key: operation.key, opening: seal, transaction)
    var outcome = Outcome()
    switch request.choice {
    case .server:
      // It stays as it is, and is written all the same: so the device hears of it, and asks what its operation came to.
      var row = entity?.row
      if row?.isErased == false { row?.version = UInt64(clamping: account.row.sequence + 1) }
      if let row, !row.isErased { try write(row, over: entity, key: operation.key, transaction) }
      outcome.describe(.superseded, row, isNews: true)
      return outcome
    case .mine: break
    case .merged:
      operation.kind = .update
      operation.changes = request.changes
    default: throw CallError<Never>(.invalidArgument, "a conflict is decided as mine, server or merged")
    }
    // Whoever decides has seen what there is, and decides after it.
    operation.base = entity?.row.version ?? 0
    operation.clock = max(entities.row.clock.next, ClockReading(time: now.microseconds))
    if operation.kind == .update, entity?.row.isDeleted ?? true { operation.kind = .create }
    let replica = request.choice == .mine ? UInt64(stored.operation.replica) : 0
    let judgement = Judgement(
      shape: type.shape, replica: replica, next: UInt64(clamping: account.row.sequence + 1), now: now.microseconds)
    switch judgement.verdict(on: operation, row: entity?.row) {
    case .apply(let row, _):
      try write(row, over: entity, key: operation.key, transaction)
      outcome.describe(.applied, row, isNews: true)
    case .superseded: outcome.describe(.superseded, entity?.row, isNews: true)
    case .gone: outcome.kind = .gone
    case .rejected(let error): throw CallError<Never>(.invalidArgument, error.description)
    case .conflict:
      throw CallError<Never>(.internal, "a decision on the newest version met a conflict")
    }
    return outcome
  }

  private func write(
    _ row: EntityRow, over entity: StoredEntity?, key: [UInt8], _ transaction: borrowing WriteTransaction
  ) throws {
    do {
      let growth = StoredEntity.growth(from: entity?.row, to: row, key: key)
      try account.grow(bytes: growth.bytes, values: growth.values, defaultQuota: defaultQuota)
    } catch {
      throw CallError<Never>(.resourceExhausted, "the space may have \(error.limit) \(error.resource)")
    }
    let sealed = try seal.sealed(row, of: type, key: key)
    let entry = LogEntry(kind: .entityDecided, row, sealed: sealed, type: type.shape.type, key: key)
    try ChangeLog.append([entry], to: account, at: now, who: who, operation: nil, outcome: [], transaction)
    try EntityTable.put(
      row, sealed: sealed, space: account.id, type: type.id, key: key, replacing: entity?.id, transaction)
    entities.row.replace(entity?.row, by: row, type: type.shape.type, key: key)
  }
}
