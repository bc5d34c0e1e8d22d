/// Where an entry of a map stands in a writer's buffer.
@usableFromInline
struct WrittenEntry {
  /// The rank of the key.
  @usableFromInline let rank: UInt64

  /// The entry with its tag.
  @usableFromInline let start: UnsafeMutableRawPointer
  @usableFromInline let end: UnsafeMutableRawPointer

  /// The key with its tag.
  @usableFromInline let keyStart: UnsafeMutableRawPointer
  @usableFromInline let keyEnd: UnsafeMutableRawPointer

  @inlinable
  init(
    rank: UInt64, start: UnsafeMutableRawPointer, end: UnsafeMutableRawPointer, keyStart: UnsafeMutableRawPointer,
    keyEnd: UnsafeMutableRawPointer
  ) {
    self.rank = rank
    self.start = start
    self.end = end
    self.keyStart = keyStart
    self.keyEnd = keyEnd
  }

  @inline(__always)
  func precedes(_ other: WrittenEntry) -> Bool {
    rank == other.rank ? keyBytes.precedes(other.keyBytes) : rank < other.rank
  }

  /// The bytes of the key, which is length-delimited, without tag and length.
  private var keyBytes: UnsafeRawBufferPointer {
    let key = UnsafeRawBufferPointer(start: keyStart, count: keyEnd - keyStart).dropFirst()
    // The last byte of the length is the first without the high bit.
    return UnsafeRawBufferPointer(rebasing: key.drop { $0 >= 0x80 }.dropFirst())
  }
}

extension MessageWriter {
  /// Puts the entries of a map, which fill the buffer from the position to `end`, into ascending order.
  @usableFromInline
  mutating func sort(_ entries: UnsafeMutableBufferPointer<WrittenEntry>, before end: UnsafeMutableRawPointer) {
    // The entry that was written last stands first.
    var isSorted = true
    for index in 1..<entries.count where !entries[index].precedes(entries[index &- 1]) { isSorted = false }
    if isSorted { return }
    var entries = entries
    if entries.count <= 16 {
      // By insertion, which is quickest for the few entries that most maps have.
      for index in 1..<entries.count {
        let entry = entries[index]
        var place = index
        while place > 0, entry.precedes(entries[place &- 1]) {
          entries[place] = entries[place &- 1]
          place &-= 1
        }
        entries[place] = entry
      }
    } else {
      entries.sort { $0.precedes($1) }
    }
    let size = end - position
    withUnsafeTemporaryAllocation(byteCount: size, alignment: 1) { scratch in
      guard let scratch = scratch.baseAddress else { return }
      scratch.copyMemory(from: position, byteCount: size)
      var target = position
      for entry in entries {
        let count = entry.end - entry.start
        target.copyMemory(from: scratch + (entry.start - position), byteCount: count)
        target += count
      }
    }
  }
}
