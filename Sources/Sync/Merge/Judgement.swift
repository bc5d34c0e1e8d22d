package import HoldfastContract

/// How the hub merges one operation into an entity.
///
/// Fields are compared by version: the operation meets a conflict in a field that it gives a new value, and to which
/// another replica gave another one after the version that the operation was made on. What the operation's own replica
/// did before is known to it and never in its way. The field's policy decides such conflicts; increments and elements
/// are merged without any. The verdict depends on nothing but what is given here, so it is the same whoever computes it
/// and however often.
package struct Judgement: Sendable {
  package let shape: EntityShape
  /// The hub's number for the replica that made the operation; not 0.
  package let replica: UInt64
  /// The version that the entity gets if anything changes.
  package let next: UInt64
  /// The hub's time, in microseconds since 1970.
  package let now: Int64

  package init(shape: EntityShape, replica: UInt64, next: UInt64, now: Int64) {
    self.shape = shape
    self.replica = replica
    self.next = next
    self.now = now
  }

  /// What is to become of `operation`, where the hub has `row`, or nil if it has never heard of the entity.
  package func verdict(on operation: EntityOperation, row: EntityRow?) -> Verdict {
    if row?.isErased == true { return .gone }
    do {
      var operation = try shape.checked(operation)
      operation.clock = operation.clock.clamped(at: now)
      switch (operation.kind, row) {
      case (.delete, nil): return .superseded(isNews: false)
      case (.delete, let row?): return deletion(operation, row)
      case (_, nil): return try first(operation)
      case (_, let row?) where row.isDeleted: return try revival(operation, row)
      case (_, let row?): return try change(operation, row)
      }
    } catch {
      return .rejected(error)
    }
  }

  // MARK: Entities that are not there

  /// The hub has no row.
  private func first(_ operation: EntityOperation) throws(SyncError) -> Verdict {
    // The operation changes a part of an entity whose tombstone is gone, or that was lost with a part of the history.
    guard operation.kind == .create || operation.base == 0 else {
      return shape.policy == .server ? .superseded(isNews: true) : .conflict(operation.changes.map(\.field))
    }
    return try created(operation, EntityRow(), isNews: false)
  }

  /// The hub has a tombstone.
  private func revival(_ operation: EntityOperation, _ row: EntityRow) throws(SyncError) -> Verdict {
    let isKnown = row.version <= operation.base || row.marks.deleter == replica
    if isKnown {
      // Who knows of the deletion and changes a part nevertheless has nothing to change.
      guard operation.kind == .create else { return .superseded(isNews: true) }
      return try created(operation, row, isNews: false)
    }
    switch shape.policy {
    case .server: return .superseded(isNews: true)
    case .timestamp where operation.clock < row.marks.clock: return .superseded(isNews: true)
    case .client, .timestamp:
      if operation.kind == .create { return try created(operation, row, isNews: false) }
      // A part alone is no entity.
      guard row.marks.isKept else { return .conflict(operation.changes.map(\.field)) }
      return try change(operation, row)
    default: return .conflict(operation.changes.map(\.field))
    }
  }

  /// The entity begins anew with what the operation says.
  private func created(
    _ operation: EntityOperation, _ row: EntityRow, isNews: Bool
  ) throws(SyncError) -> Verdict {
    var created = EntityRow(version: next)
    created.marks.clock = max(operation.clock, row.marks.clock)
    created.marks.born = row.version == 0 ? next : row.marks.born
    // Operations that were made on the fields of before have to notice.
    for mark in row.marks.fields {
      created.marks[mark.field] = FieldMark(field: mark.field, version: next, writer: replica)
    }
    try created.fields.apply(operation.changes, shape: shape)
    for change in operation.changes {
      created.marks[change.field] = FieldMark(
        field: change.field, version: next, writer: replica,
        clock: shape.prevails(change) == .timestamp ? operation.clock : nil)
    }
    try checkSize(created)
    return .apply(created, isNews: isNews)
  }

  // MARK: Deleting

  private func deletion(_ operation: EntityOperation, _ row: EntityRow) -> Verdict {
    if row.isDeleted { return .superseded(isNews: false) }
    let unseen = row.marks.fields.filter { !isSeen($0, by: operation) }
    if !unseen.isEmpty {
      switch shape.policy {
      case .client: break
      case .server: return .superseded(isNews: true)
      // At the same time, the change prevails: it can be undone.
      case .timestamp:
        guard operation.clock > row.marks.clock else { return .superseded(isNews: true) }
      default: return .conflict(unseen.map(\.field))
      }
    }
    var tombstone = EntityRow(version: next, isDeleted: true)
    if shape.keepsDeleted {
      tombstone.fields = row.fields
      tombstone.marks = row.marks
      tombstone.marks.isKept = true
    }
    tombstone.marks.born = row.marks.born
    tombstone.marks.clock = unseen.isEmpty ? max(operation.clock, row.marks.clock.next) : operation.clock
    tombstone.marks.deleter = replica
    return .apply(tombstone, isNews: false)
  }

  // MARK: Changing

  private func change(_ operation: EntityOperation, _ old: EntityRow) throws(SyncError) -> Verdict {
    var draft = RowDraft(old, by: replica, next: next, clock: operation.clock)
    var conflicts: [UInt32] = []
    for change in operation.changes {
      let isSeen = old.marks[change.field].map { self.isSeen($0, by: operation) } ?? true
      let isTimed = shape.prevails(change) == .timestamp
      guard change.kind == .assign else {
        try draft.merge(change, shape: shape, isSeen: isSeen)
        continue
      }
      if old.fields[change.field] == change.after {
        if isTimed, draft.isConfirmed(change.field) { draft.overrule(change, isTimed: true) }
        continue
      }
      if isSeen {
        draft.replace(change, isTimed: isTimed)
        continue
      }
      switch shape.prevails(change) {
      case .server: break
      case .client: draft.overrule(change, isTimed: false)
      case .timestamp: if draft.isLater(change) { draft.overrule(change, isTimed: true) }
      default: conflicts.append(change.field)
      }
    }
    if !conflicts.isEmpty { return .conflict(conflicts) }
    let isNews = old.isDeleted || old.marks.fields.contains { !isSeen($0, by: operation) }
    guard draft.isChanged || old.isDeleted else {
      return .superseded(isNews: isNews)
    }
    let row = draft.finished
    try checkSize(row)
    return .apply(row, isNews: isNews)
  }

  /// Whether the operation's replica knew of the field's last change when it made the operation.
  private func isSeen(_ mark: FieldMark, by operation: EntityOperation) -> Bool {
    mark.version <= operation.base || mark.writer == replica
  }

  private func checkSize(_ row: EntityRow) throws(SyncError) {
    guard row.fields.size <= Limits.stateBytes else {
      throw SyncError(.tooLarge, "the entity would have \(row.fields.size) bytes of \(Limits.stateBytes)")
    }
  }
}

extension EntityShape {
  /// Who prevails when two replicas gave the field new values. A new value for what merges by deltas is decided by the
  /// entity's policy.
  fileprivate func prevails(_ change: FieldChange) -> MergePolicy {
    let policy = self[change.field].policy
    return policy.decidesWhole ? policy : self.policy
  }
}
