/// What is left of a run while it goes on: what was estimated before, and more and more what the run itself shows.
///
/// Work is counted in the seconds that it was expected to take, so that a file with its long texts at the end does not
/// seem half done when half its rows are. What is done against what was expected is a factor; recent work says more
/// about it than old work.
public struct LiveEstimate: Sendable, Codable {
  public private(set) var estimate: Estimate
  public private(set) var texts = 0
  public private(set) var bytes = 0
  public private(set) var elapsedSeconds = 0.0
  private var stretches: [Stretch] = []

  /// Some work done, and the seconds that went by.
  private struct Stretch: Codable {
    var expected: Double
    var seconds: Double
  }

  /// By how much the machine may change from one half of a run to the other, as a deviation of the logarithm.
  private static let drift = 0.045
  /// Stretches are looked at in so many groups, so that load which lasts is not taken for many small chances.
  private static let groups = 8
  /// After so many groups, what was seen counts for a third.
  private static let memory = 3.0

  public init(_ estimate: Estimate) { self.estimate = estimate }

  /// For a run that nobody has estimated: only what it shows counts.
  /// - Parameter coverage: the share of runs that end between the bounds, 0…1.
  public init(coverage: Double) {
    let none = Bounds(0.0, lower: 0, upper: 0)
    self.init(
      Estimate(
        workload: Workload(rows: 0, columns: 1), seconds: none, tokens: Bounds(0, lower: 0, upper: 0), tokenRule: "",
        cost: Bounds(.zero, lower: .zero, upper: .zero), coverage: coverage, sampledTexts: 0, pastRuns: 0,
        pace: Pace(secondsPerText: 0), deviation: Limits.deviation, freedom: 1))
  }

  /// So many texts are left, whatever was thought before; what somebody else has done of them is no part of this.
  public mutating func setLeft(texts left: Int) {
    estimate.workload.rows = texts
    estimate.workload.rows.addSaturating(left)
    estimate.workload.columns = 1
  }

  /// So many more texts are done, of so many bytes, after so many more seconds; with several workers the seconds of a
  /// clock on the wall, not the sum of theirs.
  public mutating func add(texts: Int, bytes: Int, seconds: Double) {
    let seconds = min(max(0, seconds.isFinite ? seconds : 0), Limits.blockSeconds)
    self.texts.addSaturating(max(0, texts))
    self.bytes.addSaturating(max(0, bytes))
    elapsedSeconds += seconds
    stretches.append(Stretch(expected: work(texts: max(0, texts), bytes: max(0, bytes)), seconds: seconds))
    if stretches.count > Limits.stretches { joinNeighbours() }
  }

  /// How much of the work is done, 0…1: 1 when the last text is, and never more.
  public var progress: Double {
    let left = workLeft
    guard left > 0 else { return 1 }
    let done = work(texts: texts, bytes: bytes)
    return min(max(done / (done + left), 0), 1)
  }

  /// Seconds from now until the end.
  public var secondsLeft: Bounds<Double> {
    let left = workLeft
    guard left > 0 else { return Bounds(0, lower: 0, upper: 0) }
    let factor = factor(workLeft: left)
    let seconds = left * factor.mean.exponential()
    let reach = (StudentT.twoSided(coverage: estimate.coverage, freedom: factor.freedom) * factor.deviation)
      .exponential()
    return Bounds(seconds, lower: seconds / reach, upper: seconds * reach)
  }

  /// Seconds of the whole run.
  public var seconds: Bounds<Double> {
    let left = secondsLeft
    return Bounds(elapsedSeconds + left.value, lower: elapsedSeconds + left.lower, upper: elapsedSeconds + left.upper)
  }

  /// Expected seconds of so much work; where nothing is known of a pace, texts.
  private func work(texts: Int, bytes: Int) -> Double {
    let pace = estimate.pace
    guard pace.secondsPerText + pace.secondsPerByte > 0 else { return Double(texts) }
    return pace.seconds(texts: texts, bytes: estimate.workload.bytes == nil ? nil : bytes)
  }

  private var workLeft: Double {
    let textsLeft = max(0, estimate.workload.texts - texts)
    guard textsLeft > 0 else { return 0 }
    let left = work(texts: textsLeft, bytes: max(0, (estimate.workload.bytes ?? 0) - bytes))
    // Texts that are all empty still take a moment each.
    return left > 0 ? left : work(texts: 1, bytes: 1) * 1e-6
  }

  /// Real over expected seconds of what is left.
  private func factor(workLeft left: Double) -> (mean: Double, deviation: Double, freedom: Double) {
    let expected = work(texts: estimate.workload.texts, bytes: estimate.workload.bytes ?? 0)
    let known = estimate.seconds.value - estimate.pace.secondsToWarmUp
    let prior = (
      mean: expected > 0 && known > 0 ? (known / expected).logarithm() : 0,
      variance: estimate.deviation * estimate.deviation
    )
    guard let seen = seenFactor(workLeft: left) else { return (prior.mean, estimate.deviation, estimate.freedom) }
    let priorWeight = 1 / max(prior.variance, 1e-9)
    let seenWeight = 1 / max(seen.variance, 1e-9)
    let weight = priorWeight + seenWeight
    let variance = 1 / weight + seen.ownVariance
    let freedom = (priorWeight * min(estimate.freedom, 1e6) + seenWeight * seen.freedom) / weight
    return (
      (priorWeight * prior.mean + seenWeight * seen.mean) / weight, min(variance.squareRoot(), Limits.deviation),
      freedom
    )
  }

  /// The factor that recent work shows, nil while there is too little of it.
  private func seenFactor(workLeft left: Double) -> (
    mean: Double, variance: Double, ownVariance: Double, freedom: Double
  )? {
    let stretches = stretches.filter { $0.expected > 0 && $0.seconds > 0 }
    guard stretches.count >= Self.groups else { return nil }
    let groups = (0..<Self.groups).map { group in
      let range = group * stretches.count / Self.groups..<(group + 1) * stretches.count / Self.groups
      return stretches[range].reduce(into: Stretch(expected: 0, seconds: 0)) {
        $0.expected += $1.expected
        $0.seconds += $1.seconds
      }
    }
    // The first group holds the warming-up and weighs least; the last ones tell of now.
    let weights = groups.indices.map {
      groups[$0].expected * (Double($0 - Self.groups + 1) / Self.memory).exponential()
    }
    let weight = weights.reduce(0, +)
    let ratio = groups.indices.reduce(0) { $0 + weights[$1] * groups[$1].seconds / groups[$1].expected } / weight
    let spread = groups.indices.reduce(0) {
      let distance = groups[$1].seconds / groups[$1].expected / ratio - 1
      return $0 + weights[$1] / weight * distance * distance
    }
    let squares = weights.reduce(0) { $0 + $1 * $1 } / (weight * weight)
    let variance = spread / max(1 - squares, 0.1)
    let done = groups.reduce(0) { $0 + $1.expected }
    let share = left / (left + done)
    // What is left is some groups more, each with the same spread; a trend may go on; and the machine may change.
    let groupsLeft = left / (done / Double(Self.groups))
    let trend = Self.trend(groups.map { $0.seconds / $0.expected / ratio }, variance: variance)
    let distance = (min(groupsLeft, Double(Self.groups)) + Self.memory) / 2
    let onward = trend * distance * distance
    let own = variance / max(groupsLeft, 1) + onward + Self.drift * Self.drift * share
    return (ratio.logarithm(), variance * squares, own, Double(Self.groups - 1))
  }

  /// The square of the slope of a straight line through values, for each step, less what chance alone makes of it.
  private static func trend(_ values: [Double], variance: Double) -> Double {
    let middle = Double(values.count - 1) / 2
    let mean = values.reduce(0, +) / Double(values.count)
    let over = values.indices.reduce(0) { $0 + (Double($1) - middle) * (values[$1] - mean) }
    let under = values.indices.reduce(0) { $0 + (Double($1) - middle) * (Double($1) - middle) }
    return max(0, over * over / (under * under) - variance / under)
  }

  private mutating func joinNeighbours() {
    stretches = stride(from: 0, to: stretches.count, by: 2).map { index in
      guard index + 1 < stretches.count else { return stretches[index] }
      return Stretch(
        expected: stretches[index].expected + stretches[index + 1].expected,
        seconds: stretches[index].seconds + stretches[index + 1].seconds)
    }
  }
}
