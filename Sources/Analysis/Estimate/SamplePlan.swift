/// Which texts are tried before a run, so that they stand for all: one block from each of as many equal parts of the
/// rows, at a place in it that the seed chooses, and no two parts alike. The head of a file alone would tell of its
/// head.
public struct SamplePlan: Sendable, Equatable {
  /// Rows to time, each range as one block, in the order of the file.
  public let blocks: [Range<Int>]
  /// The order in which to time the blocks: not that of the file, so that load which changes meanwhile does not look
  /// like a file whose end differs from its beginning.
  public let order: [Int]

  /// A plan for about `sampled` of so many rows, in `blocks` parts; all rows when there are not more.
  public init(rows: Int, sampled: Int = 1_000, blocks count: Int = 40, seed: UInt64 = 0) {
    let rows = max(0, rows)
    let sampled = min(max(0, sampled), rows)
    let count = min(max(1, count), max(1, sampled))
    let size = sampled / count
    var random = PlanRandom(state: seed)
    let blocks: [Range<Int>] = (0..<count).compactMap { part in
      let start = Self.share(part, of: rows, in: count)
      let end = Self.share(part + 1, of: rows, in: count)
      let length = sampled == rows ? end - start : min(size, end - start)
      guard length > 0 else { return nil }
      let first = start + random.below(end - start - length + 1)
      return first..<(first + length)
    }
    var order = Array(blocks.indices)
    for index in order.indices.reversed() { order.swapAt(index, random.below(index + 1)) }
    self.blocks = blocks
    self.order = order
  }

  private static func share(_ part: Int, of rows: Int, in count: Int) -> Int {
    let (whole, rest) = rows.quotientAndRemainder(dividingBy: count)
    return whole * part + rest * part / count
  }
}

/// SplitMix64: the same plan for the same seed, on all machines.
private struct PlanRandom {
  var state: UInt64

  mutating func below(_ bound: Int) -> Int {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    z ^= z >> 31
    return Int(z.multipliedFullWidth(by: UInt64(bound)).high)
  }
}
