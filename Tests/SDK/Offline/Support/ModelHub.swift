import HoldfastContract
import HoldfastSync

@testable import HoldfastSDK

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A hub in a few lines: rows, outcomes, a history that can be lost, answers to `join`, `push` and `pull`.
struct ModelHub: SteppedHub {
  private struct Identity: Hashable {
    let incarnation: UUID
    let number: UInt64
  }

  private(set) var rows: [EntityRef: EntityRow] = [:]
  private(set) var sequence: UInt64 = 0
  private var shapes: [String: EntityShape] = [:]
  /// The hub's numbers for incarnations.
  private var replicas: [UUID: UInt64] = [:]
  private var highest: [UUID: UInt64] = [:]
  private var done: [Identity: (content: [UInt8], outcome: Outcome)] = [:]
  /// The entities that operations in conflict are on.
  private var conflicts: [UInt64: EntityRef] = [:]
  private(set) var epoch: [UInt8] = [1]
  /// For each epoch but the first, up to where its history is that of the one before.
  private var shared: [UInt8: UInt64] = [:]
  var pageEntities = 3
  var now: Int64 = 1_000_000
  /// What the next operations on these come to, in place of what they would.
  var refusals: [EntityRef: Outcome] = [:]

  /// The hub as it was, as far as it knows: with a new history.
  mutating func restore(_ backup: ModelHub) {
    let next = epoch[0] + 1
    self = backup
    shared[next] = backup.sequence
    epoch = [next]
  }

  /// The hub is started again: a history of its own, of which all is that of before.
  mutating func restart() {
    let whole = self
    restore(whole)
  }

  /// Up to where the history that `earlier` names is that of now; 0 when it is not known.
  private func common(with earlier: [UInt8]) -> UInt64 {
    guard let earlier = earlier.first, earlier <= epoch[0] else { return 0 }
    return earlier == epoch[0] ? sequence : (earlier + 1...epoch[0]).compactMap { shared[$0] }.min() ?? 0
  }

  func state(_ entity: EntityRef) -> [UInt8]? { rows[entity].flatMap { $0.isDeleted ? nil : $0.state } }

  mutating func erase(_ entity: EntityRef) {
    rows[entity] = EntityRow(version: sequence, isDeleted: true, isErased: true)
  }

  /// Somebody decides about the conflicts of an entity: the hub's state stays.
  mutating func decide(_ entity: EntityRef) {
    for (identity, entry) in done where entry.outcome.kind == .conflict && conflicts[entry.outcome.number] == entity {
      done[identity]?.outcome = Outcome(number: entry.outcome.number, kind: .superseded)
    }
  }

  // MARK: Calls

  mutating func join(_ request: JoinRequest) throws -> JoinReply {
    for description in request.entities where description.version >= shapes[description.type]?.description.version ?? 0
    {
      shapes[description.type] = try EntityShape(description)
    }
    let incarnation = request.replica.incarnation
    if replicas[incarnation] == nil { replicas[incarnation] = UInt64(replicas.count + 1) }
    return JoinReply(
      epoch: epoch, sequence: sequence, clock: ClockReading(time: now), number: highest[incarnation] ?? 0,
      shared: common(with: request.epoch))
  }

  mutating func push(_ request: PushRequest) throws -> PushReply {
    guard request.epoch == epoch else { throw JoinFirst() }
    var gate = LaneGate()
    var outcomes: [Outcome] = []
    for operation in request.operations {
      guard let shape = shapes[operation.type] else { throw SyncError(.description, "no such type") }
      let entity = EntityRef(type: operation.type, key: operation.key)
      let lanes = try shape.lanes(of: operation, on: rows[entity]?.fields)
      var outcome = Outcome(number: operation.number, kind: .blocked)
      if gate.isOpen(lanes) { outcome = take(operation, entity, shape, request.replica.incarnation) }
      if ![.applied, .superseded, .gone].contains(outcome.kind) { gate.close(lanes) }
      outcomes.append(outcome)
    }
    return PushReply(outcomes: outcomes, sequence: sequence, clock: ClockReading(time: now))
  }

  private mutating func take(
    _ operation: EntityOperation, _ entity: EntityRef, _ shape: EntityShape, _ incarnation: UUID
  ) -> Outcome {
    let identity = Identity(incarnation: incarnation, number: operation.number)
    highest[incarnation] = max(highest[incarnation] ?? 0, operation.number)
    if let (content, first) = done[identity] {
      guard content == operation.content else {
        return Outcome(number: operation.number, kind: .rejected, status: 6, message: "operation mismatch")
      }
      var outcome = first
      outcome.isReplay = true
      return outcome
    }
    if var refusal = refusals[entity] {
      refusal.number = operation.number
      if refusal.kind == .rejected { done[identity] = (operation.content, refusal) }
      return refusal
    }
    let judgement = Judgement(
      shape: shape, replica: replicas[incarnation] ?? 0, next: sequence + 1, now: now)
    var outcome = Outcome(number: operation.number)
    var isNews = false
    switch judgement.verdict(on: operation, row: rows[entity]) {
    case .apply(let row, let news):
      sequence += 1
      rows[entity] = row
      (outcome.kind, isNews) = (.applied, news)
    case .superseded(let news): (outcome.kind, isNews) = (.superseded, news)
    case .conflict(let fields):
      (outcome.kind, isNews) = (.conflict, true)
      outcome.fields = fields
      conflicts[operation.number] = entity
    case .gone: outcome.kind = .gone
    case .rejected(let error):
      outcome.kind = .rejected
      outcome.message = error.message
    }
    outcome.version = rows[entity]?.version ?? 0
    outcome.isDeleted = rows[entity]?.isDeleted ?? isNews
    if isNews { outcome.state = rows[entity]?.state ?? [] }
    done[identity] = (operation.content, outcome)
    return outcome
  }

  /// A page. A cursor of another history or of other filters begins anew.
  func pull(_ request: PullRequest) throws -> PullReply {
    let filters = try FilterSet(request.filters)
    var known = Cursor(request.cursor)
    if let old = known, old.epoch != epoch, old.end > 0, old.end <= common(with: old.epoch) { known?.epoch = epoch }
    let isValid = known?.isValid(epoch: epoch, filters: filters.hash, floor: 0, last: sequence) ?? false
    var cursor = known ?? Cursor(epoch: epoch, filters: filters.hash)
    if !isValid { cursor = Cursor(epoch: epoch, filters: filters.hash) }
    let news = rows.filter { entity, row in
      guard row.version > cursor.sequence, filters.wants(type: entity.type) else { return false }
      return row.isDeleted || filters.matches(type: entity.type, row.fields)
        || filters.mayHaveLeft(type: entity.type, row.marks, since: cursor.sequence, told: cursor.sequence)
    }.sorted { $0.value.version < $1.value.version }
    let page = news.prefix(pageEntities).map { entity, row in
      var state = EntityState(
        type: entity.type, key: entity.key, version: row.version, state: row.state, isDeleted: row.isDeleted)
      if !row.isDeleted, !filters.matches(type: entity.type, row.fields) {
        state.isRemoved = true
        state.state = []
      }
      return state
    }
    let more = news.count > page.count
    cursor.sequence = more ? page.last?.version ?? cursor.sequence : sequence
    return PullReply(
      entities: page, cursor: cursor.bytes, more: more, restart: !isValid, sequence: sequence,
      clock: ClockReading(time: now))
  }

  func checksum(_ filters: FilterSet? = nil) -> ChecksumReply {
    var checksum = Checksum()
    for (entity, row) in rows
    where !row.isDeleted && filters?.matches(type: entity.type, row.fields) ?? true {
      checksum.add(type: entity.type, key: entity.key, version: row.version, state: row.state)
    }
    return ChecksumReply(entities: checksum.entities, checksum: checksum.bytes, sequence: sequence)
  }
}
