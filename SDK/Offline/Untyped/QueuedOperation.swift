package import HoldfastContract
import HoldfastStore
import HoldfastSync
import HoldfastWire

/// An operation in the queue, with its fields by name.
package struct QueuedOperation: Sendable, Hashable {
  package enum State: String, Sendable, Hashable {
    case waiting, sent, parked
  }

  package var id: OperationID
  package var kind: OperationKind
  package var type: String
  /// The entity's key as it travels.
  package var key: [UInt8]
  package var changes: [NamedChange]
  package var state: State
  package var priority: String
  /// The first operation of those that take effect together with it; nil when it is alone.
  package var group: OperationID?
  /// Microseconds since 1970 by the device's clock.
  package var made: Int64
  package var attempts: Int
  /// What the hub said last, when that was not the end of it.
  package var outcome: SyncOutcome?
  /// Of a conflict, the fields that both sides have changed.
  package var contested: [String]
  /// The whole as it travels.
  package var encoded: [UInt8]

  init(_ operation: StoredOperation, _ description: EntityDescription) throws {
    id = OperationID(rawValue: operation.position)
    kind = operation.content.kind
    type = operation.content.type
    key = operation.content.key
    changes = try operation.content.changes.map { change throws(SyncError) in try description.named(change) }
    state =
      switch operation.state {
      case .fresh, .again: .waiting
      case .sent: .sent
      case .parked: .parked
      }
    priority = "\(operation.urgency)"
    group = operation.content.group == 0 ? nil : OperationID(rawValue: operation.unit)
    made = operation.enqueued
    attempts = Int(operation.attempts)
    // What is parked without a word of the hub shares the fate of its group.
    outcome =
      operation.refusal.map { SyncOutcome($0) } ?? (operation.isParked ? .rejected(.aborted, reason: "") : nil)
    contested = operation.refusal?.fields.map { description.field($0).name } ?? []
    encoded = operation.content.encoded()
  }
}

extension Replica {
  /// Operations in the order of the queue, from after `last`; at most `limit`.
  package func operations(after last: OperationID?, limit: Int) async throws -> [QueuedOperation] {
    try await core.read { book, transaction in
      var stored: [StoredOperation] = []
      try transaction.forEachOperation(after: last?.rawValue ?? 0) { operation in
        stored.append(operation)
        return stored.count < limit
      }
      return try stored.map { operation in
        try QueuedOperation(operation, book.shape(of: operation.content.type, in: transaction).description)
      }
    }
  }

  /// Operations that wait for a decision, oldest first.
  package func parkedOperations() async throws -> [QueuedOperation] {
    try await core.read { book, transaction in
      try book.parked(in: transaction).map { operation in
        try QueuedOperation(operation, book.shape(of: operation.content.type, in: transaction).description)
      }
    }
  }

  /// How an operation stands that may be in the queue or have left it.
  package enum Standing: Sendable, Hashable {
    case waiting(OperationExplanation)
    case over(SyncOutcome)
    /// Nothing is known of it, or no longer.
    case unknown
  }

  /// Why an operation has not been done yet, as far as the file tells, or what became of it.
  package func standing(of id: OperationID) async throws -> Standing {
    let now = core.clock.wall()
    return try await core.read { book, transaction in
      if let explanation = try book.explain(id.rawValue, in: transaction) {
        // Whether the hub can be reached is known to whoever is connected.
        return .waiting(OperationExplanation(explanation, .elsewhere, at: now))
      }
      guard case .over(let outcome) = try book.standing(of: id.rawValue, in: transaction) else { return .unknown }
      return .over(SyncOutcome(outcome))
    }
  }
}
