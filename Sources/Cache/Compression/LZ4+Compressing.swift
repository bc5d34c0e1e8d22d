extension LZ4 {
  /// The bytes as a block, or nil where that would have more than `limit` bytes.
  package static func compress(_ bytes: [UInt8], limit: Int) -> [UInt8]? {
    var block: [UInt8] = []
    block.reserveCapacity(min(limit, bytes.count))
    var start = 0
    guard bytes.count < UInt32.max else { return nil }
    if bytes.count > lastMatchStart {
      let isDone = bytes.withUnsafeBytes { source in
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 1 << Limits.matchBits) { table in
          table.initialize(repeating: 0)
          return compressMatches(source, table, into: &block, from: &start, limit: limit)
        }
      }
      guard isDone else { return nil }
    }
    append(literals: bytes[start...], match: 0, to: &block)
    return block.count <= limit ? block : nil
  }

  /// Writes all sequences with a match, and leaves `start` at what comes after; false where the limit is passed.
  ///
  /// The table has for each hash of four bytes the place after which they were seen last, zero where they were not. Where
  /// nothing matches for long, steps become longer.
  private static func compressMatches(
    _ source: UnsafeRawBufferPointer, _ table: UnsafeMutableBufferPointer<UInt32>, into block: inout [UInt8],
    from start: inout Int, limit: Int
  ) -> Bool {
    let (lastStart, end) = (source.count - lastMatchStart, source.count - lastLiterals)
    var place = 0
    var misses = 0
    while place <= lastStart {
      let four = source.loadUnaligned(fromByteOffset: place, as: UInt32.self)
      let slot = Int((four &* 2_654_435_761) >> UInt32(32 - Limits.matchBits))
      let seen = Int(table[slot]) - 1
      table[slot] = UInt32(place + 1)
      guard seen >= 0, place - seen <= farthest,
        source.loadUnaligned(fromByteOffset: seen, as: UInt32.self) == four
      else {
        misses += 1
        place += 1 + misses >> Limits.patienceBits
        continue
      }
      misses = 0
      var (match, back) = (shortestMatch, 0)
      while place + match < end, source[seen + match] == source[place + match] { match += 1 }
      while place - back > start, seen - back > 0, source[place - back - 1] == source[seen - back - 1] { back += 1 }
      append(
        literals: source[start..<place - back], distance: place - seen, match: match + back, to: &block)
      place += match
      start = place
      if block.count > limit { return false }
    }
    return true
  }

  /// A sequence; the last one has no match.
  private static func append(
    literals: some RandomAccessCollection<UInt8>, distance: Int = 0, match: Int, to block: inout [UInt8]
  ) {
    let extra = max(0, match - shortestMatch)
    block.append(UInt8(min(literals.count, 15) << 4 | min(extra, 15)))
    appendRest(of: literals.count, to: &block)
    block.append(contentsOf: literals)
    guard match > 0 else { return }
    block.append(UInt8(truncatingIfNeeded: distance))
    block.append(UInt8(truncatingIfNeeded: distance >> 8))
    appendRest(of: extra, to: &block)
  }

  private static func appendRest(of count: Int, to block: inout [UInt8]) {
    guard count >= 15 else { return }
    var rest = count - 15
    while rest >= 255 {
      block.append(255)
      rest -= 255
    }
    block.append(UInt8(rest))
  }
}
