/// Makes an estimate of a sample and of past runs.
public struct CostEstimator: Sendable {
  public var chain: String
  public var tokenRule: any TokenRule
  public var price: TokenPrice
  /// The share of runs that shall end between the bounds.
  public var coverage: Double

  public init(
    chain: String, tokenRule: any TokenRule = TokenRules.standard, price: TokenPrice = .zero, coverage: Double = 0.9
  ) {
    self.chain = chain
    self.tokenRule = tokenRule
    self.price = price
    self.coverage = min(max(coverage, 0.01), 0.999)
  }

  /// What a run over `workload` will take; nil when there is neither a sample of it nor a past run of the chain.
  ///
  /// Without a sample, tokens are only known by the bytes, and are 0 where those are not known either.
  public func estimate(_ workload: Workload, sample: Sample, history: RunHistory = RunHistory()) -> Estimate? {
    guard sample.blocks.isEmpty else { return sampled(workload, sample, history) }
    guard let (pace, certainty) = history.pace(of: chain, for: workload) else { return nil }
    let tokens = ((workload.bytes ?? 0) + 3) / 4
    return estimate(
      workload, pace: pace, seconds: pace.seconds(texts: workload.texts, bytes: workload.bytes),
      deviation: certainty.deviation, freedom: certainty.freedom,
      tokens: Bounds(tokens, lower: 0, upper: workload.bytes ?? 0), sampled: 0, runs: certainty.count)
  }

  private func sampled(_ workload: Workload, _ sample: Sample, _ history: RunHistory) -> Estimate {
    let regression = BlockRegression(sample.blocks, turns: sample.turns, of: \.seconds, for: workload)
    var pace = Pace(secondsPerText: regression.perText, secondsPerByte: regression.perByte)
    pace.secondsToWarmUp = sample.warmUp.reduce(0) {
      $0 + max(0, $1.seconds - pace.seconds(texts: $1.texts, bytes: $1.bytes))
    }
    let perBatch = sample.batch?.secondsPerText ?? 0
    pace.secondsPerText += perBatch
    let correction = history.correction(of: chain)
    let fromSample = regression.relativeVariance
    let fromMachine = correction.deviation * correction.deviation
    // The spread of a sample that missed the few longest texts is too small as well, so that it counts twice.
    let variance = 2 * fromSample + fromMachine
    // Welch and Satterthwaite: the freedom of a sum of two variances.
    let uncertainty = 4 * fromSample * fromSample / regression.freedom + fromMachine * fromMachine / correction.freedom
    return estimate(
      workload, pace: pace,
      seconds: (regression.total(for: workload) + perBatch * Double(workload.texts) + pace.secondsToWarmUp)
        * correction.mean.exponential(),
      deviation: variance.squareRoot(), freedom: uncertainty > 0 ? variance * variance / uncertainty : .infinity,
      tokens: tokens(workload, sample), sampled: sample.texts, runs: correction.count)
  }

  private func tokens(_ workload: Workload, _ sample: Sample) -> Bounds<Int> {
    let regression = BlockRegression(sample.blocks, turns: nil, of: { Double($0.tokens) }, for: workload)
    let value = regression.total(for: workload)
    let reach =
      value * StudentT.twoSided(coverage: coverage, freedom: regression.freedom)
      * regression.relativeVariance.squareRoot()
    return Bounds(Self.whole(value), lower: Self.whole(value - reach), upper: Self.whole(value + reach))
  }

  private func estimate(
    _ workload: Workload, pace: Pace, seconds: Double, deviation: Double, freedom: Double, tokens: Bounds<Int>,
    sampled: Int, runs: Int
  ) -> Estimate {
    let deviation = min(deviation, Limits.deviation)
    let reach = (StudentT.twoSided(coverage: coverage, freedom: freedom) * deviation).exponential()
    return Estimate(
      workload: workload, seconds: Bounds(seconds, lower: seconds / reach, upper: seconds * reach), tokens: tokens,
      tokenRule: tokenRule.name,
      cost: Bounds(
        Amount(tokens: tokens.value, price: price), lower: Amount(tokens: tokens.lower, price: price),
        upper: Amount(tokens: tokens.upper, price: price)),
      coverage: coverage, sampledTexts: sampled, pastRuns: runs, pace: pace, deviation: deviation, freedom: freedom)
  }

  /// The nearest number of tokens; what is more than can be counted is the most that can.
  private static func whole(_ value: Double) -> Int {
    Int(exactly: max(0, value).rounded()) ?? (value > 0 ? .max : 0)
  }
}
