import HoldfastContract
package import HoldfastStore
package import HoldfastSync
import HoldfastWire

/// What the program does to entities: each change is visible at once and stands in the queue, by one transaction.
extension ReplicaBook {
  /// How a change is queued.
  package struct Terms: Sendable {
    package var urgency: Urgency
    /// Microseconds since 1970.
    package var now: Int64
    /// The position of the first operation of the group that the change joins; nil for one of its own.
    package var unit: UInt64?
    /// Whether it begins a group, of which it is the first.
    package var beginsGroup: Bool

    package init(urgency: Urgency = .normal, now: Int64, unit: UInt64? = nil, beginsGroup: Bool = false) {
      self.urgency = urgency
      self.now = now
      self.unit = unit
      self.beginsGroup = beginsGroup
    }
  }

  /// What became of a change.
  package struct Queued: Hashable, Sendable {
    /// The operation that stands for it, alone or with earlier ones; nil when there was nothing to change.
    package var position: UInt64?
    /// The operation has left the queue again, since the change undid what it did.
    package var isUndone = false
    package var touched = Touched()
  }

  /// The entity begins to be, with this state.
  /// - Throws: `exists` when there is one with this key.
  package func create(
    _ entity: EntityRef, state: [UInt8], _ terms: Terms, in transaction: borrowing WriteTransaction
  ) throws -> Queued {
    let record = try transaction.entity(entity.type, entity.key)
    guard record?.visible == nil else {
      throw ReplicaError(.exists, "there is a \(entity.type) with this key already; update it")
    }
    return try change(.create, entity, record, to: state, terms, transaction)
  }

  /// The entity's state becomes what `change` makes of it; fields that it leaves alone are left alone on the hub.
  /// - Throws: `missing` when there is none; what `change` throws.
  package func update(
    _ entity: EntityRef, _ terms: Terms, in transaction: borrowing WriteTransaction,
    _ body: (_ state: [UInt8]) throws -> [UInt8]
  ) throws -> Queued {
    guard let record = try transaction.entity(entity.type, entity.key), let old = record.visible else {
      throw ReplicaError(.missing, "there is no \(entity.type) with this key")
    }
    return try change(.update, entity, record, to: try body(old), terms, transaction)
  }

  /// The entity goes. Nothing happens when there is none.
  package func delete(
    _ entity: EntityRef, _ terms: Terms, in transaction: borrowing WriteTransaction
  ) throws -> Queued {
    let record = try transaction.entity(entity.type, entity.key)
    guard record?.visible != nil else { return Queued() }
    return try change(.delete, entity, record, to: nil, terms, transaction)
  }

  private func change(
    _ kind: OperationKind, _ entity: EntityRef, _ record: EntityRecord?, to new: [UInt8]?, _ terms: Terms,
    _ transaction: borrowing WriteTransaction
  ) throws -> Queued {
    let shape = try shape(of: entity.type, in: transaction)
    let old = try record?.visible.map { (bytes) throws(SyncError) in try EntityFields(bytes) }
    var changes: [FieldChange] = []
    if let new {
      changes = try Difference.changes(from: old ?? EntityFields(), to: try EntityFields(new), shape: shape)
    }
    if kind == .update && changes.isEmpty { return Queued() }
    var operation = EntityOperation(
      kind: kind, type: entity.type, key: entity.key, base: record?.version ?? 0, changes: changes,
      schema: schema(of: entity.type))
    do throws(SyncError) {
      operation.changes = try shape.checked(operation).changes
    } catch {
      throw ReplicaError(.invalid, "the change cannot be stored: \(error.message)", cause: error)
    }
    if let new, new.count > HoldfastSync.Limits.stateBytes {
      throw ReplicaError(.invalid, "the entity would have \(new.count) of \(HoldfastSync.Limits.stateBytes) bytes")
    }
    operation.clock = try transaction.changeHead { (head) throws(StoreError) in head.clock.tick(at: terms.now) }
    let lanes = try shape.lanes(of: operation, on: old)
    var queued: Queued
    if let record {
      let pending: Int64
      (queued, pending) = try enqueue(operation, lanes, terms, shape, record, transaction)
      try show(new, on: record, pendingBy: pending, at: terms.now, transaction)
    } else {
      let row = try begin(entity, new, at: terms.now, transaction)
      queued = try append(operation, lanes, terms, row: row, transaction)
    }
    queued.touched.entities = [entity]
    queued.touched.isQueueTouched = true
    return queued
  }

  /// The row of an entity of which nothing is known here, with the one operation that makes it.
  private func begin(
    _ entity: EntityRef, _ state: [UInt8]?, at now: Int64, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) -> Int64 {
    let row = try transaction.first(
      """
      INSERT INTO entity(type, key, version, server, local, pending, keep, accessed, pass)
      VALUES($1, $2, 0, NULL, $3, 1, 1, $4, 0) RETURNING id
      """, [.text(entity.type), .bytes(entity.key), .bytes(state), .integer(now)]
    ) { $0.integer(0) }
    guard let row else { throw StoreError(.corrupt, "a row that was inserted is not there") }
    return row
  }

  /// Writes what the program sees from now on.
  private func show(
    _ state: [UInt8]?, on record: EntityRecord, pendingBy change: Int64, at now: Int64,
    _ transaction: borrowing WriteTransaction
  ) throws {
    let pending = record.pending + change
    if pending == 0 && record.server == nil && record.version == 0 {
      try transaction.execute("DELETE FROM entity WHERE id = $1", [.integer(record.id)])
    } else {
      try transaction.execute(
        "UPDATE entity SET local = $2, pending = $3, accessed = $4 WHERE id = $1",
        [.integer(record.id), pending > 0 ? .bytes(state) : .null, .integer(pending), .integer(now)])
      if pending == 0 { try letGo(record.id, record.type, record.server, in: transaction) }
    }
  }

  // MARK: The queue's end

  /// Adds the operation, or makes it one with the last.
  private func enqueue(
    _ operation: EntityOperation, _ lanes: [Lane], _ terms: Terms, _ shape: EntityShape, _ record: EntityRecord,
    _ transaction: borrowing WriteTransaction
  ) throws -> (Queued, pending: Int64) {
    var operation = operation
    operation.group = terms.unit ?? 0
    if !terms.beginsGroup, let last = try coalescable(operation, lanes, record, transaction) {
      switch try Coalescing(last.content, operation, shape: shape) {
      case .merged(let both) where try stands(both, for: last, operation, record, shape, transaction):
        var merged = last
        merged.content = both
        merged.urgency = min(last.urgency, terms.urgency)
        try transaction.store(merged)
        if merged.urgency != last.urgency {
          try transaction.changeHead { (head) throws(StoreError) in head.edits += 1 }
        }
        return (Queued(position: last.position), 0)
      case .nothing where try last.content.group == 0 && stands(nil, for: last, operation, record, shape, transaction):
        try transaction.removeOperation(at: last.position)
        try transaction.keep(Outcome(number: last.content.number), of: last.position, at: terms.now)
        var queued = Queued(position: last.position, isUndone: true)
        queued.touched.settled = [last.position]
        return (queued, -1)
      case .merged, .nothing, .separate: break
      }
    }
    return (try append(operation, lanes, terms, row: record.id, transaction), 1)
  }

  /// Whether one operation, or none, makes of the entity what the two make of it. It does not where the later takes back
  /// what the earlier changed, and the hub's state has become another since that was made: somebody has decided for the
  /// earlier nevertheless.
  private func stands(
    _ merged: EntityOperation?, for earlier: StoredOperation, _ later: EntityOperation, _ record: EntityRecord,
    _ shape: EntityShape, _ transaction: borrowing WriteTransaction
  ) throws -> Bool {
    if let merged {
      let kept = Set(merged.changes.map(\.field))
      let isWhole = (earlier.content.changes + later.changes).allSatisfy { kept.contains($0.field) }
      if merged.kind == .delete || isWhole { return true }
    }
    let others = try transaction.operations(on: earlier.entity).prefix { $0.position < earlier.position }
    let server = try record.server.map { (bytes) throws(SyncError) in try EntityFields(bytes) }
    let without = Rebase.shown(server, others, shape)
    let with = try Rebase.local(server: without, pending: merged.map { [$0] } ?? [], shape: shape)
    return try Rebase.local(server: without, pending: [earlier.content, later], shape: shape) == with
  }

  /// Adds the operation.
  private func append(
    _ operation: EntityOperation, _ lanes: [Lane], _ terms: Terms, row: Int64,
    _ transaction: borrowing WriteTransaction
  ) throws(StoreError) -> Queued {
    var operation = operation
    operation.group = terms.unit ?? 0
    let head = try transaction.changeHead { (head) throws(StoreError) in
      head.lastNumber += 1
      head.lastPosition += 1
      return head
    }
    let position = head.lastPosition
    operation.number = head.lastNumber
    operation.opening = head.opening
    if terms.beginsGroup { operation.group = position }
    try transaction.store(
      StoredOperation(
        position: position, incarnation: head.incarnation, row: row, unit: terms.unit ?? position, content: operation,
        urgency: terms.urgency, state: .fresh, enqueued: terms.now, notBefore: 0, attempts: 0, attempted: 0))
    try transaction.addLanes(lanes, at: position)
    return Queued(position: position)
  }

  /// The operation that this one could become one with: it has never been sent, is the last in all its lanes, and takes
  /// the same.
  private func coalescable(
    _ operation: EntityOperation, _ lanes: [Lane], _ record: EntityRecord, _ transaction: borrowing WriteTransaction
  ) throws -> StoredOperation? {
    guard let position = try transaction.lastPosition(of: record, in: lanes[0]),
      let last = try transaction.operation(at: position), last.state == .fresh, last.refusal == nil,
      // A copy of this file, or a backup, may send what was queued before they parted, as it was then.
      try transaction.head().isOf(last), last.row == record.id
    else { return nil }
    let others = try transaction.otherLanes(of: position)
    guard Set(others) == Set(lanes.dropFirst()) else { return nil }
    for lane in others where try transaction.lastPosition(in: lane) != position { return nil }
    return last
  }
}

extension ReplicaHead {
  /// Whether the operation was made since the file was opened, under the present incarnation.
  fileprivate func isOf(_ operation: StoredOperation) -> Bool {
    operation.incarnation == incarnation && operation.content.opening == opening
  }
}

extension Transaction where Self: ~Copyable {
  /// The last operation in an entity's own lane: on it, or on what names it as its parent.
  fileprivate func lastPosition(of record: EntityRecord, in lane: Lane) throws(StoreError) -> UInt64? {
    let own = try first("SELECT MAX(position) FROM operation WHERE entity = $1", [.integer(record.id)]) {
      $0.optionalInteger(0)
    }
    return try later(own ?? nil, in: lane)
  }

  /// The last operation in the lane of a parent, whose type nobody knows.
  fileprivate func lastPosition(in lane: Lane) throws(StoreError) -> UInt64? {
    let own = try first(
      """
      SELECT MAX(position) FROM operation
      WHERE entity IN (SELECT id FROM entity WHERE type IN (SELECT type FROM entity_type) AND key = $1)
      """, [.bytes(lane.key)]
    ) { $0.optionalInteger(0) }
    return try later(own ?? nil, in: lane)
  }

  /// That position, or the last of the lane's operations on other entities if it is behind it.
  private func later(_ position: Int64?, in lane: Lane) throws(StoreError) -> UInt64? {
    let other = try first("SELECT MAX(position) FROM lane WHERE key = $1", [.bytes(lane.key)]) {
      $0.optionalInteger(0)
    }
    return [position, other ?? nil].compactMap { $0 }.max().map { UInt64(bitPattern: $0) }
  }

  /// The lanes of an operation beside its entity's own.
  func otherLanes(of position: UInt64) throws(StoreError) -> [Lane] {
    try all("SELECT key FROM lane WHERE position = $1", [.integer(Int64(bitPattern: position))]) {
      Lane(key: $0.bytes(0))
    }
  }
}

extension WriteTransaction {
  /// Keeps what became of an operation that leaves the queue. An outcome of no kind is that of one that was taken back.
  func keep(_ outcome: Outcome, of position: UInt64, at now: Int64) throws(StoreError) {
    var outcome = outcome
    outcome.state = nil
    try execute(
      """
      INSERT INTO outcome(position, at, outcome) VALUES($1, $2, $3)
      ON CONFLICT(position) DO UPDATE SET at = excluded.at, outcome = excluded.outcome
      """, [.integer(Int64(bitPattern: position)), .integer(now), .bytes(outcome.encoded())])
  }
}
