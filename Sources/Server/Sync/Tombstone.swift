internal import HoldfastContract
internal import HoldfastStore
internal import HoldfastSync

/// What takes the place of an entity that is gone for good.
struct Tombstone {
  /// The entity's row.
  let id: Int64
  let type: (id: Int64, name: String)
  let key: [UInt8]

  /// Writes it, with a change in the log that devices are told.
  ///
  /// What the space counts of its entities is the caller's to change.
  func write(
    _ marks: EntityMarks, in account: SpaceAccount, at now: Moment, by who: String,
    _ transaction: borrowing WriteTransaction
  ) throws(StoreError) -> EntityRow {
    let row = EntityRow(
      marks: marks, version: UInt64(clamping: account.row.sequence + 1), isDeleted: true, isErased: true)
    let entry = LogEntry(kind: .entity, row, sealed: nil, type: type.name, key: key)
    try ChangeLog.append([entry], to: account, at: now, who: who, operation: nil, outcome: [], transaction)
    try EntityTable.put(
      row, sealed: nil, space: account.id, type: type.id, key: key, replacing: id, transaction)
    return row
  }
}
