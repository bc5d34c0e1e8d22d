internal import HoldfastContract
internal import HoldfastSDK
internal import HoldfastSync
internal import HoldfastWire

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// What a hub has said and is to stand by, kept apart from it. A value, so that it goes back in time with a backup.
struct HubAccount {
  private struct Identity: Hashable {
    let incarnation: UUID
    let number: UInt64
  }

  private struct Answer: Hashable {
    let kind: OutcomeKind
    let version: UInt64
  }

  /// What a field of the timestamp policy has to come to.
  private struct Stamp {
    var clock: ClockReading
    var value: [UInt8]
    var version: UInt64
    var writer: UUID
  }

  private var answers: [Identity: Answer] = [:]
  private var stamps: [EntityRef: Stamp] = [:]
  /// Entities of which it is not known which clock counted.
  private var unclear: Set<EntityRef> = []
  /// Entities that are gone for good.
  var erased: Set<EntityRef> = []

  /// Somebody has decided about an operation: it may have another outcome now, and another clock.
  mutating func decided(_ conflict: EntityConflict) {
    let operation = conflict.operation
    answers[Identity(incarnation: conflict.replica.incarnation, number: operation.number)] = nil
    unclear.insert(EntityRef(type: operation.type, key: operation.key))
  }

  /// A push may have been done, and nobody knows: the power went.
  mutating func lost(_ request: PushRequest) {
    for operation in request.operations where operation.type == TallyWork.type {
      unclear.insert(EntityRef(type: operation.type, key: operation.key))
    }
  }

  /// The hub has answered a push.
  /// - Returns: what is wrong with that, and what was covered.
  mutating func answered(
    _ request: PushRequest, _ reply: PushReply, at now: Int64
  ) -> (complaints: [String], events: [SimulationCoverage.Event]) {
    var complaints: [String] = []
    var events: [SimulationCoverage.Event] = []
    let outcomes = Dictionary(reply.outcomes.map { ($0.number, $0) }, uniquingKeysWith: { first, _ in first })
    if reply.outcomes.count != request.operations.count {
      complaints.append("a push of \(request.operations.count) operations has \(reply.outcomes.count) outcomes")
    }
    for operation in request.operations {
      guard let outcome = outcomes[operation.number] else { continue }
      let name = "operation \(operation.number)"
      events += outcome.kind.events
      if outcome.isReplay { events.append(.replay) }
      if outcome.kind == .applied || outcome.kind == .superseded {
        events += note(operation, outcome, by: request.replica.incarnation, at: now)
        if !outcome.isReplay, erased.contains(EntityRef(type: operation.type, key: operation.key)) {
          complaints.append("\(name) changed an entity that was erased")
        }
      }
      let identity = Identity(incarnation: request.replica.incarnation, number: operation.number)
      if outcome.isForeign { events.append(outcome.isReplay ? .forgotten : .numberTaken) }
      if outcome.isPartlyDone { events.append(.partlyDone) }
      guard outcome.kind.isFinal, !outcome.isForeign, !outcome.isPartlyDone else { continue }
      let answer = Answer(kind: outcome.kind, version: outcome.version)
      if let earlier = answers[identity], earlier != answer {
        complaints.append(
          "\(name) came to \(earlier.kind) at version \(earlier.version), "
            + "and now to \(answer.kind) at \(answer.version)")
      }
      answers[identity] = answer
    }
    return (complaints, events)
  }

  /// Notes what a change does to a field of which the latest prevails, by the rule and not by the order of arrival.
  private mutating func note(
    _ operation: EntityOperation, _ outcome: Outcome, by writer: UUID, at now: Int64
  ) -> [SimulationCoverage.Event] {
    let entity = EntityRef(type: operation.type, key: operation.key)
    guard operation.type == TallyWork.type,
      let change = operation.changes.last(where: { $0.field == TallyWork.stamp && $0.kind == .assign })
    else { return [] }
    let clock = operation.clock.clamped(at: now)
    // When it was done before, the clock may have been taken back further then.
    if clock != ClockReading(time: operation.clock.time, counter: operation.clock.counter) { unclear.insert(entity) }
    let stamp = Stamp(clock: clock, value: change.after, version: outcome.version, writer: writer)
    guard let known = stamps[entity] else {
      stamps[entity] = stamp
      return []
    }
    // Who has seen a value replaces it, whatever a clock says that has gone back since.
    let isSeen = operation.base >= known.version || known.writer == writer
    if isSeen && clock <= known.clock { unclear.insert(entity) }
    let isTie = !isSeen && known.clock == clock && known.value != change.after
    if (known.clock, 0) < (clock, 0) || isTie && known.value.lexicographicallyPrecedes(change.after) {
      stamps[entity] = stamp
    }
    return isTie ? [.timestampTie] : []
  }

  /// What is wrong with what the hub holds.
  func complaints(about holdings: [EntityRef: SimulatedHub.Holding]) throws -> [String] {
    var complaints: [String] = []
    for (entity, stamp) in stamps.sorted(by: { $0.key.key.lexicographicallyPrecedes($1.key.key) })
    where !unclear.contains(entity) {
      guard let holding = holdings[entity] else {
        complaints.append("\(entity.text) is not there, although it was changed and never deleted")
        continue
      }
      let value = try EntityFields(holding.state)[TallyWork.stamp]
      if value != stamp.value {
        complaints.append(
          "the latest stamp of \(entity.text) is \(FieldBytes.texts(in: stamp.value)), "
            + "but it has \(FieldBytes.texts(in: value))")
      }
    }
    for entity in erased.sorted(by: { $0.text < $1.text }) where holdings[entity] != nil {
      complaints.append("\(entity.text) is there again, although it was erased")
    }
    return complaints
  }
}

extension EntityRef {
  var text: String { "\(type) \(String(decoding: key, as: UTF8.self))" }
}

extension Outcome {
  /// Whether the number is another operation's, or its outcome is forgotten.
  fileprivate var isForeign: Bool { kind == .rejected && status == UInt32(Status.alreadyExists.rawValue) }

  /// Whether a copy has sent an earlier form of the operation.
  var isPartlyDone: Bool { kind == .rejected && status == UInt32(Status.failedPrecondition.rawValue) }
}

extension OutcomeKind {
  /// Whether nothing else can come of the operation under this identity.
  fileprivate var isFinal: Bool {
    switch self {
    case .applied, .superseded, .conflict, .rejected, .gone: true
    default: false
    }
  }

  fileprivate var events: [SimulationCoverage.Event] {
    switch self {
    case .applied: [.applied]
    case .superseded: [.superseded]
    case .conflict: [.conflict]
    case .rejected: [.rejected]
    case .retry: [.retry]
    case .blocked: [.blocked]
    case .gone: [.gone]
    default: []
    }
  }
}
