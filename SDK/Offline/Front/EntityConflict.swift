import HoldfastContract
import HoldfastStore
import HoldfastSync
import HoldfastWire

/// An operation that met another change of the same, and waits for somebody to decide.
public struct EntityConflictOf<E: Entity>: Sendable {
  public let id: OperationID
  /// The fields that both have changed; all that the operation changes when the whole entity is at stake.
  public let fields: [E.Field]
  /// The entity with the fields as they were when the operation was made; nil when there was none.
  public let base: E?
  /// As the operation makes it on top of those before it, without the changes behind it; nil when it deletes it.
  public let mine: E?
  /// As the hub has it, or had it when it was still wanted; nil when it has been deleted there.
  public let server: E?
  /// What the operation changes.
  public let delta: E.Delta
}

/// What is to count in a conflict.
public enum ConflictDecision<E: Entity>: Sendable {
  /// What this device did.
  case mine
  /// What the hub has.
  case server
  /// This, which may take something of both.
  case merged(E)
  /// Somebody else decides.
  case later
}

extension EntityConflictOf {
  /// nil when the operation is not in conflict.
  init?(_ found: ParkedCase) throws {
    let operation = found.operation
    guard operation.isParked, let refusal = operation.refusal, refusal.kind == .conflict else { return nil }
    let key = operation.content.key
    let entity = { (state: [UInt8]) in try E(entityKey: key, state: state) }
    id = OperationID(rawValue: operation.position)
    fields = refusal.fields.compactMap { E.Field(rawValue: $0) }
    server = try found.server.map { try entity($0.message) }
    mine = try found.mine.map { try entity($0.message) }
    delta = try E.Delta(changes: operation.content.changes)
    let known = try found.record?.lost.map { (bytes) throws(SyncError) in try EntityFields(bytes) }
    guard operation.content.kind != .create, var before = found.server ?? known else {
      base = nil
      return
    }
    for change in operation.content.changes where change.kind == .assign { before[change.field] = change.before }
    base = try entity(before.message)
  }
}

/// The program's own way to decide conflicts of a type.
package struct ConflictResolver: Sendable {
  /// What to do about an operation; nil leaves it parked.
  package let decide: @Sendable (ParkedCase) throws -> Decision?

  package enum Decision: Sendable {
    case mine, server
    case merged([UInt8])
  }

  package init<E: Entity>(
    _ type: E.Type, _ body: @escaping @Sendable (EntityConflictOf<E>) throws -> ConflictDecision<E>
  ) {
    decide = { found in
      guard let conflict = try EntityConflictOf<E>(found) else { return nil }
      switch try body(conflict) {
      case .mine: return .mine
      case .server: return .server
      case .merged(let entity): return .merged(entity.entityState)
      case .later: return nil
      }
    }
  }
}

extension ReplicaCore {
  /// Asks the program about an operation that was parked, if it has a way to decide.
  func decide(_ position: UInt64) async {
    do {
      let found = try await read { book, transaction in
        try transaction.operation(at: position).map { try book.parkedCase(of: $0, in: transaction) }
      }
      guard let found, let resolver = resolver(of: found.operation.content.type),
        let decision = try resolver.decide(found)
      else { return }
      try await carryOut(decision, about: found.operation)
      status.change { $0.succeeded([.deciding]) }
    } catch {
      let failure = ReplicaFailure(.deciding, [error], at: clock.wall())
      status.change { $0.failed(failure) }
    }
  }

  /// Does what was decided, unless the operation has changed since.
  func carryOut(_ decision: ConflictResolver.Decision, about operation: StoredOperation) async throws {
    let now = clock.wall()
    try await write { book, transaction in
      guard try transaction.operation(at: operation.position)?.content.number == operation.content.number else {
        return ((), ReplicaBook.Touched())
      }
      switch decision {
      case .mine: return ((), try book.keepMine(operation.position, at: now, in: transaction))
      case .server: return ((), try book.discard(operation.position, at: now, in: transaction))
      case .merged(let state): return ((), try book.edit(operation.position, to: state, at: now, in: transaction))
      }
    }
  }
}
