import HoldfastAnalysis
import Testing

struct `An estimate of a run` {
  private let estimator = CostEstimator(chain: "sentiment")

  @Test(arguments: [
    Sample(blocks: [SampleBlock(texts: 1_000, seconds: 5)]), Sample(seconds: Array(repeating: 0.005, count: 1_000)),
  ])
  func `of 100,000 rows by 1,000 in 5 s lies between 450 and 550 s`(sample: Sample) throws {
    let estimate = try #require(estimator.estimate(Workload(rows: 100_000, columns: 1), sample: sample))
    #expect(abs(estimate.seconds.value - 500) < 1e-6)
    #expect(estimate.seconds.lower > 450)
    #expect(estimate.seconds.upper < 550)
    #expect(estimate.coverage == 0.9)
    #expect(estimate.sampledTexts == 1_000)
  }

  @Test func `of 100,000 rows of 3 columns with 10 tokens each costs 300.00 at 0.10`() throws {
    let estimator = CostEstimator(chain: "sentiment", price: try #require(TokenPrice("0.10")))
    let sample = Sample(blocks: (0..<40).map { _ in SampleBlock(texts: 75, bytes: 2_900, tokens: 750, seconds: 0.1) })
    let estimate = try #require(estimator.estimate(Workload(rows: 100_000, columns: 3), sample: sample))
    #expect(estimate.tokens == Bounds(3_000_000, lower: 3_000_000, upper: 3_000_000))
    #expect(estimate.cost.value.description == "300.00")
    #expect(estimate.tokenRule == "bytes/4")
  }

  @Test func `adds what is done once for each batch`() throws {
    var sample = Sample(blocks: [SampleBlock(texts: 1_000, seconds: 5)])
    let workload = Workload(rows: 100_000, columns: 1)
    sample.batch = BatchCost(texts: 1_000, seconds: 0.5)
    let estimate = try #require(estimator.estimate(workload, sample: sample))
    #expect(abs(estimate.seconds.value - 550) < 1e-6)
    #expect(abs(estimate.expectedSeconds - 550) < 1e-6)
    for (texts, seconds) in [(0, 1.0), (-5, 1), (1, .nan), (1, .infinity), (1, -1)] {
      sample.batch = BatchCost(texts: texts, seconds: seconds)
      #expect(try #require(estimator.estimate(workload, sample: sample)).seconds.value.isFinite)
    }
  }

  @Test func `is set right by the runs of the same chain, once there are a few`() throws {
    let sample = Sample(blocks: [SampleBlock(texts: 1_000, seconds: 5)])
    let workload = Workload(rows: 100_000, columns: 1)
    var history = RunHistory()
    func add(_ chain: String, _ ratio: Double) {
      history.add(PastRun(chain: chain, texts: 1_000, bytes: nil, seconds: ratio * 10, expectedSeconds: 10))
    }
    for _ in 0..<10 { add("keywords", 2) }
    // Another chain's runs are better than none.
    #expect(try #require(estimator.estimate(workload, sample: sample, history: history)).seconds.value > 800)
    for _ in 0..<3 { add("sentiment", 1) }
    let estimate = try #require(estimator.estimate(workload, sample: sample, history: history))
    #expect(abs(estimate.seconds.value - 500) < 1e-6)
    #expect(estimate.pastRuns == 3)
  }

  @Test func `counts long texts that the sample missed by the bytes of all`() throws {
    let blocks = (0..<40).map { index in
      SampleBlock(texts: 25, bytes: 25 * (80 + index), seconds: 25 * (0.001 + 0.0001 * Double(80 + index)))
    }
    let workload = Workload(rows: 100_000, columns: 1, bytes: 30_000_000)
    let estimate = try #require(estimator.estimate(workload, sample: Sample(blocks: blocks)))
    #expect(abs(estimate.seconds.value - (100 + 3_000)) < 1)
    #expect(abs(estimate.pace.secondsPerByte - 0.0001) < 1e-9)
  }

  @Test func `is wider for texts that differ more, and sure of a sample that has all rows`() throws {
    func width(_ spread: Double, rows: Int) throws -> Double {
      let blocks = (0..<40).map { SampleBlock(texts: 25, seconds: $0 % 3 == 0 ? 1 + spread : 1) }
      let seconds = try #require(estimator.estimate(Workload(rows: rows, columns: 1), sample: Sample(blocks: blocks)))
        .seconds
      return (seconds.upper - seconds.lower) / seconds.value
    }
    #expect(try width(3, rows: 100_000) > 1.5 * width(0, rows: 100_000))
    #expect(try abs(width(3, rows: 1_000) - width(0, rows: 1_000)) < 1e-9)
  }

  @Test func `sees other work on the machine in blocks timed one after the other`() throws {
    let plan = SamplePlan(rows: 100_000)
    func width(_ isSlow: (Int) -> Bool) throws -> Double {
      let timed = plan.order.indices.map { SampleBlock(texts: 25, seconds: isSlow($0) ? 1.5 : 1) }
      let seconds = try #require(
        estimator.estimate(Workload(rows: 100_000, columns: 1), sample: Sample(plan, timed: timed))
      ).seconds
      return seconds.upper / seconds.lower
    }
    #expect(try width { $0 >= 20 } > 1.1 * width { $0 % 2 == 1 })
  }

  @Test func `learns from past runs that samples are too fast`() throws {
    var history = RunHistory()
    for _ in 0..<20 {
      history.add(PastRun(chain: "keywords", texts: 1_000, bytes: nil, seconds: 13, expectedSeconds: 10))
    }
    let sample = Sample(blocks: (0..<40).map { _ in SampleBlock(texts: 25, seconds: 0.125) })
    let estimate = try #require(
      estimator.estimate(Workload(rows: 100_000, columns: 1), sample: sample, history: history))
    #expect(estimate.seconds.contains(650))
    #expect(abs(estimate.seconds.value / 650 - 1) < 0.05)
    #expect(estimate.pastRuns == 20)
    #expect(abs(estimate.expectedSeconds - 500) < 1e-6)
  }

  @Test func `comes of past runs of the chain alone where nothing was tried`() throws {
    var history = RunHistory()
    #expect(estimator.estimate(Workload(rows: 10, columns: 1), sample: Sample(blocks: []), history: history) == nil)
    history.add(PastRun(chain: "keywords", texts: 100, bytes: 1_000, seconds: 9, expectedSeconds: nil))
    #expect(estimator.estimate(Workload(rows: 10, columns: 1), sample: Sample(blocks: []), history: history) == nil)
    for seconds in [1.9, 2.0, 2.1] {
      history.add(PastRun(chain: "sentiment", texts: 100, bytes: 1_000, seconds: seconds, expectedSeconds: nil))
    }
    let workload = Workload(rows: 1_000, columns: 1, bytes: 50_000)
    let estimate = try #require(estimator.estimate(workload, sample: Sample(blocks: []), history: history))
    #expect(abs(estimate.seconds.value - 100) < 1)
    #expect(estimate.pastRuns == 3)
    #expect(estimate.sampledTexts == 0)
  }

  @Test func `forgets the oldest runs`() {
    var history = RunHistory()
    for texts in 1...100 {
      history.add(PastRun(chain: "language", texts: texts, bytes: nil, seconds: 1, expectedSeconds: 1))
    }
    history.add(PastRun(chain: "language", texts: 0, bytes: nil, seconds: 1, expectedSeconds: 1))
    history.add(PastRun(chain: "language", texts: 1, bytes: nil, seconds: .nan, expectedSeconds: 1))
    #expect(history.runs.map(\.texts) == Array(69...100))
  }

  /// Whatever is given, there are numbers, in their order.
  @Test(arguments: 0..<200 as Range<UInt64>)
  func `holds for anything`(seed: UInt64) throws {
    var random = SeededGenerator(state: seed)
    let counts = [Int.min, -1, 0, 1, 7, 1_000, 1 << 40, .max]
    let times = [-Double.infinity, -1, 0, 1e-300, 1e-6, 1, 1e300, .infinity, .nan]
    func count() -> Int { counts.randomElement(using: &random) ?? 0 }
    let blocks = (0..<Int.random(in: 1...50, using: &random)).map { _ in
      SampleBlock(
        texts: count(), bytes: count(), tokens: count(),
        seconds: times.randomElement(using: &random) ?? 0)
    }
    var history = RunHistory()
    for _ in 0..<Int.random(in: 0...5, using: &random) {
      history.add(
        PastRun(
          chain: "sentiment", texts: count(), bytes: count(), seconds: times.randomElement(using: &random) ?? 0,
          expectedSeconds: times.randomElement(using: &random)))
    }
    let workload = Workload(rows: count(), columns: count(), bytes: Bool.random(using: &random) ? count() : nil)
    guard let estimate = estimator.estimate(workload, sample: Sample(blocks: blocks), history: history) else { return }
    #expect(estimate.seconds.lower <= estimate.seconds.value)
    #expect(estimate.seconds.value <= estimate.seconds.upper)
    #expect(estimate.tokens.lower >= 0 && estimate.tokens.lower <= estimate.tokens.upper)
    var live = LiveEstimate(estimate)
    for _ in 0..<100 {
      live.add(texts: count(), bytes: count(), seconds: times.randomElement(using: &random) ?? 0)
      #expect((0...1).contains(live.progress))
      #expect(live.secondsLeft.lower <= live.secondsLeft.upper)
    }
  }
}
