/// The units of one lane, in their order, and the most urgent of them.
///
/// Units that were taken out stay in it until they come to the front, which is when they are passed over; all it does is
/// so constant on average.
struct LaneQueue {
  private var positions: [UInt64] = []
  private var first = 0
  /// Keys that are lower than all behind them, with their positions: the first one is the lowest of all.
  private var lowest: [(position: UInt64, key: UInt64)] = []
  private var firstLowest = 0

  /// Whether no unit is in it or was left in it.
  var isEmpty: Bool { first == positions.count }

  /// A unit comes behind all others.
  mutating func append(_ position: UInt64, key: UInt64) {
    positions.append(position)
    while lowest.count > firstLowest, lowest[lowest.count - 1].key >= key { lowest.removeLast() }
    lowest.append((position, key))
  }

  /// The unit at the front, after passing over those that are no longer there.
  mutating func front(_ isThere: (UInt64) -> Bool) -> UInt64? {
    while first < positions.count, !isThere(positions[first]) { first += 1 }
    if first > 64, first * 2 > positions.count {
      positions.removeFirst(first)
      first = 0
    }
    return first < positions.count ? positions[first] : nil
  }

  /// The lowest key of the units that are there.
  mutating func lowestKey(_ isThere: (UInt64) -> Bool) -> UInt64? {
    while firstLowest < lowest.count, !isThere(lowest[firstLowest].position) { firstLowest += 1 }
    if firstLowest > 64, firstLowest * 2 > lowest.count {
      lowest.removeFirst(firstLowest)
      firstLowest = 0
    }
    return firstLowest < lowest.count ? lowest[firstLowest].key : nil
  }

  /// The next unit that is there after the one at `position`.
  func next(after position: UInt64, _ isThere: (UInt64) -> Bool) -> UInt64? {
    var (low, high) = (first, positions.count)
    while low < high {
      let middle = (low + high) / 2
      if positions[middle] <= position { low = middle + 1 } else { high = middle }
    }
    while low < positions.count, !isThere(positions[low]) { low += 1 }
    return low < positions.count ? positions[low] : nil
  }
}
