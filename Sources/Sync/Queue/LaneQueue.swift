/// The units of one lane, in their order, and the most urgent of them.
///
/// Units that were taken out stay in it until they come to the front, which is when they are passed over; all it does is
/// so constant on average. Most lanes never have more than one unit at once, which needs no memory beside the lane's own.
struct LaneQueue {
  private struct Unit {
    let position: UInt64
    let key: UInt64
  }

  /// The one unit, while no other has come; then the rest is empty.
  private var single: Unit?
  private var positions: [UInt64] = []
  private var first = 0
  /// Keys that are lower than all behind them, with their positions: the first one is the lowest of all.
  private var lowest: [Unit] = []
  private var firstLowest = 0

  /// A unit comes behind all others.
  mutating func append(_ position: UInt64, key: UInt64) {
    let unit = Unit(position: position, key: key)
    if let other = single.take() {
      add(other)
    } else if positions.isEmpty {
      single = unit
      return
    }
    add(unit)
  }

  private mutating func add(_ unit: Unit) {
    positions.append(unit.position)
    while lowest.count > firstLowest, lowest[lowest.count - 1].key >= unit.key { lowest.removeLast() }
    lowest.append(unit)
  }

  /// The unit at the front, after passing over those that are no longer there.
  mutating func front(_ isThere: (UInt64) -> Bool) -> UInt64? {
    if let single { return isThere(single.position) ? single.position : nil }
    while first < positions.count, !isThere(positions[first]) { first += 1 }
    if first > 64, first * 2 > positions.count {
      positions.removeFirst(first)
      first = 0
    }
    return first < positions.count ? positions[first] : nil
  }

  /// The lowest key of the units that are there.
  mutating func lowestKey(_ isThere: (UInt64) -> Bool) -> UInt64? {
    if let single { return isThere(single.position) ? single.key : nil }
    while firstLowest < lowest.count, !isThere(lowest[firstLowest].position) { firstLowest += 1 }
    if firstLowest > 64, firstLowest * 2 > lowest.count {
      lowest.removeFirst(firstLowest)
      firstLowest = 0
    }
    return firstLowest < lowest.count ? lowest[firstLowest].key : nil
  }

  /// The next unit that is there after the one at `position`.
  func next(after position: UInt64, _ isThere: (UInt64) -> Bool) -> UInt64? {
    if let single { return single.position > position && isThere(single.position) ? single.position : nil }
    var (low, high) = (first, positions.count)
    while low < high {
      let middle = (low + high) / 2
      if positions[middle] <= position { low = middle + 1 } else { high = middle }
    }
    while low < positions.count, !isThere(positions[low]) { low += 1 }
    return low < positions.count ? positions[low] : nil
  }
}
