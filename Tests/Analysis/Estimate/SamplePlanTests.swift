import HoldfastAnalysis
import Testing

struct `A plan of a sample` {
  @Test(arguments: [1, 39, 40, 41, 999, 1_000, 1_001, 5_000, 100_000, 1 << 40], [0, 1, 7] as [UInt64])
  func `takes a block from each part of the file`(rows: Int, seed: UInt64) throws {
    let plan = SamplePlan(rows: rows, seed: seed)
    let parts = plan.blocks.count
    #expect(parts == min(40, rows))
    var end = 0
    for (part, block) in plan.blocks.enumerated() {
      try #require(block.lowerBound >= end && block.upperBound <= rows && !block.isEmpty)
      // Each within its own part of the file, give or take what division leaves.
      #expect(
        abs(Double(block.lowerBound) / Double(rows) * Double(parts) - Double(part) - 0.5) <= 0.5 + Double(parts)
          / Double(rows))
      end = block.upperBound
    }
    let sampled = plan.blocks.reduce(0) { $0 + $1.count }
    #expect(rows <= 1_000 ? sampled == rows : sampled == 1_000)
    #expect(plan.order.sorted() == Array(plan.blocks.indices))
  }

  @Test func `is another with another seed and the same with the same`() {
    #expect(SamplePlan(rows: 100_000, seed: 1) == SamplePlan(rows: 100_000, seed: 1))
    #expect(SamplePlan(rows: 100_000, seed: 1) != SamplePlan(rows: 100_000, seed: 2))
  }

  @Test func `of nothing is empty`() {
    #expect(SamplePlan(rows: 0).blocks.isEmpty)
    #expect(SamplePlan(rows: -3, sampled: -1, blocks: -1).blocks.isEmpty)
    #expect(SamplePlan(rows: 10, sampled: 0).order.isEmpty)
  }

  @Test func `takes blocks that were slow for being first as warming up`() {
    let plan = SamplePlan(rows: 100_000)
    let timed = plan.order.indices.map { SampleBlock(texts: 25, seconds: $0 < 3 ? 1.0 : 0.1) }
    let sample = Sample(plan, timed: timed)
    #expect(sample.warmUp.count == 3)
    #expect(sample.blocks.count == 37)
    #expect(sample.texts == 1_000)
  }

  @Test func `puts blocks in the order of the file again`() {
    let plan = SamplePlan(rows: 4_000, sampled: 400)
    let timed = plan.order.map { SampleBlock(texts: 10, bytes: $0, seconds: 0.1) }
    #expect(Sample(plan, timed: timed).blocks.map(\.bytes) == Array(plan.blocks.indices))
  }
}
