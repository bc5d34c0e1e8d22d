import HoldfastContract
import HoldfastWire

@testable import HoldfastSync

/// A hub in a few lines: rows, outcomes and a history that can be lost.
struct ModelHub {
  private struct Identity: Hashable {
    let replica: UInt64
    let number: UInt64
  }

  private(set) var desk: Desk
  private var outcomes: [Identity: (content: [UInt8], outcome: Outcome)] = [:]
  private(set) var epoch: UInt64 = 1
  /// For each epoch but the first, how far its history is that of the one before.
  private var shared: [UInt64: UInt64] = [:]

  init(policy: MergePolicy) throws {
    desk = try Desk(policy: policy)
  }

  /// The hub as it was before, as far as it knows: with a new history.
  mutating func restore(_ backup: ModelHub) {
    let next = epoch + 1
    var known = shared
    known[next] = backup.desk.sequence
    self = backup
    epoch = next
    shared = known
  }

  /// Up to where the history is that of an earlier epoch.
  func shared(with earlier: UInt64) -> UInt64 {
    earlier == epoch ? .max : (earlier + 1...epoch).compactMap { shared[$0] }.min() ?? 0
  }

  mutating func push(_ operations: [EntityOperation], from replica: UInt64) throws -> [Outcome] {
    var gate = LaneGate()
    return try operations.map { operation in
      let lanes = try desk.shape.lanes(of: operation, on: desk.rows[operation.key]?.fields)
      var outcome = Outcome(number: operation.number, kind: .blocked)
      if gate.isOpen(lanes) { outcome = take(operation, from: replica) }
      if ![.applied, .superseded, .gone].contains(outcome.kind) { gate.close(lanes) }
      return outcome
    }
  }

  private mutating func take(_ operation: EntityOperation, from replica: UInt64) -> Outcome {
    let identity = Identity(replica: replica, number: operation.number)
    if let (content, first) = outcomes[identity] {
      guard content == operation.content else {
        return Outcome(number: operation.number, kind: .rejected, message: "operation mismatch")
      }
      var outcome = first
      outcome.isReplay = true
      return outcome
    }
    let word = desk.take(operation, from: replica)
    var outcome = Outcome(number: operation.number)
    switch word.split(separator: " ").first.map(String.init) ?? word {
    case "applied", "applied,": outcome.kind = .applied
    case "superseded", "superseded,": outcome.kind = .superseded
    case "conflict": outcome.kind = .conflict
    case "gone": outcome.kind = .gone
    default:
      outcome.kind = .rejected
      outcome.message = word
    }
    let row = desk.rows[operation.key]
    outcome.version = row?.version ?? 0
    outcome.isDeleted = row?.isDeleted ?? true
    if word.hasSuffix("news") || outcome.kind == .conflict { outcome.state = row?.state ?? [] }
    outcomes[identity] = (operation.content, outcome)
    return outcome
  }

  /// A page of what is newer than `sequence`, and whether there is more.
  func pull(after sequence: UInt64, limit: Int) -> (rows: [(key: [UInt8], row: EntityRow)], more: Bool) {
    let rows = desk.rows.filter { $0.value.version > sequence }.sorted { $0.value.version < $1.value.version }
    return (rows.prefix(limit).map { ($0.key, $0.value) }, rows.count > limit)
  }
}
