internal import HoldfastStore

/// The records of values that were written lately, so that writing them again needs no search for their rows.
///
/// Exact, because nobody but the writer changes rows, and it says here what it does to them: whatever a job has touched
/// is forgotten when the job is undone, and everything when its group is.
final class RecentValues: GroupState {
  @exclusivity(unchecked) private var table = Table()

  init() {}

  /// The record as the transaction has it, if it is known.
  func find(space: Int64, key: [UInt8]) -> ValueRecord? { table.find(space, key) }

  /// Remembers what the transaction has now; nil for nothing.
  func note(_ record: ValueRecord?, space: Int64, key: [UInt8]) { table.note(record, space, key) }

  func jobEnded(kept: Bool) { table.jobEnded(kept: kept) }

  func flush(_ transaction: borrowing WriteTransaction) {}

  func outlivesCommit() -> Bool { true }
}

extension RecentValues {
  /// Records in places of a fixed number. Each name belongs into one pair of places, from which the record that was
  /// written earlier goes when a third comes.
  private struct Table {
    private struct Entry {
      var space: Int64
      var key: [UInt8]
      var record: ValueRecord

      func isOf(_ space: Int64, _ key: [UInt8]) -> Bool { self.space == space && self.key == key }
    }

    /// Pairs, in each the one that was written later first.
    private var entries = [Entry?](repeating: nil, count: Limits.recentValues)
    /// The pairs that the job which runs now has changed.
    private var touched: [Int] = []

    func find(_ space: Int64, _ key: [UInt8]) -> ValueRecord? {
      let pair = pair(space, key)
      if let first = entries[pair], first.isOf(space, key) { return first.record }
      if let second = entries[pair + 1], second.isOf(space, key) { return second.record }
      return nil
    }

    mutating func note(_ record: ValueRecord?, _ space: Int64, _ key: [UInt8]) {
      let pair = pair(space, key)
      touched.append(pair)
      if let second = entries[pair + 1], second.isOf(space, key) { entries[pair + 1] = nil }
      if let first = entries[pair], !first.isOf(space, key) { entries[pair + 1] = first }
      entries[pair] = record.flatMap { record in
        key.count <= Limits.recentKeyBytes ? Entry(space: space, key: key, record: record) : nil
      }
    }

    mutating func jobEnded(kept: Bool) {
      if !kept {
        for pair in touched {
          entries[pair] = nil
          entries[pair + 1] = nil
        }
      }
      touched.removeAll(keepingCapacity: true)
    }

    /// The first place of a name's pair. Whoever seeks names that meet there gains nothing but searches for their rows.
    private func pair(_ space: Int64, _ key: [UInt8]) -> Int {
      let hash = key.withUnsafeBytes { bytes in
        var hash = Self.mixed(UInt64(bitPattern: space), UInt64(bytes.count))
        let end = bytes.count & ~7
        for offset in stride(from: 0, to: end, by: 8) {
          hash = Self.mixed(hash, bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
        for index in end..<bytes.count { hash = Self.mixed(hash, UInt64(bytes[index])) }
        return hash
      }
      return Int(hash % UInt64(Limits.recentValues / 2)) * 2
    }

    private static func mixed(_ hash: UInt64, _ word: UInt64) -> UInt64 {
      let product = (hash ^ word) &* 0x9e37_79b9_7f4a_7c15
      return product ^ product >> 32
    }
  }
}
