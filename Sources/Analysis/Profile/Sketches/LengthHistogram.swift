/// How long values are: a count for each length up to 127, and above for each of 64 equal steps between powers of two,
/// so that every quantile is within 0.8 % of a length, and exact for the short. Parts merge to what one pass makes.
struct LengthHistogram: Sendable, Equatable {
  /// What a length above 127 may be off by, as a share of it.
  static let relativeError = 1.0 / 128

  private var counts = PackedArray<Int>()
  private(set) var count = 0
  private(set) var sum = 0
  private(set) var least = Int.max
  private(set) var greatest = 0

  init() {}

  var mean: Double { count > 0 ? Double(sum) / Double(count) : 0 }

  mutating func add(_ lengths: UnsafeBufferPointer<UInt32>) {
    var (sum, least, greatest): (Int, UInt32, UInt32) = (0, .max, 0)
    for length in lengths {
      sum += Int(length)
      least = min(least, length)
      greatest = max(greatest, length)
    }
    guard !lengths.isEmpty else { return }
    makeRoom(for: Int(greatest))
    counts.elements.withUnsafeMutableBufferPointer { counts in
      for length in lengths { counts[Self.step(of: Int(length))] += 1 }
    }
    count += lengths.count
    self.sum += sum
    self.least = min(self.least, Int(least))
    self.greatest = max(self.greatest, Int(greatest))
  }

  mutating func merge(_ other: LengthHistogram) {
    guard other.count > 0 else { return }
    makeRoom(for: other.greatest)
    for (step, added) in other.counts.elements.enumerated() {
      counts.elements[step].addSaturating(added)
    }
    count.addSaturating(other.count)
    sum.addSaturating(other.sum)
    least = min(least, other.least)
    greatest = max(greatest, other.greatest)
  }

  /// For each share (0…1, ascending) the length that so many values stay below.
  func quantiles(_ shares: [Double]) -> [Int] {
    guard count > 0 else { return [] }
    var (step, below) = (0, 0)
    return shares.map { share in
      while step + 1 < counts.elements.count, Double(below + counts.elements[step]) < share * Double(count) {
        below += counts.elements[step]
        step += 1
      }
      return min(greatest, max(least, Self.middle(of: step)))
    }
  }

  /// How many values are of a length within each of so many equal parts between the least and the greatest; fewer where
  /// there are fewer lengths.
  func bins(_ most: Int) -> [Double] {
    let binCount = max(1, min(most, greatest - least + 1))
    var bins = [Double](repeating: 0, count: binCount)
    let width = max(1, Double(greatest - least + 1))
    for (step, counted) in counts.elements.enumerated() where counted > 0 {
      let place = Double(Self.middle(of: step) - least) / width
      bins[min(binCount - 1, max(0, Int(place * Double(binCount))))] += Double(counted)
    }
    return bins
  }

  private mutating func makeRoom(for length: Int) {
    let needed = Self.step(of: length) + 1
    guard counts.elements.count < needed else { return }
    counts.elements += [Int](repeating: 0, count: needed - counts.elements.count)
  }

  @inline(__always)
  private static func step(of length: Int) -> Int {
    if length < 128 { return length }
    let shift = 63 - length.leadingZeroBitCount - 6
    return (shift << 6) + (length >> shift)
  }

  private static func middle(of step: Int) -> Int {
    if step < 128 { return step }
    let shift = (step >> 6) - 1
    return ((64 + step & 63) << shift) + (1 << shift) / 2
  }
}

extension LengthHistogram: Codable {
  private enum CodingKeys: CodingKey {
    case counts, count, sum, least, greatest
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    counts = try container.decode(PackedArray<Int>.self, forKey: .counts)
    count = try container.decode(Int.self, forKey: .count)
    sum = try container.decode(Int.self, forKey: .sum)
    least = try container.decode(Int.self, forKey: .least)
    greatest = try container.decode(Int.self, forKey: .greatest)
    let total = counts.elements.reduce(0) { $1 < 0 ? .min : $0.addingSaturated($1) }
    guard total == count, sum >= 0, count == 0 || (0...greatest).contains(least), greatest <= Int(UInt32.max),
      counts.elements.count <= Self.step(of: Int(UInt32.max)) + 1,
      count == 0 || counts.elements.count == Self.step(of: greatest) + 1
    else {
      throw DecodingError.dataCorruptedError(forKey: .counts, in: container, debugDescription: "these are no lengths")
    }
  }
}
