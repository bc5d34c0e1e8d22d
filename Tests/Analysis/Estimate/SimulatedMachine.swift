import HoldfastAnalysis

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A machine that runs are made on, one after the other: faster and slower from hour to hour, slower as it gets warm,
/// with other work that comes and goes. Nothing here follows the model that estimates are made by.
struct SimulatedMachine {
  var random: SeededGenerator
  /// Deviation of the logarithm of its speed from one run to the next, and within a run.
  private let betweenRuns: Double
  private let withinRun: Double
  /// The share of time in which other work goes on, and how much that slows.
  private let loadShare: Double
  private let loadFactor: Double
  private let throttling: Double
  private var offset = 0.0
  private var wander = 0.0
  private var isLoaded = false

  init(seed: UInt64) {
    random = SeededGenerator(state: seed &* 0x9e37_79b9)
    betweenRuns = .random(in: 0.005...0.05, using: &random)
    withinRun = .random(in: 0.01...0.06, using: &random)
    let isShared = Int.random(in: 0..<3, using: &random) == 0
    loadShare = isShared ? .random(in: 0.05...0.3, using: &random) : 0
    loadFactor = .random(in: 1.1...1.8, using: &random)
    throttling = .random(in: 0...0.08, using: &random)
  }

  /// What a run would take and what was estimated, with what was said on the way.
  mutating func run(history: inout RunHistory) -> SimulatedRun {
    let file = SimulatedFile(&random)
    offset = betweenRuns * random.normal()
    wander = withinRun * random.normal()
    let estimator = CostEstimator(chain: "simulated", price: TokenPrice("0.10") ?? .zero)
    let workload = Workload(
      rows: file.rows, columns: file.columns,
      bytes: Int.random(in: 0..<10, using: &random) < 7 ? file.totalBytes : nil)
    let sample = trySample(of: file)
    let estimate = estimator.estimate(workload, sample: sample, history: history)
    let (seconds, live) = runAll(of: file, estimate)
    history.add(
      PastRun(
        chain: "simulated", texts: workload.texts, bytes: workload.bytes, seconds: seconds,
        expectedSeconds: estimate?.expectedSeconds))
    return SimulatedRun(
      shape: file.shape, estimate: estimate, seconds: seconds, tokens: file.totalTokens, live: live)
  }

  private mutating func trySample(of file: SimulatedFile) -> Sample {
    let plan = SamplePlan(rows: file.rows, sampled: 1_000, seed: random.next())
    var cold = file.coldTexts
    var timed: [SampleBlock] = []
    for index in plan.order { timed.append(time(plan.blocks[index], of: file, part: 0, cold: &cold)) }
    return Sample(plan, timed: timed)
  }

  private mutating func runAll(of file: SimulatedFile, _ estimate: Estimate?) -> (
    Double, [SimulatedRun.Moment]
  ) {
    var live = estimate.map { LiveEstimate($0) }
    var cold = file.coldTexts
    var seconds = 0.0
    var moments: [SimulatedRun.Moment] = []
    let step = max(1, file.rows / 200)
    for start in stride(from: 0, to: file.rows, by: step) {
      let end = min(start + step, file.rows)
      let block = time(start..<end, of: file, part: Double(start) / Double(file.rows), cold: &cold)
      seconds += block.seconds
      live?.add(texts: block.texts, bytes: block.bytes, seconds: block.seconds)
      if let live, moments.count < 3, live.progress >= 0.25 * Double(moments.count + 1) {
        moments.append(.init(progress: live.progress, seconds: live.seconds))
      }
    }
    return (seconds, moments)
  }

  /// Works on some rows; the machine's own state goes on with each block.
  private mutating func time(
    _ rows: Range<Int>, of file: SimulatedFile, part: Double, cold: inout Int
  ) -> SampleBlock {
    wander = 0.97 * wander + (1 - 0.97 * 0.97).squareRoot() * withinRun * random.normal()
    if .random(in: 0..<1, using: &random) < 0.08 {
      isLoaded = .random(in: 0..<1, using: &random) < loadShare
    }
    let slowness =
      exp(offset + wander) * (isLoaded ? loadFactor : 1) * (1 + throttling * min(1, part * 4))
    var block = (bytes: 0, tokens: 0, seconds: 0.0)
    for row in rows {
      for column in 0..<file.columns {
        let bytes = file.bytes(row, column)
        block.bytes += bytes
        block.tokens += (bytes + 3) / 4
        var seconds = file.seconds(row, column) * slowness * exp(0.3 * random.normal())
        if cold > 0 {
          seconds *= file.coldFactor
          cold -= 1
        }
        block.seconds += seconds
      }
    }
    return SampleBlock(
      texts: rows.count * file.columns, bytes: block.bytes, tokens: block.tokens, seconds: block.seconds)
  }
}

/// One run that was estimated and then made.
struct SimulatedRun {
  struct Moment {
    let progress: Double
    let seconds: Bounds<Double>
  }

  let shape: String
  let estimate: Estimate?
  let seconds: Double
  let tokens: Int
  let live: [Moment]
}

extension SeededGenerator {
  /// By Box and Muller.
  mutating func normal() -> Double {
    let radius = (-2 * log(Double.random(in: Double.leastNonzeroMagnitude..<1, using: &self)))
      .squareRoot()
    return radius * cos(2 * .pi * Double.random(in: 0..<1, using: &self))
  }

  /// From 1 up, with a tail that falls by the power `alpha`.
  mutating func pareto(_ alpha: Double) -> Double {
    pow(Double.random(in: 1e-9..<1, using: &self), -1 / alpha)
  }
}
