internal import HoldfastStore

/// The records of values that were written lately, so that writing them again needs no search for their rows.
///
/// Exact, because nobody but the writer changes rows, and it says here what it does to them: whatever a job has touched
/// is forgotten when the job is undone, and everything when its group is. Each name has one place, which it may lose to
/// another name, so that the size is fixed.
final class RecentValues: GroupState {
  private struct Entry {
    var space: Int64
    var key: [UInt8]
    var record: ValueRecord
  }

  private var entries = [Entry?](repeating: nil, count: Limits.recentValues)
  /// The places that the job which runs now has filled or emptied.
  private var touched: [Int] = []

  init() {}

  /// The record as the transaction has it, if it is known.
  func find(space: Int64, key: [UInt8]) -> ValueRecord? {
    guard let entry = entries[place(space, key)], entry.space == space, entry.key == key else { return nil }
    return entry.record
  }

  /// Remembers what the transaction has now; nil for nothing.
  func note(_ record: ValueRecord?, space: Int64, key: [UInt8]) {
    let place = place(space, key)
    touched.append(place)
    guard let record, key.count <= Limits.recentKeyBytes else {
      entries[place] = nil
      return
    }
    entries[place] = Entry(space: space, key: key, record: record)
  }

  private func place(_ space: Int64, _ key: [UInt8]) -> Int {
    var hasher = Hasher()
    hasher.combine(space)
    key.withUnsafeBytes { hasher.combine(bytes: $0) }
    return Int(UInt(bitPattern: hasher.finalize()) % UInt(Limits.recentValues))
  }

  func jobEnded(kept: Bool) {
    if !kept { for place in touched { entries[place] = nil } }
    touched.removeAll(keepingCapacity: true)
  }

  func flush(_ transaction: borrowing WriteTransaction) {}

  func outlivesCommit() -> Bool { true }
}
