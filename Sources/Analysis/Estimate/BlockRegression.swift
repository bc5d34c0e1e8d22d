/// What a quantity amounts to over all texts, by what it was in blocks of them: a regression estimator on the bytes,
/// with the variance that lies between blocks.
///
/// Where the bytes of all texts are known, long texts that the sample missed are still in the sum. The variance comes
/// from differences between neighbouring blocks: rows near each other are alike, which the spread within a block would
/// hide, and a trend along the file, which the blocks follow, is no uncertainty. What blocks have in common because
/// they were timed one after the other, such as other work on the machine, is added to it.
struct BlockRegression {
  /// For each text and each byte.
  private(set) var perText: Double
  private(set) var perByte: Double
  /// Variance of the mean of all texts, as a share of its square.
  private(set) var relativeVariance: Double
  private(set) var freedom: Double

  /// - Parameter turns: As the how manieth each block was timed; nil for a quantity that is no time.
  init(_ blocks: [SampleBlock], turns: [Int]?, of quantity: (SampleBlock) -> Double, for workload: Workload) {
    let sampledTexts = Double(blocks.reduce(0) { $0 + $1.texts })
    let meanQuantity = blocks.reduce(0) { $0 + quantity($1) } / sampledTexts
    let meanBytes = blocks.reduce(0) { $0 + Double($1.bytes) } / sampledTexts
    let shares = blocks.map { Double($0.texts) / sampledTexts }
    let bytes = blocks.map { Double($0.bytes) / Double($0.texts) - meanBytes }
    let quantities = blocks.map { quantity($0) / Double($0.texts) - meanQuantity }

    var spread = 0.0
    var together = 0.0
    for index in blocks.indices {
      spread += shares[index] * bytes[index] * bytes[index]
      together += shares[index] * bytes[index] * quantities[index]
    }
    let all = Double(max(workload.texts, 1))
    var slope = 0.0
    var offset = 0.0
    if let allBytes = workload.bytes, blocks.count >= Limits.slopeBlocks, spread > 0, meanBytes > 0 {
      // Neither a text nor a byte takes less than nothing.
      slope = min(max(together / spread, 0), meanQuantity / meanBytes)
      offset = Double(allBytes) / all - meanBytes
    }
    perByte = slope
    perText = meanQuantity - slope * meanBytes
    let mean = meanQuantity + slope * offset

    if blocks.count >= Limits.spreadBlocks, (mean * mean).isNormal {
      let count = Double(blocks.count)
      let spare = count - (slope > 0 ? 2 : 1)
      // What each block adds to the error of the whole; a block that bends the line to itself is farther off than it
      // looks.
      let left = blocks.indices.map { index in
        let share = shares[index]
        let distance = quantities[index] - slope * bytes[index]
        guard slope > 0 else { return share * distance }
        let leverage = share * (1 + bytes[index] * bytes[index] / spread)
        return share * (1 + offset * bytes[index] / spread) * distance / max(1 - leverage, 0.1)
      }
      let differences = zip(left, left.dropFirst()).reduce(0) { $0 + ($1.1 - $1.0) * ($1.1 - $1.0) }
      let unseen = max(0, 1 - sampledTexts / all)
      let variance = differences / 2 * count / spare + (turns.map { Self.excess(left, turns: $0) } ?? 0)
      relativeVariance = variance * unseen / (mean * mean)
      // Differences of neighbours know a variance two thirds as well as distances from the mean.
      freedom = max(2, spare * 2 / 3)
    } else {
      // Too few blocks to see a spread: texts are taken to differ by half of what they take.
      relativeVariance = mean > 0 ? 0.25 / sampledTexts * max(0, 1 - sampledTexts / all) : 0
      freedom = .infinity
    }
  }

  /// By how much the variance of a sum is greater than if its parts had nothing in common with those timed next to
  /// them: the spread of what groups of turns add up to, less that of the parts.
  private static func excess(_ parts: [Double], turns: [Int]) -> Double {
    guard parts.count >= 2 * Limits.turnGroups else { return 0 }
    var groups = [Double](repeating: 0, count: Limits.turnGroups)
    for (part, turn) in zip(parts, turns) { groups[min(turn, parts.count - 1) * groups.count / parts.count] += part }
    func variance(_ values: [Double]) -> Double {
      let mean = values.reduce(0, +) / Double(values.count)
      return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } * Double(values.count) / Double(values.count - 1)
    }
    return max(0, variance(groups) - variance(parts))
  }

  /// What all texts amount to.
  func total(for workload: Workload) -> Double {
    max(0, perText * Double(workload.texts) + perByte * Double(workload.bytes ?? 0))
  }
}
