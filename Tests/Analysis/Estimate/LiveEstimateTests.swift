import HoldfastAnalysis
import Testing

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct `An estimate while the run goes on` {
  private func live(rows: Int = 1_000, bytes: Int? = nil) throws -> LiveEstimate {
    let blocks = (0..<40).map { SampleBlock(texts: 25, bytes: 25 * (90 + $0), seconds: 0.25 * (90 + Double($0)) / 100) }
    let workload = Workload(rows: rows, columns: 1, bytes: bytes)
    return LiveEstimate(
      try #require(CostEstimator(chain: "language").estimate(workload, sample: Sample(blocks: blocks))))
  }

  @Test func `begins with what was estimated`() throws {
    let live = try live(rows: 100_000)
    #expect(live.progress == 0)
    #expect(abs(live.seconds.value / live.estimate.seconds.value - 1) < 1e-9)
    #expect(abs(live.seconds.upper / live.estimate.seconds.upper - 1) < 1e-9)
  }

  @Test func `follows a run that is twice as slow as was thought`() throws {
    var live = try live(rows: 100_000)
    let expected = live.estimate.seconds.value
    for _ in 0..<20 { live.add(texts: 1_000, bytes: 0, seconds: expected / 50) }
    #expect(abs(live.progress - 0.2) < 1e-9)
    #expect(abs(live.seconds.value / (2 * expected) - 1) < 0.1)
    #expect(live.seconds.contains(2 * expected))
  }

  @Test func `knows that the long texts come at the end`() throws {
    var live = try live(rows: 1_000, bytes: 110_000)
    live.add(texts: 500, bytes: 11_000, seconds: 1)
    #expect(live.progress < 0.2)
  }

  @Test func `tells what is left of a run that nobody has estimated by what it shows`() {
    var live = LiveEstimate(coverage: 0.9)
    for _ in 0..<10 { live.add(texts: 100, bytes: 5_000, seconds: 0.5) }
    live.setLeft(texts: 9_000)
    #expect(abs(live.secondsLeft.value / 45 - 1) < 0.1)
    #expect(live.secondsLeft.contains(45))
    #expect(abs(live.progress - 0.1) < 1e-9)
    live.setLeft(texts: 0)
    #expect(live.secondsLeft == Bounds(0, lower: 0, upper: 0))
    #expect(live.progress == 1)
  }

  @Test func `says never more than all, and nothing left at the end`() throws {
    var live = try live()
    var last = 0.0
    for _ in 0..<30 {
      live.add(texts: 50, bytes: 5_000, seconds: 0.5)
      #expect(live.progress >= last && live.progress <= 1)
      last = live.progress
    }
    #expect(live.progress == 1)
    #expect(live.secondsLeft == Bounds(0, lower: 0, upper: 0))
    #expect(live.seconds == Bounds(15, lower: 15, upper: 15))
  }

  @Test func `is not done while a text is left, though all bytes are`() throws {
    var live = try live(rows: 1_000, bytes: 1_000)
    live.add(texts: 999, bytes: 5_000, seconds: 1)
    #expect(live.progress < 1)
  }

  @Test func `of no texts is done`() throws {
    #expect(try live(rows: 0).progress == 1)
  }

  @Test func `goes on from a checkpoint as if nothing had been in between`() throws {
    var whole = try live(rows: 100_000)
    for step in 0..<150 { whole.add(texts: 100, bytes: 0, seconds: 1 + Double(step % 7)) }
    var resumed = try JSONDecoder().decode(LiveEstimate.self, from: JSONEncoder().encode(whole))
    for step in 0..<150 {
      whole.add(texts: 100, bytes: 0, seconds: 1 + Double(step % 5))
      resumed.add(texts: 100, bytes: 0, seconds: 1 + Double(step % 5))
    }
    #expect(resumed.seconds == whole.seconds)
    #expect(resumed.progress == whole.progress)
  }
}
