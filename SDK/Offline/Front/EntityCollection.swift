import HoldfastContract
import HoldfastStore
import HoldfastSync
import HoldfastWire

/// The entities of one type in a replica: everything works without a network, and reaches the hub when there is one.
///
/// Changes are seen at once by all that look at the replica. Each returns when it is durable here; its handle tells when
/// the hub has it.
public struct EntityCollection<E: Entity>: Sendable {
  let core: ReplicaCore
  /// Lets the replica know the type, where the program did not name it when it opened the file.
  let prepare: @Sendable () async throws -> Void

  /// The name of the type.
  public var type: String { E.entityDescription.type }

  /// How much it matters that an entity stays on the device when space is short.
  public enum Keeping: Int64, Sendable, CaseIterable {
    case low, normal, high
    /// Never taken away.
    case critical
  }

  // MARK: Changing

  /// Adds an entity.
  /// - Throws: `ReplicaError.exists` when there is one with its key.
  @discardableResult
  public func create(_ entity: E, priority: OperationPriority = .normal) async throws -> OperationHandle {
    let (name, state) = (name(of: entity.entityKey), entity.entityState)
    return try await change(priority) { try $0.create(name, state: state, $2, in: $1) }
  }

  /// Changes an entity. Fields that `body` leaves as they are stay as they are on the hub, whoever changes them there.
  ///
  /// `body` may run several times and must do nothing but change the entity.
  /// - Throws: `ReplicaError.missing` when there is none with this key; what `body` throws.
  @discardableResult
  public func update(
    _ key: E.EntityKey, priority: OperationPriority = .normal, _ body: @escaping @Sendable (inout E) throws -> Void
  ) async throws -> OperationHandle {
    let name = name(of: E.entityKey(of: key))
    return try await change(priority) { book, transaction, terms in
      try book.update(name, terms, in: transaction) { try E.changing($0, key: name.key, by: body) }
    }
  }

  /// Takes an entity away. Nothing happens when there is none.
  @discardableResult
  public func delete(_ key: E.EntityKey, priority: OperationPriority = .normal) async throws -> OperationHandle {
    let name = name(of: E.entityKey(of: key))
    return try await change(priority) { try $0.delete(name, $2, in: $1) }
  }

  private func change(
    _ priority: OperationPriority,
    _ body:
      @escaping @Sendable (ReplicaBook, borrowing WriteTransaction, ReplicaBook.Terms) throws -> ReplicaBook.Queued
  ) async throws -> OperationHandle {
    try await prepare()
    let terms = ReplicaBook.Terms(urgency: Urgency(priority), now: core.clock.wall())
    let position = try await core.write { book, transaction in
      let queued = try body(book, transaction, terms)
      return (queued.position, queued.touched)
    }
    return OperationHandle(id: position.map { OperationID(rawValue: $0) }, core: core)
  }

  // MARK: Looking

  /// The entity as it is here, with all that was done to it; nil when there is none.
  public func get(_ key: E.EntityKey) async throws -> E? {
    let name = name(of: E.entityKey(of: key))
    core.noteAccess(name)
    return try await core.read { try $1.visibleState(name.type, name.key) }.map { state in
      try E(entityKey: name.key, state: state)
    }
  }

  /// Entities that `isWanted` says yes to, in the order of their keys.
  public func query(
    limit: Int = .max, where isWanted: @escaping @Sendable (E) -> Bool = { _ in true }
  ) async throws -> [E] {
    let type = type
    return try await core.read { _, transaction in
      var found: [E] = []
      var failure: (any Error)?
      guard limit > 0 else { return found }
      try transaction.forEachVisible(type) { key, state in
        do {
          let entity = try E(entityKey: key, state: state)
          if isWanted(entity) { found.append(entity) }
        } catch {
          failure = error
          return false
        }
        return found.count < limit
      }
      if let failure { throw failure }
      return found
    }
  }

  /// The entity now, and again whenever it has become another one here, by this program, another or the hub; nil for
  /// when there is none.
  ///
  /// Pending changes are part of what is seen, so nothing goes back and forth while they are on their way.
  public func observe(_ key: E.EntityKey) -> EntityObservation<E?> {
    let name = name(of: E.entityKey(of: key))
    return EntityObservation(core: core, subject: .entity(name)) { try await get(key) }
  }

  /// What `query` finds now, and again whenever it finds something else.
  public func observe(
    limit: Int = .max, where isWanted: @escaping @Sendable (E) -> Bool = { _ in true }
  ) -> EntityObservation<[E]> {
    EntityObservation(core: core, subject: .type(type)) { try await query(limit: limit, where: isWanted) }
  }

  // MARK: Keeping

  /// Says how much it matters that the entity stays here when space is short.
  public func keep(_ key: E.EntityKey, _ level: Keeping) async throws {
    let name = name(of: E.entityKey(of: key))
    try await core.write { book, transaction in
      try book.keep(name, level: level.rawValue, in: transaction)
      return ((), ReplicaBook.Touched())
    }
  }

  private func name(of key: [UInt8]) -> EntityRef { EntityRef(type: type, key: key) }
}

/// Values as they are found, each other than the one before. Ends by an error, or with the task.
public struct EntityObservation<Value: Sendable & Equatable>: AsyncSequence, Sendable {
  public typealias Element = Value

  let core: ReplicaCore
  let subject: Watchers.Subject
  let look: @Sendable () async throws -> Value

  public struct AsyncIterator: AsyncIteratorProtocol {
    let watch: Watchers.Watch
    let look: @Sendable () async throws -> Value
    var last: Value?

    public mutating func next() async throws -> Value? {
      while !Task.isCancelled {
        if last != nil { await watch.bell.wait() }
        let value = try await look()
        if value != last {
          last = .some(value)
          return value
        }
      }
      return nil
    }
  }

  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(watch: core.watchers.watch(subject), look: look) }
}

extension Urgency {
  init(_ priority: OperationPriority) {
    switch priority {
    case .critical: self = .critical
    case .high: self = .high
    case .normal: self = .normal
    case .low: self = .low
    case .background: self = .background
    }
  }
}
