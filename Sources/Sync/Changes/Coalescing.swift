package import HoldfastContract

/// Two operations on one entity that are as good as one.
///
/// Only operations that have never been sent may be put together: of one that has been, the hub may already have done
/// what it said then. And nothing may stand between the two in any of their lanes, or it would change its place. Seeing
/// to both is the queue's part.
package enum Coalescing: Hashable, Sendable {
  /// This stands for both, in the place and with the identity of the earlier.
  case merged(EntityOperation)
  /// They undo each other: neither has to be sent.
  case nothing
  /// They stay two.
  case separate

  /// What `earlier` and the `later` operation on the same entity come to.
  package init(_ earlier: EntityOperation, _ later: EntityOperation, shape: EntityShape) throws(SyncError) {
    guard
      earlier.type == later.type, earlier.key == later.key, earlier.group == later.group,
      // With another base the later one knows of more, and meets fewer conflicts.
      earlier.base == later.base, earlier.schema == later.schema, earlier.unknownFields == later.unknownFields
    else {
      self = .separate
      return
    }
    switch (earlier.kind, later.kind) {
    // The hub never hears of it. In a group the others may count on it.
    case (.create, .delete): self = earlier.group == 0 ? .nothing : .separate
    case (.update, .delete):
      var merged = later
      merged.number = earlier.number
      merged.base = earlier.base
      merged.opening = earlier.opening
      merged.revision = earlier.revision &+ 1
      self = .merged(merged)
    case (.create, .update), (.update, .update):
      guard let changes = try Self.changes(earlier.changes, later.changes, shape: shape) else {
        self = .separate
        return
      }
      var merged = earlier
      merged.changes = changes
      merged.clock = later.clock
      merged.revision &+= 1
      if changes.isEmpty && earlier.kind == .update {
        self = .nothing
      } else {
        self = merged.isWithinLimits ? .merged(merged) : .separate
      }
    default: self = .separate
    }
  }

  /// The changes of both in one list; nil when they cannot be told in one.
  private static func changes(
    _ earlier: [FieldChange], _ later: [FieldChange], shape: EntityShape
  ) throws(SyncError) -> [FieldChange]? {
    var changes: [FieldChange] = []
    for number in Set((earlier + later).map(\.field)).sorted() {
      let first = earlier.filter { $0.field == number }
      let second = later.filter { $0.field == number }
      if second.isEmpty {
        changes += first
      } else if first.isEmpty {
        changes += second
      } else {
        guard let both = try pair(first, second, field: number, shape: shape) else { return nil }
        changes += both
      }
    }
    return changes
  }

  /// The changes that one field goes through, first by one operation, then by the other.
  private static func pair(
    _ first: [FieldChange], _ second: [FieldChange], field: UInt32, shape: EntityShape
  ) throws(SyncError) -> [FieldChange]? {
    switch (first[0].kind, second[0].kind) {
    case (.assign, .assign):
      var both = first[0]
      both.after = second[0].after
      return both.before == both.after ? [] : [both]
    case (.assign, _):
      var fields = EntityFields()
      fields[field] = first[0].after
      try fields.apply(second, shape: shape)
      var both = first[0]
      both.after = fields[field]
      return both.before == both.after ? [] : [both]
    case (.increment, .increment):
      var both = first[0]
      both.amount &+= second[0].amount
      return both.amount == 0 ? [] : [both]
    case (.append, .append):
      var fields = EntityFields()
      fields[field] = first[0].after
      try fields.apply(second[0], shape: shape)
      return [FieldChange(field: field, kind: .append, after: fields[field])]
    case (.insert, .insert), (.insert, .remove), (.remove, .insert), (.remove, .remove):
      return try elements(first, second, field: field, shape: shape)
    // What was there before a new value is not known to those that only add to it.
    default: return nil
    }
  }

  /// Of each element the last word counts.
  private static func elements(
    _ first: [FieldChange], _ second: [FieldChange], field: UInt32, shape: EntityShape
  ) throws(SyncError) -> [FieldChange] {
    var inserted = EntityFields()
    var removed = EntityFields()
    for change in first + second {
      var addition = change
      addition.kind = .insert
      var subtraction = change
      subtraction.kind = .remove
      if change.kind == .insert {
        try inserted.apply(addition, shape: shape)
        try removed.apply(subtraction, shape: shape)
      } else {
        try removed.apply(addition, shape: shape)
        try inserted.apply(subtraction, shape: shape)
      }
    }
    return [(FieldChangeKind.insert, inserted[field]), (.remove, removed[field])]
      .filter { !$0.1.isEmpty }
      .map { FieldChange(field: field, kind: $0.0, after: $0.1) }
  }
}
