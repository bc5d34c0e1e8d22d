/// How a run came out.
public struct PastRun: Sendable, Equatable, Codable {
  public var chain: String
  public var texts: Int
  public var bytes: Int?
  public var seconds: Double
  /// What had been estimated for it by a sample (`Estimate.expectedSeconds`); nil when there was none.
  public var expectedSeconds: Double?

  public init(chain: String, texts: Int, bytes: Int?, seconds: Double, expectedSeconds: Double?) {
    self.chain = chain
    self.texts = texts
    self.bytes = bytes
    self.seconds = seconds
    self.expectedSeconds = expectedSeconds
  }
}

/// The last runs on this machine: how right its samples were, and how fast its chains are.
///
/// A sample takes seconds and a run hours, in which other work comes and goes; how much that matters here only past
/// runs can tell.
public struct RunHistory: Sendable, Equatable, Codable {
  /// The newest last.
  public private(set) var runs: [PastRun] = []

  public init() {}

  /// Remembers a run that has ended, and forgets the oldest when there are too many.
  public mutating func add(_ run: PastRun) {
    guard run.texts > 0, run.seconds > 0, run.seconds <= Limits.blockSeconds else { return }
    runs.append(run)
    if runs.count > Limits.pastRuns { runs.removeFirst(runs.count - Limits.pastRuns) }
  }

  /// How samples have to be set right, as the logarithm of real seconds over expected ones. Before there are runs,
  /// samples are believed with a deviation of 4.5%.
  ///
  /// Chains differ in what samples miss, so that runs of the same chain say more; as soon as there are a few, the others
  /// do not count.
  func correction(of chain: String) -> LogPrediction {
    let own = runs.filter { $0.chain == chain }
    let ratios = (own.count >= Limits.ownRuns ? own : runs).compactMap { run in
      run.expectedSeconds.flatMap { $0 > 0 && $0.isFinite ? (run.seconds / $0).logarithm() : nil }
    }
    let farthest = Limits.farthestRatio.logarithm()
    return LogPrediction(
      ratios.map { min(max($0, -farthest), farthest) }, believedMean: (0, worth: 2),
      believedDeviation: (0.045, worth: 5))
  }

  /// The pace of a chain by its past runs alone, nil when it had none. By bytes where those of all are known.
  func pace(of chain: String, for workload: Workload) -> (pace: Pace, certainty: LogPrediction)? {
    let runs = runs.filter { $0.chain == chain }
    guard !runs.isEmpty else { return nil }
    if workload.bytes != nil, runs.allSatisfy({ ($0.bytes ?? 0) > 0 }) {
      let prediction = LogPrediction(
        runs.map { ($0.seconds / Double($0.bytes ?? 1)).logarithm() }, believedMean: nil,
        believedDeviation: (0.3, worth: 3))
      return (Pace(secondsPerText: 0, secondsPerByte: prediction.mean.exponential()), prediction)
    }
    let prediction = LogPrediction(
      runs.map { ($0.seconds / Double($0.texts)).logarithm() }, believedMean: nil, believedDeviation: (0.3, worth: 3))
    return (Pace(secondsPerText: prediction.mean.exponential()), prediction)
  }
}

/// What the next of some values will be, by those that were seen and by what was believed before: Student's t
/// distribution of the normal model with a conjugate prior.
struct LogPrediction {
  private(set) var mean: Double
  private(set) var deviation: Double
  private(set) var freedom: Double
  private(set) var count: Int

  /// - Parameters:
  ///   - believedMean: What was believed, and as many seen values as that is worth.
  init(
    _ values: [Double], believedMean: (mean: Double, worth: Double)?,
    believedDeviation: (deviation: Double, worth: Double)
  ) {
    let seen = Double(values.count)
    let seenMean = values.isEmpty ? 0 : values.reduce(0, +) / seen
    let worth = believedMean?.worth ?? 0
    let offset = seenMean - (believedMean?.mean ?? seenMean)
    let weight = worth + seen
    mean = weight > 0 ? (worth * (believedMean?.mean ?? 0) + seen * seenMean) / weight : 0
    freedom = believedDeviation.worth + seen
    let squares = values.reduce(0) { $0 + ($1 - seenMean) * ($1 - seenMean) }
    let believed = believedDeviation.worth * believedDeviation.deviation * believedDeviation.deviation
    let between = weight > 0 ? worth * seen / weight * offset * offset : 0
    let variance = (believed + squares + between) / freedom
    deviation = min((variance * (seen > 0 ? 1 + 1 / weight : 1)).squareRoot(), Limits.deviation)
    count = values.count
  }
}
