internal import HoldfastContract
internal import HoldfastStore

/// What the hub's history has in common with others.
struct Ancestry {
  /// The hub's own.
  let epoch: [UInt8]
  let space: Int64
  /// Where the space stands.
  let sequence: Int64

  /// Up to which sequence of the space the history that `earlier` names is the hub's own; 0 when it is not known.
  func shared<Reading: Transaction & ~Copyable>(
    with earlier: [UInt8], _ transaction: borrowing Reading
  ) throws(StoreError) -> Int64 {
    try known(earlier, transaction) ?? 0
  }

  /// The same for a replica, which may come out of a run that the database has lost, and know of those before.
  func shared<Reading: Transaction & ~Copyable>(
    with epoch: [UInt8], _ earlier: [EarlierHistory], _ transaction: borrowing Reading
  ) throws(StoreError) -> UInt64 {
    if let shared = try known(epoch, transaction) { return UInt64(clamping: shared) }
    for history in earlier {
      if let shared = try known(history.epoch, transaction) { return min(UInt64(clamping: shared), history.shared) }
    }
    return 0
  }

  private func known<Reading: Transaction & ~Copyable>(
    _ earlier: [UInt8], _ transaction: borrowing Reading
  ) throws(StoreError) -> Int64? {
    earlier == epoch ? sequence : try RunTable.end(of: earlier, space: space, transaction)
  }
}
