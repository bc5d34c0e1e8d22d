import HoldfastAnalysis
import Testing

/// A hundred runs on machines and over files that do not keep to the estimator's model: each machine's runs one after
/// the other, the first ones without any history.
struct `Estimates of a hundred runs` {
  private static let runs: [SimulatedRun] = (0..<20 as Range<UInt64>).flatMap { seed in
    var machine = SimulatedMachine(seed: seed)
    var history = RunHistory()
    return (0..<5).map { _ in machine.run(history: &history) }
  }

  private let estimated: [(estimate: Estimate, seconds: Double)] = Self.runs.compactMap { run in
    run.estimate.map { ($0, run.seconds) }
  }

  private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

  @Test func `hold nine in ten, within a quarter, and lie within 15% of the truth`() {
    #expect(estimated.count == 100)
    #expect(estimated.filter { $0.estimate.seconds.contains($0.seconds) }.count >= 90)
    let halfWidths = estimated.map {
      ($0.estimate.seconds.upper - $0.estimate.seconds.lower) / 2 / $0.estimate.seconds.value
    }
    #expect(median(halfWidths) <= 0.25)
    #expect(median(estimated.map { abs($0.estimate.seconds.value / $0.seconds - 1) }) <= 0.15)
    #expect(estimated.filter { abs($0.estimate.seconds.value / $0.seconds - 1) <= 0.15 }.count >= 85)
  }

  @Test func `hold nine in ten numbers of tokens`() {
    #expect(Self.runs.filter { $0.estimate?.tokens.contains($0.tokens) ?? false }.count >= 88)
  }

  @Test(arguments: 0..<3) func `hold nine in ten on the way, and come closer`(moment: Int) {
    let moments = Self.runs.compactMap { $0.live.count > moment ? ($0.live[moment], $0.seconds) : nil }
    #expect(moments.count >= 95)
    #expect(moments.filter { $0.0.seconds.contains($0.1) }.count * 10 >= moments.count * 9)
    #expect(median(moments.map { abs($0.0.seconds.value / $0.1 - 1) }) <= [0.05, 0.03, 0.015][moment])
  }
}
