public import HoldfastContract
import HoldfastRPC
import HoldfastStore
import HoldfastSync

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A program's own copy of a space's entities, in one file, with which it works whether or not there is a network.
///
///     let replica = try await Replica.open(file: "notes.replica", space: "notes", entities: [Note.self])
///     replica.connect(to: hub)
///     try await replica.notes.create(Note(id: .timeOrdered(), title: "milk"))
///
/// What is changed is stored with the operation that will tell the hub, in one transaction. May be shared by all tasks;
/// several programs may open one file.
public final class Replica: Sendable {
  let core: ReplicaCore
  let connection = Lock<Connection?>(nil)
  private let neighbours: Task<Void, Never>

  init(_ core: ReplicaCore) {
    self.core = core
    neighbours = Task { await Neighbours(core: core).watch() }
  }

  deinit {
    neighbours.cancel()
    connection.withLock { $0.take() }?.end()
  }

  /// Opens a replica, which is made if the file does not exist.
  ///
  /// - Parameters:
  ///   - space: the hub's space that it is a copy of.
  ///   - entities: the types that the program has; others may follow by `collection`.
  ///   - clock: the system's, but in tests.
  /// - Throws: `ReplicaError`.
  public static func open(
    file: String, space: String, entities: [any Entity.Type] = [], clock: DeviceClock = .system
  ) async throws -> Replica {
    try await open(file: file, space: space, types: entities.map { EntityType(of: $0) }, clock: clock)
  }

  package static func open(
    file: String, space: String, types: [EntityType], clock: DeviceClock
  ) async throws -> Replica {
    let now = clock.wall()
    do {
      return try await WorkerPool.shared.run {
        let place = try FilePlace.prepare(file)
        let options = StoreOptions()
        let database = try Database(path: file, options: options, migrations: ReplicaSchema.migrations)
        let fresh = (device: UUID(), incarnation: UUID())
        let book = try database.write { transaction in
          try ReplicaBook.open(space: space, types: types, place: place, fresh: fresh, at: now, in: transaction)
        }
        let store = try Store(database, options: options)
        return Replica(ReplicaCore(store, file: file, book: book, clock: clock))
      }
    } catch let error as StoreError {
      throw ReplicaError(error)
    }
  }

  /// Ends syncing and closes the file. Changes that were made are kept.
  public func close() async {
    let connection = connection.withLock { $0.take() }
    connection?.end()
    await connection?.ended()
    neighbours.cancel()
    await neighbours.value
    core.status.end()
    let core = core
    // Closing waits for what is under way.
    await withCheckedContinuation { continuation in
      Task(executorPreference: WorkerPool.shared.executor) {
        core.store.close()
        continuation.resume()
      }
    }
  }

  // MARK: Entities

  /// The entities of a type. Definitions give each type a property that leads here.
  public func collection<E: Entity>(_ type: E.Type) -> EntityCollection<E> {
    let core = core
    return EntityCollection(core: core) { try await core.register(EntityType(of: type)) }
  }

  /// Lets the program decide conflicts of a type by itself, those included that wait already.
  public func resolveConflicts<E: Entity>(
    of type: E.Type, _ body: @escaping @Sendable (EntityConflictOf<E>) throws -> ConflictDecision<E>
  ) async throws {
    core.setResolver(ConflictResolver(type, body), of: E.entityDescription.type)
    for operation in try await core.read({ try $0.parked(in: $1) })
    where operation.content.type == E.entityDescription.type {
      await core.decide(operation.position)
    }
  }

  /// Conflicts of a type that wait, oldest first.
  public func conflicts<E: Entity>(of type: E.Type) async throws -> [EntityConflictOf<E>] {
    try await core.read { book, transaction in
      try book.parked(in: transaction).filter { $0.content.type == E.entityDescription.type }.compactMap { operation in
        try EntityConflictOf<E>(try book.parkedCase(of: operation, in: transaction))
      }
    }
  }

  /// Decides a conflict.
  /// - Throws: `ReplicaError.notPossible` when it has been decided or has become another meanwhile.
  public func resolve<E: Entity>(_ conflict: EntityConflictOf<E>, _ decision: ConflictDecision<E>) async throws {
    let now = core.clock.wall()
    let position = conflict.id.rawValue
    try await core.write { book, transaction in
      switch decision {
      case .mine: ((), try book.keepMine(position, at: now, in: transaction))
      case .server: ((), try book.discard(position, at: now, in: transaction))
      case .merged(let entity): ((), try book.edit(position, to: entity.entityState, at: now, in: transaction))
      case .later: ((), ReplicaBook.Touched())
      }
    }
  }

  // MARK: Operations

  /// Operations that wait for a decision, oldest first.
  public func parked() async throws -> [ParkedOperation] {
    try await core.read { try $0.parked(in: $1).map { ParkedOperation($0) } }
  }

  /// Sends a parked operation once more as it is.
  public func retry(_ id: OperationID) async throws {
    try await core.write { ((), try $0.retry(id.rawValue, in: $1)) }
  }

  /// In place of a parked operation, makes the entity this, on top of what the hub has now.
  public func edit<E: Entity>(_ id: OperationID, to entity: E) async throws {
    let (now, state) = (core.clock.wall(), entity.entityState)
    try await core.write { ((), try $0.edit(id.rawValue, to: state, at: now, in: $1)) }
  }

  /// Gives up an operation that is parked or has not been sent: what it changed is seen no longer.
  public func discard(_ id: OperationID) async throws {
    let now = core.clock.wall()
    try await core.write { ((), try $0.discard(id.rawValue, at: now, in: $1)) }
  }

  /// A handle on an operation, to wait for its outcome.
  public func handle(of id: OperationID) -> OperationHandle { OperationHandle(id: id, core: core) }

  /// Why an operation has not been done yet; nil when it is not in the queue.
  public func explain(_ id: OperationID) async throws -> OperationExplanation? {
    let explanation = try await core.read { try $0.explain(id.rawValue, in: $1) }
    return explanation.map { OperationExplanation($0, core.status.value.phase, at: core.clock.wall()) }
  }

  // MARK: Status and data

  /// How the replica stands, now and whenever that changes.
  public var status: ReplicaStatusStream { ReplicaStatusStream(latest: core.status) }

  /// How the replica stands now.
  public var currentStatus: ReplicaStatus { core.status.value }

  /// Which entities are wanted: of a type those whose fields have these values. None: all.
  public func setFilters(_ filters: [EntityFilter]) async throws {
    try await core.write { book, transaction in
      try book.setFilters(filters, in: transaction)
      return ((), ReplicaBook.Touched())
    }
    await connection.withLock { $0 }?.engine?.refresh()
  }

  /// Compares what is here with what the hub has. Where it differs, everything is pulled anew.
  ///
  /// - Returns: nil when it cannot be told: the hub has gone on meanwhile, or something has been pruned here.
  /// - Throws: `ReplicaError.notPossible` when the hub cannot be asked, `corrupt` when the file is damaged.
  public func verify() async throws -> Bool? {
    guard let engine = connection.withLock({ $0 })?.engine else {
      throw ReplicaError(.notPossible, "the replica is not connected, or another process syncs it")
    }
    return try await engine.verify()
  }

  /// Whether it is to sync, also when no hub can be reached.
  package var isConnected: Bool { connection.withLock { $0 != nil } }

  /// What to ask a hub for, to compare what it has with what is here.
  package func checksumRequest() async throws -> ChecksumRequest {
    try await core.read { _, transaction in
      let head = try transaction.storedHead()
      return ChecksumRequest(space: head.space, filters: head.filters)
    }
  }

  /// Whether it holds what a hub has that gives this reply, and nothing waits but what somebody has to decide about.
  package func agrees(with reply: ChecksumReply, to request: ChecksumRequest) async throws -> Bool {
    try await core.read { book, transaction in
      let counts = try book.counts(in: transaction)
      return try counts.pending == counts.parked && book.compare(with: reply, to: request, in: transaction) == .equal
    }
  }

  /// Takes away what is too much, as it also happens by itself from time to time.
  public func prune(to limits: OfflineLimits = OfflineLimits()) async throws { try await core.lookAfter(limits) }
}

extension EntityType {
  init(of type: any Entity.Type) {
    self.init(type.entityDescription, upgrades: type.entityUpgrades)
  }
}
