import HoldfastContract

/// An entity's row while an operation is merged into it.
struct RowDraft {
  private(set) var row: EntityRow
  /// Whether a field has another value than before.
  private(set) var isChanged = false

  private let replica: UInt64
  private let next: UInt64
  private let clock: ClockReading

  init(_ row: EntityRow, by replica: UInt64, next: UInt64, clock: ClockReading) {
    self.row = row
    self.replica = replica
    self.next = next
    self.clock = clock
  }

  /// The row with its new version.
  var finished: EntityRow {
    var row = row
    row.version = next
    row.isDeleted = false
    row.marks.isKept = false
    row.marks.deleter = 0
    row.marks.clock = max(row.marks.clock, clock)
    return row
  }

  /// Whether the new value prevails over the one that is there: by clock, and of equal clocks by its bytes. So the same
  /// value prevails in whatever order the hub hears of them.
  func isLater(_ change: FieldChange) -> Bool {
    let there = row.marks[change.field]?.clock ?? ClockReading(time: .min)
    if clock != there { return there < clock }
    return row.fields[change.field].lexicographicallyPrecedes(change.after)
  }

  /// The field gets a new value from one who knows the value before: it comes later, even if the replica's clock does not
  /// say so.
  mutating func replace(_ change: FieldChange, isTimed: Bool) {
    let before = row.marks[change.field]?.clock
    let after = before.map { max(clock, $0.next) } ?? clock
    set(change.field, to: change.after, writer: replica, clock: isTimed ? after : nil)
  }

  /// The field gets a new value that prevails over one that was not known.
  mutating func overrule(_ change: FieldChange, isTimed: Bool) {
    set(change.field, to: change.after, writer: replica, clock: isTimed ? clock : nil)
  }

  /// Whether a value that is there already is given again at a later time. That is a change as well, or an earlier one
  /// that the hub hears of later would prevail.
  func isConfirmed(_ field: UInt32) -> Bool {
    row.marks[field]?.clock.map { $0 < clock } ?? true
  }

  /// An increment, or elements.
  mutating func merge(_ change: FieldChange, shape: EntityShape, isSeen: Bool) throws(SyncError) {
    let before = row.fields[change.field]
    var fields = row.fields
    try fields.apply(change, shape: shape)
    if fields[change.field] == before { return }
    // What was there and has not been seen stays unseen, now that it is mixed with the replica's own.
    set(
      change.field, to: fields[change.field], writer: isSeen ? replica : 0, clock: row.marks[change.field]?.clock)
  }

  private mutating func set(_ field: UInt32, to bytes: [UInt8], writer: UInt64, clock: ClockReading?) {
    row.fields[field] = bytes
    row.marks[field] = FieldMark(field: field, version: next, writer: writer, clock: clock)
    isChanged = true
  }
}
