internal import HoldfastContract
public import HoldfastSDK
internal import HoldfastServer
internal import HoldfastStore
internal import HoldfastSync
internal import HoldfastWire

/// What a test does to entities as another device, and what the hub has.
extension FakeHub {
  /// Adds an entity.
  /// - Returns: its version.
  @discardableResult
  public func create<E: Entity>(_ entity: E) async throws -> UInt64 {
    let state = entity.entityState
    return try await change(E.self, entity.entityKey) { row in
      guard row.map(\.isDeleted) ?? true else {
        throw FakeHubError("there is a \(E.entityDescription.type) with this key already")
      }
      return (.create, state)
    }
  }

  /// Changes an entity. Fields that `body` leaves as they are are left alone.
  /// - Returns: its version.
  @discardableResult
  public func update<E: Entity>(
    _ type: E.Type, _ key: E.EntityKey, _ body: @escaping @Sendable (inout E) throws -> Void
  ) async throws -> UInt64 {
    let key = E.entityKey(of: key)
    return try await change(type, key) { row in
      guard let row, !row.isDeleted else {
        throw FakeHubError("the hub has no \(E.entityDescription.type) with this key")
      }
      var entity = try E(entityKey: key, state: row.state)
      try body(&entity)
      return (.update, entity.entityState)
    }
  }

  /// Takes an entity away.
  /// - Returns: the version of its tombstone.
  @discardableResult
  public func delete<E: Entity>(_ type: E.Type, _ key: E.EntityKey) async throws -> UInt64 {
    try await change(type, E.entityKey(of: key)) { row in
      guard let row, !row.isDeleted else {
        throw FakeHubError("the hub has no \(E.entityDescription.type) with this key")
      }
      return (.delete, [])
    }
  }

  /// Pushes a change of the newest version, in the transaction in which that is read.
  private func change<E: Entity>(
    _ type: E.Type, _ key: [UInt8],
    _ make: @escaping @Sendable (EntityRow?) throws -> (kind: OperationKind, state: [UInt8])
  ) async throws -> UInt64 {
    let (space, now, description) = (space, clock.date.microseconds, E.entityDescription)
    let shape = try EntityShape(description)
    let stamp = otherDevice { $0.stamp(at: now) }
    let services = try running().services
    let (desk, name) = (services.desk, EntityName(type: description.type, key: key))
    let outcome = try await services.store.write { transaction in
      let join = JoinRequest(space: space, replica: stamp.identity, entities: [description], epoch: desk.epoch)
      _ = try desk.join(join, by: OtherDevice.name, at: now, transaction)
      let row = try desk.entity(name, in: space, transaction)
      let (kind, state) = try make(row)
      var operation = EntityOperation(
        number: stamp.number, kind: kind, type: description.type, key: key, base: row?.version ?? 0,
        schema: description.version, clock: stamp.clock)
      if kind != .delete {
        operation.changes = try Difference.changes(
          from: EntityFields(row?.state ?? []), to: EntityFields(state), shape: shape)
      }
      let push = PushRequest(
        space: space, replica: stamp.identity, operations: [operation], confirmed: stamp.number - 1, epoch: desk.epoch)
      return try desk.push(push, by: OtherDevice.name, at: now, transaction).outcomes.first
    }
    switch outcome?.kind {
    case .applied?, .superseded?: return outcome?.version ?? 0
    default: throw FakeHubError("the hub does not take the change: \(outcome.map { "\($0)" } ?? "no outcome")")
    }
  }

  // MARK: What it has

  /// An entity as the hub has it; nil when there is none.
  public func get<E: Entity>(_ type: E.Type, _ key: E.EntityKey) async throws -> E? {
    let (space, name) = (space, EntityName(type: E.entityDescription.type, key: E.entityKey(of: key)))
    let services = try running().services
    let row = try await services.store.scan { [desk = services.desk] in try desk.entity(name, in: space, $0) }
    guard let row, !row.isDeleted, !row.isErased else { return nil }
    return try E(entityKey: name.key, state: row.state)
  }

  /// All entities of a type that the hub has, in the order of their last changes.
  public func all<E: Entity>(_ type: E.Type) async throws -> [E] {
    let (space, now) = (space, clock.date.microseconds)
    let services = try running().services
    return try await services.store.scan { [desk = services.desk] transaction in
      var (found, request, hasMore) = ([E](), PullRequest(space: space), true)
      while hasMore {
        let page = try desk.pull(request, FilterSet(), at: now, transaction)
        for entity in page.entities where !entity.isDeleted && entity.type == E.entityDescription.type {
          found.append(try E(entityKey: entity.key, state: entity.state))
        }
        (request.cursor, hasMore) = (page.cursor, page.more)
      }
      return found
    }
  }
}

extension Timestamp {
  /// Since 1970.
  var microseconds: Int64 { seconds * 1_000_000 + Int64(nanoseconds) / 1_000 }
}
