internal import HoldfastContract
internal import HoldfastStore
internal import HoldfastSync
internal import HoldfastWire

/// What one unit of a push would do, before any of it is written.
struct PushDraft {
  private struct Place: Hashable {
    let type: Int64
    let key: [UInt8]
  }

  /// An entity that the unit changes.
  private struct Staged {
    let typeName: String
    let before: StoredEntity?
    var row: EntityRow?
    /// The state of the row, where the hub seals and it has any.
    var sealed: SealedContent?
  }

  /// What is to become of an operation.
  private struct Result {
    var outcome: Outcome
    let id: OperationID
    let form: OperationForm
    /// Whether the outcome is kept: that of an operation which is to be sent again is not.
    var isKept = false
    var conflict: EntityConflict?
    var place: Place?
    /// What the operation was made on.
    var base: UInt64 = 0
    /// By whose key what is kept of it is sealed; empty for that of the space.
    var subject = ""
  }

  private let context: PushContext
  private let isGroup: Bool
  private var staged: [Place: Staged] = [:]
  private var order: [Place] = []
  private var entries: [LogEntry] = []
  private var results: [Result] = []
  private var bytes: Int64 = 0
  private var values: Int64 = 0
  private(set) var lanes: [Lane] = []
  /// Whether some operation was not done, and so none of the unit is.
  private(set) var isRefused = false

  init(_ context: PushContext, isGroup: Bool) {
    self.context = context
    self.isGroup = isGroup
  }

  // MARK: Judging

  /// - Parameters:
  ///   - standing: what is known of the operation's number
  ///   - isOpen: whether nothing that was not done stands before an operation in these lanes
  /// - Returns: whether the number is the operation's own.
  /// - Throws: `MissingKey` when a key has to be made first.
  mutating func take(
    _ operation: EntityOperation, _ standing: NumberStanding, isOpen: ([Lane]) -> Bool,
    _ transaction: borrowing WriteTransaction
  ) throws -> Bool {
    lanes.append(Lane(key: operation.key))
    let form = OperationForm(operation)
    var result = Result(
      outcome: Outcome(number: operation.number, kind: .blocked),
      id: OperationID(replica: context.replica.id, number: Int64(clamping: operation.number)), form: form)
    defer { add(result) }
    let type = try transaction.shared(EntityTypes.self).find(operation.type, in: context.account.id, transaction)
    var stored: EntityRow?
    if let type {
      stored = try find(operation.key, of: type, transaction)
      // A parent that cannot be read holds back nothing; judging finds the same fault.
      if let own = try? type.shape.lanes(of: operation, on: stored?.fields) { lanes += own.dropFirst() }
    }
    switch standing {
    case .new: break
    case .open:
      guard let known = try OutcomeTable.find(result.id, for: form, opening: context.seal, transaction) else { break }
      result.outcome = known.outcome(on: stored)
      result.outcome.number = operation.number
      return known.relation != .foreign
    case .over:
      result.outcome.isReplay = true
      result.outcome.reject(.alreadyExists, "the outcome of the operation was confirmed, and is forgotten")
      return true
    case .foreign:
      result.outcome.rejectNumber()
      return false
    }
    guard !isRefused, isOpen(lanes) else { return true }
    guard let type else {
      result.outcome.reject(.invalidArgument, "no device has described the entity type \(operation.type)")
      result.isKept = true
      return true
    }
    guard operation.schema <= type.shape.description.version else {
      result.outcome.kind = .retry
      result.outcome.retryAfter = Limits.schemaPause
      result.outcome.message =
        "the hub knows \(operation.type) in version \(type.shape.description.version); join first"
      return true
    }
    try judge(operation, of: type, on: stored, &result)
    return true
  }

  /// The operation has a number that none can have.
  mutating func refuseNumber(of operation: EntityOperation) {
    lanes.append(Lane(key: operation.key))
    var result = Result(
      outcome: Outcome(number: operation.number), id: OperationID(replica: context.replica.id, number: 0),
      form: OperationForm(operation))
    result.outcome.reject(.invalidArgument, "operations are numbered from 1 to \(OperationID.lastNumber)")
    add(result)
  }

  private mutating func add(_ result: Result) {
    if !result.outcome.kind.isDone, isGroup || result.outcome.kind != .gone { isRefused = true }
    results.append(result)
  }

  /// A fault of the unit as a whole: its first operation that is not done already is rejected, unless one is refused for
  /// a fault of its own.
  mutating func refuse(_ fault: SyncError) {
    guard !isRefused, let index = results.firstIndex(where: { !$0.outcome.isReplay }) else { return }
    results[index].outcome = Outcome(number: results[index].outcome.number)
    results[index].outcome.reject(fault)
    results[index].place = nil
    isRefused = true
  }

  private mutating func judge(
    _ operation: EntityOperation, of type: EntityType, on row: EntityRow?, _ result: inout Result
  ) throws {
    let place = Place(type: type.id, key: operation.key)
    let next = context.account.row.sequence + Int64(entries.count) + 1
    let judgement = Judgement(
      shape: type.shape, replica: UInt64(context.replica.id), next: UInt64(clamping: next),
      now: context.now.microseconds)
    result.isKept = true
    var operation = operation
    // A version that the hub has never given: it is of a past that the hub has lost, so nothing here was seen.
    if operation.base > UInt64(clamping: context.account.row.sequence) { operation.base = 0 }
    result.subject = type.subject(of: row?.fields)
    switch judgement.verdict(on: operation, row: row) {
    case .apply(let changed, let isNews):
      do {
        try grow(from: row, to: changed, key: operation.key)
      } catch {
        result.outcome.reject(error)
        return
      }
      result.place = place
      result.base = operation.base
      result.subject = type.subject(of: changed.fields)
      result.outcome.describe(.applied, changed, isNews: isNews)
      let sealed = try context.seal.sealed(changed, of: type, key: operation.key)
      stage(changed, sealed, at: place)
      entries.append(
        LogEntry(kind: .entity, changed, sealed: sealed, type: type.shape.type, key: operation.key))
    case .superseded(let isNews):
      result.place = place
      result.base = operation.base
      result.outcome.describe(.superseded, row, isNews: isNews)
    case .conflict(let fields):
      // Of a group that fails nothing is kept: the entity is as it was before the group.
      result.outcome.describe(.conflict, staged[place]?.before?.row, isNews: true)
      result.outcome.fields = fields
      guard context.entities.row.conflicts < Limits.conflicts else {
        result.outcome = Outcome(number: operation.number)
        result.outcome.reject(.resourceExhausted, "\(Limits.conflicts) conflicts of the space wait already")
        return
      }
      result.place = place
      result.conflict = EntityConflict(
        replica: context.identity, operation: operation, version: result.outcome.version,
        state: result.outcome.state ?? [], isDeleted: result.outcome.isDeleted, fields: fields,
        at: context.now.timestamp,
        by: context.who)
    case .gone: result.outcome.kind = .gone
    case .rejected(let error): result.outcome.reject(error)
    }
  }

  // MARK: Rows in memory

  /// The entity as the unit has left it so far.
  private mutating func find(
    _ key: [UInt8], of type: EntityType, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) -> EntityRow? {
    let place = Place(type: type.id, key: key)
    if let known = staged[place] { return known.row }
    let stored = try EntityTable.find(type: type.id, key: key, opening: context.seal, transaction)
    staged[place] = Staged(typeName: type.shape.type, before: stored, row: stored?.row)
    return stored?.row
  }

  private mutating func stage(_ row: EntityRow, _ sealed: SealedContent?, at place: Place) {
    staged[place]?.row = row
    staged[place]?.sealed = sealed
    if !order.contains(place) { order.append(place) }
  }

  private mutating func grow(from old: EntityRow?, to new: EntityRow, key: [UInt8]) throws(QuotaExceeded) {
    let growth = StoredEntity.growth(from: old, to: new, key: key)
    try context.account.allow(
      bytes: bytes + growth.bytes, values: values + growth.values, defaultQuota: context.defaultQuota)
    bytes += growth.bytes
    values += growth.values
  }

  // MARK: Writing

  /// Writes the unit, or only what is to be known of its refusal.
  ///
  /// - Parameter room: bytes of entities that the reply can still take
  mutating func finish(room: Int, _ transaction: borrowing WriteTransaction) throws -> [Outcome] {
    let news = results.reduce(0) { $0 + ($1.outcome.state?.count ?? 0) }
    if news > Limits.newsBytes {
      refuse(SyncError(.tooLarge, "what the entities of the group have become has \(news) bytes"))
    } else if news > room, room < Limits.pageBytes {
      postpone()
    }
    guard isRefused else {
      try write(transaction)
      return results.map(\.outcome)
    }
    for index in results.indices
    where [.applied, .superseded].contains(results[index].outcome.kind) && !results[index].outcome.isReplay {
      results[index].outcome = Outcome(number: results[index].outcome.number, kind: .blocked)
      results[index].isKept = false
    }
    for result in results where result.isKept { try keep(result, transaction) }
    return results.map(\.outcome)
  }

  /// The reply has no room for what the device would have to be told.
  private mutating func postpone() {
    for index in results.indices {
      let number = results[index].outcome.number
      results[index].outcome = Outcome(number: number, kind: .blocked)
      if index == 0 { results[index].outcome = Outcome(number: number, kind: .retry, retryAfter: .zero) }
      results[index].isKept = false
    }
    isRefused = true
  }

  private func write(_ transaction: borrowing WriteTransaction) throws {
    let (account, entities) = (context.account, context.entities)
    if !entries.isEmpty {
      try ChangeLog.append(
        entries, to: account, at: context.now, who: context.who, operation: nil, outcome: [], transaction)
      account.row.bytes += bytes
      account.row.values += values
    }
    for place in order {
      guard let entity = staged[place], let row = entity.row else { continue }
      try EntityTable.put(
        row, sealed: entity.sealed, space: account.id, type: place.type, key: place.key,
        replacing: entity.before?.id, transaction)
      entities.row.replace(entity.before?.row, by: row, type: entity.typeName, key: place.key)
    }
    for result in results where result.isKept { try keep(result, transaction) }
  }

  private func keep(_ result: Result, _ transaction: borrowing WriteTransaction) throws {
    var outcome = result.outcome
    outcome.number = 0
    try OutcomeTable.insert(
      outcome, of: result.id, form: result.form, sealing: context.seal, subject: result.subject, transaction)
    guard let place = result.place else { return }
    if let conflict = result.conflict {
      try ConflictTable.insert(
        conflict, of: result.id, type: place.type, in: context.entities, sealing: context.seal,
        subject: result.subject, transaction)
    } else if context.entities.row.conflicts > 0 {
      try ConflictTable.settle(
        type: place.type, key: place.key, replica: context.replica.id, upTo: result.base, in: context.entities,
        transaction)
    }
  }
}
