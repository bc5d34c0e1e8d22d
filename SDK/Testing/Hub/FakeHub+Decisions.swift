internal import HoldfastContract
public import HoldfastSDK
internal import HoldfastServer
internal import HoldfastStore
internal import HoldfastSync
public import HoldfastWire

/// An operation of some device that met another change of the same, as the hub has it in its inbox.
public struct HubConflict<E: Entity>: Sendable {
  /// Its number in the inbox.
  public let id: UInt64
  /// The fields that both have changed; all that the operation changes when the whole entity is at stake.
  public let fields: [E.Field]
  /// What the operation would have made of the entity; nil when it deletes it.
  public let mine: E?
  /// The entity as they met; nil when it had been deleted.
  public let server: E?
  /// What the operation changes.
  public let delta: E.Delta

  fileprivate init(_ conflict: EntityConflict) throws {
    let operation = conflict.operation
    var fields = try EntityFields(conflict.state)
    server = conflict.isDeleted ? nil : try E(entityKey: operation.key, state: fields.message)
    try fields.apply(operation.changes, shape: EntityShape(E.entityDescription))
    mine = operation.kind == .delete ? nil : try E(entityKey: operation.key, state: fields.message)
    id = conflict.id
    self.fields = conflict.fields.compactMap { E.Field(rawValue: $0) }
    delta = try E.Delta(changes: operation.changes)
  }
}

/// A change in the log of a fake hub's space.
public struct HubChange: Hashable, Sendable {
  /// Its place in the space's sequence, which is the entity's version from then on.
  public let sequence: UInt64
  /// The entity's type, by the name that the hub knows.
  public let type: String
  /// The entity's key as it travels.
  public let key: [UInt8]
  /// Whether somebody has decided about a conflict.
  public let isDecision: Bool
  /// By the hub's clock.
  public let at: Timestamp
}

/// What somebody at the hub sees and decides.
extension FakeHub {
  /// The operations on a type that wait for a decision, oldest first.
  public func conflicts<E: Entity>(of type: E.Type) async throws -> [HubConflict<E>] {
    let space = space
    let services = try running().services
    return try await services.store.scan { [desk = services.desk] transaction in
      var (found, request, hasMore) = ([HubConflict<E>](), ConflictsRequest(space: space), true)
      while hasMore {
        let page = try desk.conflicts(request, transaction)
        found += try page.conflicts.filter { $0.operation.type == E.entityDescription.type }.map(HubConflict.init)
        (request.after, hasMore) = (page.conflicts.last?.id ?? 0, page.more && !page.conflicts.isEmpty)
      }
      return found
    }
  }

  /// Decides a conflict for the device that made the operation. Nothing happens with `later`.
  public func decide<E: Entity>(_ conflict: HubConflict<E>, _ decision: ConflictDecision<E>) async throws {
    var request = ResolveRequest(space: space, id: conflict.id)
    var merged: E?
    switch decision {
    case .later: return
    case .mine: request.choice = .mine
    case .server: request.choice = .server
    case .merged(let entity): (request.choice, merged) = (.merged, entity)
    }
    let services = try running().services
    let (space, now, shape) = (space, clock.date.microseconds, try EntityShape(E.entityDescription))
    try await services.store.write { [desk = services.desk, request, merged] transaction in
      var request = request
      if let merged {
        let name = EntityName(type: shape.type, key: merged.entityKey)
        let present = try desk.entity(name, in: space, transaction)?.state ?? []
        request.changes = try Difference.changes(
          from: EntityFields(present), to: EntityFields(merged.entityState), shape: shape)
      }
      _ = try desk.resolve(request, by: "administrator", at: now, transaction)
    }
  }

  /// The changes of entities since the hub began, in their order: each operation that was applied has one, and no other
  /// has.
  public func log() async throws -> [HubChange] {
    let space = space
    let services = try running().services
    let log = try await services.store.scan { [desk = services.desk] in try desk.log(of: space, $0) }
    return log.map {
      HubChange(sequence: $0.sequence, type: $0.name.type, key: $0.name.key, isDecision: $0.isDecided, at: $0.at)
    }
  }
}
