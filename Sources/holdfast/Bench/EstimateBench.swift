import HoldfastAnalysis
import HoldfastRPC
import HoldfastTesting
import HoldfastWire

/// Whether runs take and cost what was estimated: real chains on texts of different shape, each run estimated by a sample
/// and by the runs before it, and then made, batch by batch with its checkpoint, as the hub's own workers do.
struct EstimateBench {
  /// Texts of the first batch, which twice as many follow each time, and of the largest.
  private static let (firstBatch, largestBatch) = (32, 1_024)
  /// The share of a file that is tried at most, and the texts.
  private static let (sampledShare, sampledTexts) = (10, 1_000)
  private static let (fewestTexts, mostTexts) = (400, 400_000)
  private static let rule = TokenRules.standard

  private let catalog = ChainCatalog.standard
  private var histories: [Clock: RunHistory] = [:]
  private var random = SeededGenerator(seed: 11)

  /// Which seconds: those of the clock on the wall, which other programs take their part of, or the processor's.
  enum Clock: CaseIterable {
    case wall, processor

    fileprivate var now: Double {
      switch self {
      case .wall: Double(MonotonicTime.now().nanoseconds) / 1e9
      case .processor: cpuSeconds()
      }
    }
  }

  /// Estimates and makes so many runs, which take about so long together.
  mutating func run(_ runs: Int, seconds: Double) throws -> EstimateQuality {
    var quality = EstimateQuality(runs: runs)
    for number in 0..<runs {
      let chain = catalog.names[number % catalog.names.count]
      var source = BenchTexts(seed: random.next())
      let texts = source.make(try rows(chain, &source, seconds: seconds / Double(runs)))
      let workload = Workload(rows: texts.count, columns: 1, bytes: texts.reduce(0) { $0 + $1.utf8.count })
      let samples = try sample(texts, chain)
      let estimator = CostEstimator(chain: chain, tokenRule: Self.rule, price: TokenPrice("0.10") ?? .zero)
      let real = try make(texts, chain)
      for clock in Clock.allCases {
        guard let sample = samples[clock], let seconds = real.seconds[clock],
          let estimate = estimator.estimate(workload, sample: sample, history: histories[clock, default: RunHistory()])
        else { throw WrongReply() }
        quality.add(estimate, seconds: seconds, tokens: real.tokens, clock)
        histories[clock, default: RunHistory()].add(
          PastRun(
            chain: chain, texts: texts.count, bytes: workload.bytes, seconds: seconds,
            expectedSeconds: estimate.expectedSeconds))
      }
    }
    return quality
  }

  /// As many rows as take about so long, in files of all sizes from a third to three times that.
  private mutating func rows(_ chain: String, _ source: inout BenchTexts, seconds: Double) throws -> Int {
    let some = source.make(64)
    let began = Clock.processor.now
    var tried = 0
    repeat {
      _ = try catalog.analyze(some, with: chain, from: [])
      tried += some.count
    } while Clock.processor.now - began < 0.002
    let each = (Clock.processor.now - began) / Double(tried)
    let size: Double = [0.3, 0.6, 1, 1.5, 3].randomElement(using: &random) ?? 1
    return min(max(Self.fewestTexts, Int(seconds * size / max(each, 1e-9))), Self.mostTexts)
  }

  private mutating func sample(_ texts: [String], _ chain: String) throws -> [Clock: Sample] {
    let plan = SamplePlan(
      rows: texts.count, sampled: min(Self.sampledTexts, texts.count / Self.sampledShare), seed: random.next())
    var timed: [Clock: [SampleBlock]] = [:]
    let trial = try catalog.trial(of: chain)
    for place in plan.order {
      let block = Array(texts[plan.blocks[place]])
      let (tokens, seconds) = measure {
        _ = trial.analyze(block)
        return block.reduce(0) { $0 + Self.rule.tokens(in: $1) }
      }
      for (clock, seconds) in seconds {
        timed[clock, default: []].append(
          SampleBlock(
            texts: block.count, bytes: block.reduce(0) { $0 + $1.utf8.count }, tokens: tokens, seconds: seconds))
      }
    }
    let checkpoint = try trial.checkpoint()
    let (_, batch) = try measure { try catalog.analyze([], with: chain, from: checkpoint) }
    return Dictionary(
      uniqueKeysWithValues: timed.map { clock, timed in
        var sample = Sample(plan, timed: timed)
        sample.batch = batch[clock].map { BatchCost(texts: Self.largestBatch, seconds: $0) }
        return (clock, sample)
      })
  }

  private func make(_ texts: [String], _ chain: String) throws -> (seconds: [Clock: Double], tokens: Int) {
    let (tokens, seconds) = try measure {
      var tokens = 0
      var checkpoint: [UInt8] = []
      var (start, size) = (0, Self.firstBatch)
      while start < texts.count {
        let done = try work(on: Array(texts[start..<min(start + size, texts.count)]), chain, from: checkpoint)
        (tokens, checkpoint) = (tokens + done.tokens, done.checkpoint)
        start += size
        size = min(size * 2, Self.largestBatch)
      }
      return tokens
    }
    return (seconds, tokens)
  }

  private func work(
    on texts: [String], _ chain: String, from checkpoint: [UInt8]
  ) throws -> (tokens: Int, checkpoint: [UInt8]) {
    let batch = try catalog.analyze(texts, with: chain, from: checkpoint)
    return (texts.reduce(0) { $0 + Self.rule.tokens(in: $1) }, batch.checkpoint)
  }

  private func measure<Result>(_ work: () throws -> Result) rethrows -> (Result, [Clock: Double]) {
    let before = Clock.allCases.map(\.now)
    let result = try work()
    let seconds = zip(Clock.allCases, before).map { ($0, max($0.now - $1, 0)) }
    return (result, Dictionary(uniqueKeysWithValues: seconds))
  }
}
