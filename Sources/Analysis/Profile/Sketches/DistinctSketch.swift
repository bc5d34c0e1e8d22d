/// How many different values there are: HyperLogLog over the values' hashes.
///
/// Exact at first: as long as the hashes need no more room than the registers, they are kept themselves. After that the
/// standard error is 1.04 / √registers, whatever the number of values. Two sketches merge to the very sketch that one
/// pass over all values makes.
struct DistinctSketch: Sendable, Equatable {
  /// Registers are 2 to the power of this.
  let precision: Int
  /// The hashes, in a table of open addressing with 0 for "nothing here"; empty when there are registers.
  private var hashes: PackedArray<UInt64>
  private var hashCount = 0
  /// For each register the highest rank seen; empty while hashes are kept.
  private var registers = PackedArray<UInt8>()

  init(precision: Int) {
    self.precision = precision
    hashes = PackedArray([UInt64](repeating: 0, count: 16))
  }

  /// The number is no estimate.
  var isExact: Bool { registers.elements.isEmpty }

  /// One standard deviation of the estimate, as a share of it: two thirds of all estimates are nearer.
  var standardError: Double { isExact ? 0 : 1.04 / Double(1 << precision).squareRoot() }

  /// How many hashes are kept before they become registers: as many as take the same room.
  private var mostHashes: Int { (1 << precision) / 8 }

  mutating func add(_ added: UnsafeBufferPointer<UInt64>) {
    var place = 0
    while isExact, place < added.count {
      insert(added[place])
      place += 1
    }
    guard place < added.count else { return }
    let shift = UInt64(64 - precision)
    let (floor, precision) = (UInt64(1) << UInt64(precision - 1), UInt64(precision))
    registers.elements.withUnsafeMutableBufferPointer { registers in
      for index in place..<added.count {
        let hash = added[index]
        // The bit below keeps the rank of a rest that is all zeros within 64 - precision + 1.
        let rank = UInt8(truncatingIfNeeded: (hash << precision | floor).leadingZeroBitCount + 1)
        let register = Int(truncatingIfNeeded: hash >> shift)
        if registers[register] < rank { registers[register] = rank }
      }
    }
  }

  mutating func merge(_ other: DistinctSketch) {
    if other.isExact {
      let kept = other.hashes.elements.filter { $0 != 0 }
      kept.withUnsafeBufferPointer { add($0) }
    } else {
      if isExact { makeRegisters() }
      for (index, rank) in other.registers.elements.enumerated() where index < registers.elements.count {
        registers.elements[index] = max(registers.elements[index], rank)
      }
    }
  }

  /// The number of different values: Ertl's estimator, which needs no tables of corrections and is good from the first
  /// to the last register.
  var estimate: Double {
    guard !isExact else { return Double(hashCount) }
    let registerCount = Double(1 << precision)
    let highest = 64 - precision + 1
    var counts = [Int](repeating: 0, count: highest + 1)
    for rank in registers.elements { counts[Int(rank)] += 1 }
    var sum = registerCount * Self.tau(1 - Double(counts[highest]) / registerCount)
    for rank in stride(from: highest - 1, through: 1, by: -1) { sum = 0.5 * (sum + Double(counts[rank])) }
    sum += registerCount * Self.sigma(Double(counts[0]) / registerCount)
    let naturalLogarithmOf2 = 0.693_147_180_559_945_3
    return registerCount * registerCount / (2 * naturalLogarithmOf2 * sum)
  }

  /// The correction for registers that were never hit.
  private static func sigma(_ share: Double) -> Double {
    guard share < 1 else { return .infinity }
    var (power, factor, sum) = (share, 1.0, share)
    while true {
      power *= power
      let before = sum
      sum += power * factor
      factor += factor
      if sum == before { return sum }
    }
  }

  /// The correction for registers that can rise no more.
  private static func tau(_ share: Double) -> Double {
    guard share > 0, share < 1 else { return 0 }
    var (root, factor, sum) = (share, 1.0, 1 - share)
    while true {
      root = root.squareRoot()
      let before = sum
      factor *= 0.5
      sum -= (1 - root) * (1 - root) * factor
      if sum == before { return sum / 3 }
    }
  }

  private mutating func insert(_ hash: UInt64) {
    // 0 marks a free place, so the one hash that is 0 counts as 1.
    let hash = max(hash, 1)
    let mask = hashes.elements.count - 1
    var place = Int(truncatingIfNeeded: hash) & mask
    while hashes.elements[place] != 0 {
      if hashes.elements[place] == hash { return }
      place = (place + 1) & mask
    }
    if hashCount == mostHashes {
      makeRegisters()
      withUnsafePointer(to: hash) { add(UnsafeBufferPointer(start: $0, count: 1)) }
      return
    }
    hashes.elements[place] = hash
    hashCount += 1
    if hashCount * 2 > hashes.elements.count { growHashes() }
  }

  private mutating func growHashes() {
    let kept = hashes.elements.filter { $0 != 0 }
    let mask = hashes.elements.count * 2 - 1
    var table = [UInt64](repeating: 0, count: mask + 1)
    for hash in kept {
      var place = Int(truncatingIfNeeded: hash) & mask
      while table[place] != 0 { place = (place + 1) & mask }
      table[place] = hash
    }
    hashes.elements = table
  }

  private mutating func makeRegisters() {
    let kept = hashes.elements.filter { $0 != 0 }
    hashes.elements = []
    hashCount = 0
    registers.elements = [UInt8](repeating: 0, count: 1 << precision)
    kept.withUnsafeBufferPointer { add($0) }
  }
}

extension DistinctSketch: Codable {
  private enum CodingKeys: CodingKey {
    case precision, hashes, registers
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(precision, forKey: .precision)
    if isExact {
      try container.encode(PackedArray(hashes.elements.filter { $0 != 0 }), forKey: .hashes)
    } else {
      try container.encode(registers, forKey: .registers)
    }
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let precision = try container.decode(Int.self, forKey: .precision)
    guard Limits.distinctPrecisions.contains(precision) else {
      throw DecodingError.dataCorruptedError(forKey: .precision, in: container, debugDescription: "no such precision")
    }
    self.init(precision: precision)
    if let registers = try container.decodeIfPresent(PackedArray<UInt8>.self, forKey: .registers) {
      guard registers.elements.count == 1 << precision, registers.elements.allSatisfy({ $0 <= 64 - precision + 1 })
      else {
        throw DecodingError.dataCorruptedError(forKey: .registers, in: container, debugDescription: "no registers")
      }
      self.registers = registers
      hashes.elements = []
    } else {
      let hashes = try container.decode(PackedArray<UInt64>.self, forKey: .hashes)
      hashes.elements.withUnsafeBufferPointer { add($0) }
    }
  }
}
