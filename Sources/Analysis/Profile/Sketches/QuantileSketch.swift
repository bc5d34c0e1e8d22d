/// Which number has which share of all numbers below it: a KLL sketch, which halves what it keeps, by chance, where it
/// grows over its room, and below it a sampler, so that of very many numbers only some are sorted at all.
///
/// The error is one of rank: the answer for the median is a number that stands somewhere near the middle, at most
/// `rankError` of all numbers away from it (99 of 100 times). Chance is seeded: the same numbers in the same order make
/// the same sketch.
struct QuantileSketch: Sendable, Equatable {
  /// How many numbers the highest level keeps.
  let room: Int
  private(set) var count = 0
  /// A number of level n stands for 2 to the power of n. Those below `lowest` are empty.
  private var levels: [[Double]] = [[]]
  /// The level into which numbers come: of each 2^lowest numbers one, chosen by chance.
  private var lowest = 0
  /// Numbers until the next is taken, and from there to the end of its block.
  private var skip = 0
  private var rest = 0
  private var random: UInt64 = 0x9E37_79B9_7F4A_7C15

  init(room: Int) { self.room = room }

  /// At most this share of all numbers lies between the rank that was asked for and that of the answer, 99 of 100
  /// times.
  var rankError: Double {
    // The sketch's share, and that of the sampler: each of its numbers stands for a block, evenly spread.
    let sketch = 2.3 / Double(room)
    return isExact ? 0 : sketch + (lowest > 0 ? 1.3 / Double(Limits.quantileSampleNumbers).squareRoot() : 0)
  }

  /// Every number is still here.
  var isExact: Bool { levels.count == 1 }

  mutating func add(_ numbers: UnsafeBufferPointer<Double>) {
    var place = 0
    while place < numbers.count {
      if lowest == 0 {
        let free = max(1, capacity(of: 0) - levels[0].count)
        let end = min(numbers.count, place + free)
        levels[0].append(contentsOf: numbers[place..<end])
        count += end - place
        place = end
      } else {
        let end = min(numbers.count, place + skip + 1)
        let isTaken = end - place == skip + 1
        count += end - place
        if isTaken {
          levels[lowest].append(numbers[end - 1])
          nextBlock()
        } else {
          skip -= end - place
        }
        place = end
      }
      if levels[lowest].count >= capacity(of: lowest) { shrink() }
    }
  }

  mutating func merge(_ other: QuantileSketch) {
    guard other.count > 0 else { return }
    count.addSaturating(other.count)
    while levels.count < other.levels.count { levels.append([]) }
    for (level, numbers) in other.levels.enumerated() { levels[level].append(contentsOf: numbers) }
    if other.lowest > lowest { raise(to: other.lowest) }
    for level in 0..<lowest { compactAll(level) }
    shrink()
  }

  /// The numbers that the sketch keeps, ascending, each with how many it stands for.
  var weighted: [(number: Double, weight: Double)] {
    var all: [(number: Double, weight: Double)] = []
    for (level, numbers) in levels.enumerated() {
      let weight = Double(sign: .plus, exponent: level, significand: 1)
      all += numbers.map { ($0, weight) }
    }
    return all.sorted { $0.number < $1.number }
  }

  /// For each share (0…1, ascending) the number that has so many below it; nothing without numbers.
  func quantiles(_ shares: [Double]) -> [Double] {
    let all = weighted
    guard let last = all.last else { return [] }
    let total = all.reduce(0) { $0 + $1.weight }
    var (place, below) = (0, 0.0)
    return shares.map { share in
      while place < all.count, below + all[place].weight < share * total {
        below += all[place].weight
        place += 1
      }
      return place < all.count ? all[place].number : last.number
    }
  }

  /// The sketch of each number times a positive factor.
  func scaled(by factor: Double) -> QuantileSketch {
    var scaled = self
    scaled.levels = levels.map { $0.map { $0 * factor } }
    return scaled
  }

  private func capacity(of level: Int) -> Int {
    // Numbers come in batches, which are sorted at once.
    if level == lowest { return room }
    // Two thirds of the level above, and never so few that halving them would say nothing.
    var capacity = Double(room)
    for _ in level..<(levels.count - 1) where capacity > 8 { capacity *= 2.0 / 3.0 }
    return max(8, Int(capacity))
  }

  /// Halves levels that are over their room, and takes fewer of the numbers to come when there are very many.
  private mutating func shrink() {
    var level = lowest
    while level < levels.count {
      if levels[level].count >= capacity(of: level) { compact(level) }
      level += 1
    }
    var wanted = lowest
    while count >> (wanted + 1) >= Limits.quantileSampleNumbers, wanted < 40 { wanted += 1 }
    if wanted > lowest { raise(to: wanted) }
  }

  private mutating func raise(to level: Int) {
    while levels.count <= level { levels.append([]) }
    for below in lowest..<level { compactAll(below) }
    lowest = level
    rest = 0
    nextBlock()
  }

  /// Every second number of a level goes up, and stands for both.
  private mutating func compact(_ level: Int) {
    if level + 1 == levels.count { levels.append([]) }
    levels[level].sort()
    let offset = chance(below: 2)
    let pairs = levels[level].count / 2
    levels[level + 1].reserveCapacity(levels[level + 1].count + pairs)
    for pair in 0..<pairs { levels[level + 1].append(levels[level][pair * 2 + offset]) }
    let left = levels[level].count % 2 == 1 ? levels[level].last : nil
    levels[level].removeAll(keepingCapacity: true)
    if let left { levels[level].append(left) }
  }

  /// A level that is given up: the number without a pair goes up every second time.
  private mutating func compactAll(_ level: Int) {
    guard !levels[level].isEmpty else { return }
    compact(level)
    if let left = levels[level].last, chance(below: 2) == 1 { levels[level + 1].append(left) }
    levels[level] = []
  }

  /// Chooses which number of the next block is taken.
  private mutating func nextBlock() {
    let chosen = chance(below: 1 << lowest)
    skip = rest + chosen
    rest = (1 << lowest) - 1 - chosen
  }

  /// A number below a power of two.
  private mutating func chance(below power: Int) -> Int {
    random = random &+ 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: ValueHash.fold(random, 0xE703_7ED1_A0B4_28DB) >> 7) & (power - 1)
  }
}

extension QuantileSketch: Codable {
  private enum CodingKeys: CodingKey {
    case room, count, levels, lowest, skip, rest, random
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(room, forKey: .room)
    try container.encode(count, forKey: .count)
    try container.encode(levels.map { PackedArray($0) }, forKey: .levels)
    try container.encode(lowest, forKey: .lowest)
    try container.encode(skip, forKey: .skip)
    try container.encode(rest, forKey: .rest)
    try container.encode(random, forKey: .random)
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    room = try container.decode(Int.self, forKey: .room)
    count = try container.decode(Int.self, forKey: .count)
    levels = try container.decode([PackedArray<Double>].self, forKey: .levels).map(\.elements)
    lowest = try container.decode(Int.self, forKey: .lowest)
    skip = try container.decode(Int.self, forKey: .skip)
    rest = try container.decode(Int.self, forKey: .rest)
    random = try container.decode(UInt64.self, forKey: .random)
    let block = 1 << max(0, min(lowest, 40))
    guard Limits.quantileRooms.contains(room), count >= 0, (1...64).contains(levels.count),
      levels.allSatisfy({ $0.count <= 2 * room && $0.allSatisfy(\.isFinite) }), (0...40).contains(lowest),
      lowest < levels.count, (0..<2 * block).contains(skip), (0..<block).contains(rest)
    else {
      throw DecodingError.dataCorruptedError(forKey: .levels, in: container, debugDescription: "this is no sketch")
    }
  }
}
