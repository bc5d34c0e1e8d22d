import Testing

@testable import holdfast

struct `Latency histograms` {
  @Test func `percentiles are known to a sixty-fourth`() {
    var histogram = Histogram()
    for value in 1...100_000 as ClosedRange<UInt64> { histogram.record(value * 10) }
    for (share, exact) in [(0.5, 500_000.0), (0.99, 990_000), (0.999, 999_000)] {
      let found = Double(histogram.percentile(share))
      #expect(found >= exact && found <= exact * (1 + 1.0 / 64))
    }
    #expect(histogram.percentile(1) == 1_000_000)
    #expect(histogram.longest == 1_000_000)
  }

  @Test func `a percentile is never below what was recorded nor above the longest`() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<2000 {
      let value = generator.next() >> UInt64.random(in: 25...63)
      var histogram = Histogram()
      histogram.record(value)
      #expect(histogram.percentile(0.5) == value)
    }
  }

  @Test func `extremes have a place`() {
    var histogram = Histogram()
    histogram.record(0)
    histogram.record(.max)
    #expect(histogram.percentile(0.5) == 0)
    #expect(histogram.longest == .max)
    #expect(histogram.count == 2)
  }

  @Test func `merging is as recording in one`() {
    var first = Histogram()
    var second = Histogram()
    var both = Histogram()
    for value in 0..<5000 as Range<UInt64> {
      if value.isMultiple(of: 3) { first.record(value * value) } else { second.record(value * value) }
      both.record(value * value)
    }
    first.merge(second)
    #expect(first.count == both.count)
    for share in [0.01, 0.5, 0.9, 0.999, 1] { #expect(first.percentile(share) == both.percentile(share)) }
  }

  @Test func `an empty one answers zero`() {
    #expect(Histogram().percentile(0.5) == 0)
  }
}
