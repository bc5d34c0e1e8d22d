/// Keys and values of one shard: a hash table with open addressing.
///
/// It alone has its memory, so that it may go from thread to thread. Marks lie beside each other, so that looking for a key
/// touches one or two lines of memory and then its entry.
@usableFromInline
struct Table<Key: Hashable & Sendable, Value: Sendable>: ~Copyable, @unchecked Sendable {
  @usableFromInline
  struct Entry: Sendable {
    @usableFromInline let key: Key
    @usableFromInline var value: Value
    /// When it ends, by the clock; `UInt64.max` for never.
    @usableFromInline var end: UInt64

    @inlinable
    init(key: Key, value: Value, end: UInt64) {
      self.key = key
      self.value = value
      self.end = end
    }
  }

  @usableFromInline var marks: UnsafeMutablePointer<Mark>
  /// Initialized where the slot's mark is not empty.
  @usableFromInline var entries: UnsafeMutablePointer<Entry>
  @usableFromInline var mask: Int
  @usableFromInline var count = 0

  @inlinable
  init() {
    mask = Limits.restingSlots - 1
    (marks, entries) = Self.allocate(Limits.restingSlots)
  }

  @inlinable
  deinit {
    for slot in 0...mask where !marks[slot].isEmpty { (entries + slot).deinitialize(count: 1) }
    marks.deallocate()
    entries.deallocate()
  }

  @inlinable
  static func allocate(_ slots: Int) -> (UnsafeMutablePointer<Mark>, UnsafeMutablePointer<Entry>) {
    let marks = UnsafeMutablePointer<Mark>.allocate(capacity: slots)
    marks.initialize(repeating: Mark(bits: 0), count: slots)
    return (marks, .allocate(capacity: slots))
  }

  // MARK: Looking

  /// The slot that has the key.
  @inlinable
  func slot(of key: Key, hash: UInt64) -> Int? {
    let half = UInt32(truncatingIfNeeded: hash)
    var slot = Int(half) & mask
    while !marks[slot].isEmpty {
      if marks[slot].half == half, entries[slot].key == key { return slot }
      slot = (slot + 1) & mask
    }
    return nil
  }

  /// The slot of an entry that the policy knows by its number.
  @inlinable
  func slot(of id: NodeID, hash: UInt64) -> Int? {
    let mark = Mark(id: id, hash: hash)
    var slot = Int(mark.half) & mask
    while !marks[slot].isEmpty {
      if marks[slot] == mark { return slot }
      slot = (slot + 1) & mask
    }
    return nil
  }

  // MARK: Changing

  /// Adds a key that the table does not have.
  @inlinable
  mutating func add(_ entry: consuming Entry, mark: Mark) {
    if (count + 1) * 4 > (mask + 1) * Limits.takenQuarters { grow() }
    let slot = freeSlot(for: mark)
    marks[slot] = mark
    (entries + slot).initialize(to: entry)
    count += 1
  }

  /// Takes the entry out, and moves up what had to go past it.
  @inlinable
  mutating func take(_ start: Int) -> Entry {
    let entry = (entries + start).move()
    var hole = start
    var slot = start
    while true {
      slot = (slot + 1) & mask
      guard !marks[slot].isEmpty else { break }
      let distance = (slot - Int(marks[slot].half)) & mask
      guard distance >= (slot - hole) & mask else { continue }
      marks[hole] = marks[slot]
      (entries + hole).moveInitialize(from: entries + slot, count: 1)
      hole = slot
    }
    marks[hole] = Mark(bits: 0)
    count -= 1
    return entry
  }

  @inlinable
  func freeSlot(for mark: Mark) -> Int {
    var slot = Int(mark.half) & mask
    while !marks[slot].isEmpty { slot = (slot + 1) & mask }
    return slot
  }

  @inlinable
  mutating func grow() {
    let (oldMarks, oldEntries, oldMask) = (marks, entries, mask)
    mask = oldMask * 2 + 1
    (marks, entries) = Self.allocate(mask + 1)
    for old in 0...oldMask where !oldMarks[old].isEmpty {
      let slot = freeSlot(for: oldMarks[old])
      marks[slot] = oldMarks[old]
      (entries + slot).moveInitialize(from: oldEntries + old, count: 1)
    }
    oldMarks.deallocate()
    oldEntries.deallocate()
  }
}
