import HoldfastContract
import HoldfastStore
import HoldfastSync
import HoldfastWire

/// Changes that take effect together or not at all, here as well as on the hub.
public struct EntityBatch: Sendable {
  typealias Step = @Sendable (ReplicaBook, borrowing WriteTransaction, ReplicaBook.Terms) throws -> ReplicaBook.Queued

  private(set) var steps: [Step] = []
  private(set) var types: [EntityType] = []

  /// Adds an entity. See `EntityCollection.create`.
  public mutating func create<E: Entity>(_ entity: E) {
    let (name, state) = (EntityRef(type: E.entityDescription.type, key: entity.entityKey), entity.entityState)
    add(E.self) { try $0.create(name, state: state, $2, in: $1) }
  }

  /// Changes an entity. See `EntityCollection.update`.
  public mutating func update<E: Entity>(
    _ type: E.Type, _ key: E.EntityKey, _ body: @escaping @Sendable (inout E) throws -> Void
  ) {
    let name = EntityRef(type: E.entityDescription.type, key: E.entityKey(of: key))
    add(type) { book, transaction, terms in
      try book.update(name, terms, in: transaction) { try E.changing($0, key: name.key, by: body) }
    }
  }

  /// Takes an entity away. See `EntityCollection.delete`.
  public mutating func delete<E: Entity>(_ type: E.Type, _ key: E.EntityKey) {
    let name = EntityRef(type: E.entityDescription.type, key: E.entityKey(of: key))
    add(type) { try $0.delete(name, $2, in: $1) }
  }

  private mutating func add<E: Entity>(_ type: E.Type, _ step: @escaping Step) {
    types.append(EntityType(of: type))
    steps.append(step)
  }
}

extension Entity {
  /// The state that `body` makes of a state.
  static func changing(
    _ state: [UInt8], key: [UInt8], by body: (inout Self) throws -> Void
  ) throws -> [UInt8] {
    var entity = try Self(entityKey: key, state: state)
    try body(&entity)
    guard entity.entityKey == key else {
      throw ReplicaError(.invalid, "a change cannot give an entity another key; delete it and create another")
    }
    return entity.entityState
  }
}

extension Replica {
  /// Makes several changes that take effect together or not at all, here as well as on the hub.
  ///
  ///     try await replica.batch { batch in
  ///       batch.create(folder)
  ///       batch.update(Note.self, id) { $0.folder = folder.id }
  ///     }
  ///
  /// - Returns: a handle for each operation; all of them come to the same.
  /// - Throws: what one of the changes would throw alone; `ReplicaError.invalid` for more than the hub takes together.
  @discardableResult
  public func batch(
    priority: OperationPriority = .normal, _ body: @Sendable (inout EntityBatch) throws -> Void
  ) async throws -> [OperationHandle] {
    var batch = EntityBatch()
    try body(&batch)
    for type in batch.types { try await core.register(type) }
    let (steps, now) = (batch.steps, core.clock.wall())
    let positions = try await core.write { book, transaction in
      try book.together(steps, ReplicaBook.Terms(urgency: Urgency(priority), now: now), in: transaction)
    }
    return positions.map { OperationHandle(id: OperationID(rawValue: $0), core: core) }
  }
}

extension ReplicaBook {
  /// Makes the changes as one group.
  func together(
    _ steps: [EntityBatch.Step], _ terms: Terms, in transaction: borrowing WriteTransaction
  ) throws -> ([UInt64], Touched) {
    var positions: [UInt64] = []
    var touched = Touched()
    for step in steps {
      var terms = terms
      terms.unit = positions.first
      terms.beginsGroup = positions.isEmpty
      let queued = try step(self, transaction, terms)
      touched.formUnion(queued.touched)
      if let position = queued.position, !positions.contains(position) { positions.append(position) }
    }
    let bytes = try positions.first.map { unit in
      try transaction.operations(inUnit: unit).reduce(0) { $0 + $1.content.encodedSize }
    }
    guard positions.count <= HoldfastSync.Limits.groupOperations, bytes ?? 0 <= HoldfastSync.Limits.groupBytes else {
      throw ReplicaError(
        .invalid,
        "changes that take effect together are at most \(HoldfastSync.Limits.groupOperations), of "
          + "\(HoldfastSync.Limits.groupBytes) bytes")
    }
    return (positions, touched)
  }
}
