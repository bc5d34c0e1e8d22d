internal import HoldfastContract
internal import HoldfastStore
internal import HoldfastSync
internal import HoldfastWire

/// One push, operation by operation.
///
/// Operations are taken in units: one for itself, or all of a group. A unit is judged on rows in memory first; nothing of
/// it is written unless all of it can be.
struct PushRun {
  private let context: PushContext
  private let known: ReplicaRecord
  private var replica: ReplicaRecord
  private var openings: PushOpenings
  private var gate = LaneGate()
  private var outcomes: [Outcome] = []
  /// Bytes of entities that the reply still has room for.
  private var room = Limits.pageBytes
  private var groups: Set<UInt64> = []

  /// Begins by forgetting the outcomes up to `confirmed`, which the device has.
  init(
    _ context: PushContext, confirmed: UInt64, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) {
    self.context = context
    known = context.replica
    replica = known
    openings = PushOpenings(replica: known.id)
    let next = min(Int64(clamping: confirmed), OperationID.lastNumber)
    guard next > replica.confirmed else { return }
    try OutcomeTable.forget(replica: replica.id, after: replica.confirmed, upTo: next, transaction)
    replica.confirmed = next
  }

  mutating func take(
    _ operations: [EntityOperation], _ transaction: borrowing WriteTransaction
  ) throws {
    var rest = operations[...]
    while let first = rest.first {
      let end = first.group == 0 ? rest.startIndex + 1 : rest.firstIndex { $0.group != first.group } ?? rest.endIndex
      try take(unit: rest[..<end], transaction)
      rest = rest[end...]
    }
  }

  func finish(_ transaction: borrowing WriteTransaction) throws(StoreError) -> PushReply {
    if replica != known { try ReplicaTable.update(replica, transaction) }
    try openings.write(transaction)
    return PushReply(
      outcomes: outcomes, sequence: UInt64(clamping: context.account.row.sequence),
      clock: context.entities.row.clock(at: context.now))
  }

  // MARK: Units

  private mutating func take(
    unit: ArraySlice<EntityOperation>, _ transaction: borrowing WriteTransaction
  ) throws {
    var draft = PushDraft(context, isGroup: unit.first?.group != 0)
    for operation in unit {
      guard let number = OperationID.number(of: operation) else {
        draft.refuseNumber(of: operation)
        continue
      }
      let standing = try openings.standing(
        of: number, in: operation.opening, highest: replica.number, confirmed: replica.confirmed, transaction)
      let isOwn = try draft.take(operation, standing, isOpen: { gate.isOpen($0) }, transaction)
      guard isOwn else { continue }
      openings.note(number, in: operation.opening)
      replica.number = max(replica.number, number)
    }
    if let fault = groupFault(unit) { draft.refuse(fault) }
    let results = try draft.finish(room: room, transaction)
    if draft.isRefused { gate.close(draft.lanes) }
    room -= results.reduce(0) { $0 + ($1.state?.count ?? 0) }
    outcomes += results
  }

  /// Why operations that are to take effect together cannot; nil when they can.
  private mutating func groupFault(_ unit: ArraySlice<EntityOperation>) -> SyncError? {
    guard let group = unit.first?.group, group != 0 else { return nil }
    guard groups.insert(group).inserted else {
      return SyncError(.malformed, "the operations of a group stand next to each other")
    }
    guard Set(unit.map(\.number)).count == unit.count else {
      return SyncError(.malformed, "two operations of a group have the same number")
    }
    guard unit.count <= HoldfastSync.Limits.groupOperations,
      unit.reduce(0, { $0 + $1.encodedSize }) <= HoldfastSync.Limits.groupBytes
    else {
      return SyncError(
        .tooLarge,
        "a group has at most \(HoldfastSync.Limits.groupOperations) operations of \(HoldfastSync.Limits.groupBytes) bytes"
      )
    }
    return nil
  }
}

/// On what a push works.
struct PushContext {
  let account: SpaceAccount
  let entities: EntityAccount
  /// As it was before the push.
  let replica: ReplicaRecord
  let identity: ReplicaIdentity
  let who: String
  let now: Moment
  let defaultQuota: SpaceAccount.Quota
  /// Nil where the hub seals nothing.
  let seal: SpaceSeal?
}
