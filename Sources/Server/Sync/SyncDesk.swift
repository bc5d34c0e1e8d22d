package import HoldfastContract
internal import HoldfastRPC
package import HoldfastStore
internal import HoldfastSync
internal import HoldfastWire

/// What the hub does about entities: each call's whole effect, as a function of a transaction and of what is handed to
/// it. Knows no clock, no network and no other thread, so that a simulator can step it.
///
/// Invariants: the effect of an operation, its one row in the log and its outcome are in one transaction; an operation
/// that has an outcome is never done again; a cursor stands at or before every row that its device has not been told of.
package struct SyncDesk: Sendable {
  /// Names the history that the database holds.
  package let epoch: [UInt8]
  private let quotaBytes: Int64
  private let quotaValues: Int64
  /// The keys by which states are sealed; nil where they are kept as they are given.
  private let ring: KeyRing?

  /// - Parameters:
  ///   - quotaBytes: what a space may have that has no quota of its own
  ///   - quotaValues: the same, in values and entities
  package init(epoch: [UInt8], quotaBytes: Int64, quotaValues: Int64) {
    self.init(epoch: epoch, quotaBytes: quotaBytes, quotaValues: quotaValues, keys: nil)
  }

  /// The same, of a hub that seals.
  init(epoch: [UInt8], quotaBytes: Int64, quotaValues: Int64, keys ring: KeyRing?) {
    self.epoch = epoch
    self.quotaBytes = quotaBytes
    self.quotaValues = quotaValues
    self.ring = ring
  }

  /// What seals and opens the states of a space's entities.
  func seal(of space: String) -> SpaceSeal? { ring.seal(of: space) }

  var defaultQuota: SpaceAccount.Quota { .init(bytes: quotaBytes, values: quotaValues) }

  // MARK: Joining

  /// The answer to a replica that is known, with all that it brings; nil when something has to be written first.
  ///
  /// - Parameter canWrite: whether the caller may change the space. What one that may not brings is compared and left.
  /// - Throws: `DescriptionMismatch`, `UnknownReplica`, or `invalidArgument` for a description that makes no sense.
  package func joinKnown<Reading: Transaction & ~Copyable>(
    _ request: JoinRequest, by principal: String, canWrite: Bool, at now: Int64, _ transaction: borrowing Reading
  ) throws -> JoinReply? {
    let request = try CheckedJoin(request)
    guard let space = try SpaceEnds.find(request.space, transaction) else {
      return canWrite ? nil : JoinReply(epoch: epoch, clock: ClockReading(time: now))
    }
    for shape in request.shapes {
      let known = try EntityTypeTable.hash(of: shape.description, in: space.id, transaction)
      if let known { try request.compare(shape, known) } else if canWrite { return nil }
    }
    let replica = try ReplicaTable.find(request.replica, in: space.id, transaction)
    try request.compare(replica)
    if canWrite {
      guard let replica, replica.principal == principal else { return nil }
    }
    let row = try EntityAccount.Row.read(space: space.id, transaction) ?? EntityAccount.Row()
    return JoinReply(
      epoch: epoch, sequence: UInt64(clamping: space.sequence), clock: row.clock(at: Moment(microseconds: now)),
      number: UInt64(clamping: replica?.number ?? 0),
      shared: try Ancestry(epoch: epoch, space: space.id, sequence: space.sequence)
        .shared(with: request.epoch, request.earlier, transaction))
  }

  /// Lets a replica in and notes the descriptions that it brings.
  ///
  /// - Throws: what `joinKnown` throws, and `resourceExhausted` when there are too many replicas or types.
  package func join(
    _ request: JoinRequest, by principal: String, at now: Int64, _ transaction: borrowing WriteTransaction
  ) throws -> JoinReply {
    let request = try CheckedJoin(request)
    let account = try transaction.shared(SpaceLedger.self).openAccount(named: request.space, transaction)
    let entities = try transaction.shared(EntityLedger.self).openAccount(of: account.id, transaction)
    // All is compared before anything is written: a job that throws too late costs its whole group.
    let unknown = try request.shapes.filter { shape in
      guard let known = try EntityTypeTable.hash(of: shape.description, in: account.id, transaction) else {
        return true
      }
      try request.compare(shape, known)
      return false
    }
    let replica = try admit(request, by: principal, entities, transaction)
    for shape in unknown { try EntityTypeTable.insert(shape.description, in: account.id, transaction) }
    return JoinReply(
      epoch: epoch, sequence: UInt64(clamping: account.row.sequence),
      clock: entities.row.clock(at: Moment(microseconds: now)), number: UInt64(clamping: replica.number),
      shared: try Ancestry(epoch: epoch, space: account.id, sequence: account.row.sequence)
        .shared(with: request.epoch, request.earlier, transaction))
  }

  private func admit(
    _ request: CheckedJoin, by principal: String, _ entities: EntityAccount,
    _ transaction: borrowing WriteTransaction
  ) throws -> ReplicaRecord {
    guard var replica = try ReplicaTable.find(request.replica, in: entities.space, transaction) else {
      guard entities.row.replicas < Limits.replicas else { throw SyncRefusal.tooMany("replicas", Limits.replicas) }
      entities.row.replicas += 1
      return try ReplicaTable.insert(request.replica, in: entities.space, principal: principal, transaction)
    }
    try request.compare(replica)
    let before = replica
    replica.principal = principal
    if replica != before { try ReplicaTable.update(replica, transaction) }
    return replica
  }

  // MARK: Pushing

  /// Does operations in their order.
  ///
  /// - Throws: `UnknownReplica`; `unavailable` when the replica has not joined since the hub's history began, and so does
  ///   not know how much of what it has seen is still so;
  ///   `invalidArgument` for more operations than one push may have.
  package func push(
    _ request: PushRequest, by principal: String, at now: Int64, _ transaction: borrowing WriteTransaction
  ) throws -> PushReply {
    guard request.operations.count <= Limits.pushOperations else {
      throw CallError<Never>(.invalidArgument, "a push has at most \(Limits.pushOperations) operations")
    }
    guard let space = try SpaceEnds.find(request.space, transaction),
      let replica = try ReplicaTable.find(request.replica, in: space.id, transaction)
    else { throw UnknownReplica(message: "the replica has not joined the space") }
    guard replica.device == request.replica.device.bytes else { throw UnknownReplica.ofAnotherDevice }
    guard request.epoch == epoch else {
      throw CallError<Never>(.unavailable, "the hub's history is a new one; join first")
    }
    let account = try transaction.shared(SpaceLedger.self).openAccount(named: request.space, transaction)
    let entities = try transaction.shared(EntityLedger.self).openAccount(of: account.id, transaction)
    let context = PushContext(
      account: account, entities: entities, replica: replica, identity: request.replica, who: principal,
      now: Moment(microseconds: now), defaultQuota: defaultQuota, seal: seal(of: request.space))
    var run = try PushRun(context, confirmed: request.confirmed, transaction)
    try run.take(request.operations, transaction)
    return try run.finish(transaction)
  }
}

extension SyncDesk {
  /// Whom operations make entities be about.
  func subjects<Reading: Transaction & ~Copyable>(
    of operations: [EntityOperation], in space: String, _ transaction: borrowing Reading
  ) throws(StoreError) -> [String] {
    guard let ends = try SpaceEnds.find(space, transaction) else { return [] }
    var subjects: [String] = []
    for (name, operations) in Dictionary(grouping: operations, by: \.type) {
      guard let type = try EntityTypeTable.find(name, in: ends.id, transaction) else { continue }
      // An operation that makes no sense is refused when it is judged.
      subjects += operations.flatMap { (try? type.shape.subjects(of: $0)) ?? [] }.filter(EntityType.canBeSubject)
    }
    return subjects
  }
}

/// Where a space's sequence stands.
struct SpaceEnds {
  var id: Int64
  var sequence: Int64

  static func find<Reading: Transaction & ~Copyable>(
    _ name: String, _ transaction: borrowing Reading
  ) throws(StoreError) -> SpaceEnds? {
    try transaction.first("SELECT id, sequence FROM space WHERE name = $1", [.text(name)]) { row in
      SpaceEnds(id: row.integer(0), sequence: row.integer(1))
    }
  }
}

/// A request to join whose descriptions make sense.
private struct CheckedJoin {
  let space: String
  let replica: ReplicaIdentity
  let shapes: [EntityShape]
  let epoch: [UInt8]
  let earlier: [EarlierHistory]

  init(_ request: JoinRequest) throws {
    guard request.earlier.count <= Limits.earlierHistories else {
      throw CallError<Never>(.invalidArgument, "a replica tells of at most \(Limits.earlierHistories) histories")
    }
    guard request.entities.count <= Limits.entityTypes else {
      throw CallError<Never>(.invalidArgument, "a program has at most \(Limits.entityTypes) entity types")
    }
    guard !UUIDCoding.isZero(request.replica.device), !UUIDCoding.isZero(request.replica.incarnation) else {
      throw CallError<Never>(.invalidArgument, "a replica has a device and an incarnation")
    }
    do {
      shapes = try request.entities.map { description throws(SyncError) in try EntityShape(description) }
    } catch {
      throw CallError<Never>(.invalidArgument, error.description)
    }
    space = request.space
    replica = request.replica
    epoch = request.epoch
    earlier = request.earlier
  }

  func compare(_ shape: EntityShape, _ known: [UInt8]) throws(DescriptionMismatch) {
    guard known == shape.description.hash else {
      throw DescriptionMismatch(type: shape.type, version: shape.description.version)
    }
  }

  func compare(_ known: ReplicaRecord?) throws(UnknownReplica) {
    guard known?.device ?? replica.device.bytes == replica.device.bytes else { throw .ofAnotherDevice }
  }
}

extension UnknownReplica {
  static var ofAnotherDevice: UnknownReplica {
    UnknownReplica(message: "the incarnation belongs to another device; draw a new one")
  }
}

/// What the hub refuses for being too much.
enum SyncRefusal {
  static func tooMany(_ what: String, _ limit: some BinaryInteger) -> CallError<Never> {
    CallError(.resourceExhausted, "the space has as many \(what) as it may have: \(limit)")
  }
}
