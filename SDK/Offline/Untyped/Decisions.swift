import HoldfastContract
import HoldfastStore
package import HoldfastSync

/// A conflict with its fields by name.
package struct NamedConflict: Sendable, Hashable {
  package struct Field: Sendable, Hashable {
    package var name: String
    package var isMany: Bool
    /// Whether both sides have changed it, so that somebody has to decide.
    package var isContested: Bool
    /// As it was when the operation was made; nil when that is not known.
    package var base: [FieldValue]?
    package var mine: [FieldValue]
    package var server: [FieldValue]
  }

  package var operation: QueuedOperation
  /// The operation deletes the entity, or the hub has deleted it: then there are no fields to choose from.
  package var isDeletedHere: Bool
  package var isDeletedThere: Bool
  /// The fields that the operation changes or that are contested.
  package var fields: [Field]
}

/// Whose value a field is to have.
package enum FieldDecision: Sendable, Hashable {
  case mine, server
  /// One text for each element.
  case written([String])
}

/// What is to count in a conflict.
package enum NamedDecision: Sendable, Hashable {
  case mine, server
  /// Both sides' changes, and in contested fields what is said here, by name.
  case merged([String: FieldDecision])
}

extension ReplicaBook {
  fileprivate func parkedCase(at id: OperationID, in transaction: borrowing WriteTransaction) throws -> ParkedCase {
    guard let operation = try transaction.operation(at: id.rawValue) else {
      throw ReplicaError(.missing, "\(id) is not in the queue; it may have its outcome already")
    }
    guard operation.isParked else { throw ReplicaError(.notPossible, "\(id) does not wait for a decision") }
    return try parkedCase(of: operation, in: transaction)
  }
}

extension ParkedCase {
  fileprivate var contested: [UInt32] { operation.refusal?.fields ?? [] }
  fileprivate var isConflict: Bool { operation.refusal?.kind == .conflict }

  fileprivate func conflict() throws -> NamedConflict {
    let changes = operation.content.changes
    let numbers = Set(changes.map(\.field)).union(contested).sorted()
    let fields = try numbers.map { number in
      let field = shape.description.field(number)
      let assigned = changes.first { $0.field == number && $0.kind == .assign }
      return NamedConflict.Field(
        name: field.name, isMany: field.many, isContested: contested.contains(number),
        base: try assigned.map { change throws(SyncError) in try field.values(in: change.before) },
        mine: try field.values(in: mine?[number] ?? []), server: try field.values(in: server?[number] ?? []))
    }
    return NamedConflict(
      operation: try QueuedOperation(operation, shape.description), isDeletedHere: mine == nil,
      isDeletedThere: server == nil, fields: fields)
  }

  /// Both sides' changes, with what was decided about single fields.
  fileprivate func merged(_ decisions: [String: FieldDecision]) throws -> EntityFields {
    guard var merged = mine, let server else {
      let side = mine == nil ? "the operation deletes the entity" : "the hub has deleted the entity"
      throw ReplicaError(.notPossible, "\(side), so there is nothing to merge; decide for mine or server")
    }
    var open = Set(contested)
    for (name, decision) in decisions {
      let field = try shape.description.field(named: name)
      open.remove(field.number)
      switch decision {
      case .mine: break
      case .server: merged[field.number] = server[field.number]
      case .written(let texts): merged[field.number] = try Self.bytes(of: field, texts)
      }
    }
    guard open.isEmpty else {
      let names = open.sorted().map { shape.description.field($0).name }.joined(separator: ", ")
      throw ReplicaError(.invalid, "both sides have changed \(names): say what is to count there")
    }
    return merged
  }

  /// What the operation makes of the entity, with other values in some fields.
  fileprivate func edited(_ values: [String: [String]]) throws -> EntityFields {
    guard var edited = mine else {
      throw ReplicaError(.notPossible, "the operation deletes the entity; retry or discard it")
    }
    for (name, texts) in values {
      let field = try shape.description.field(named: name)
      edited[field.number] = try Self.bytes(of: field, texts)
    }
    return edited
  }

  private static func bytes(of field: FieldDescription, _ texts: [String]) throws(ReplicaError) -> [UInt8] {
    do {
      return try field.bytes(written: texts)
    } catch {
      throw ReplicaError(.invalid, error.message, cause: error)
    }
  }
}

extension Replica {
  /// Conflicts that wait, oldest first.
  package func namedConflicts() async throws -> [NamedConflict] {
    try await core.read { book, transaction in
      try book.parked(in: transaction).filter { $0.refusal?.kind == .conflict }.map { operation in
        try book.parkedCase(of: operation, in: transaction).conflict()
      }
    }
  }

  /// Decides a conflict.
  /// - Throws: `missing` when there is no such operation, `notPossible` when it is not in conflict (any longer),
  ///   `invalid` when the decision leaves a field open or gives it what it cannot hold.
  package func decide(_ id: OperationID, _ decision: NamedDecision) async throws {
    let now = core.clock.wall()
    try await core.write { book, transaction in
      let conflict = try book.parkedCase(at: id, in: transaction)
      guard conflict.isConflict else {
        throw ReplicaError(.notPossible, "\(id) met no other change; it can be retried, edited or discarded")
      }
      switch decision {
      case .mine: return ((), try book.keepMine(id.rawValue, at: now, in: transaction))
      case .server: return ((), try book.discard(id.rawValue, at: now, in: transaction))
      case .merged(let decisions):
        let state = try conflict.merged(decisions).message
        return ((), try book.edit(id.rawValue, to: state, at: now, in: transaction))
      }
    }
  }

  /// Gives fields that a parked operation makes, or leaves, other values, and sends it again.
  package func edit(_ id: OperationID, _ values: [String: [String]]) async throws {
    let now = core.clock.wall()
    try await core.write { book, transaction in
      let state = try book.parkedCase(at: id, in: transaction).edited(values).message
      return ((), try book.edit(id.rawValue, to: state, at: now, in: transaction))
    }
  }
}
