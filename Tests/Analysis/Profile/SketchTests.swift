import Testing

@testable import HoldfastAnalysis

@Suite struct SketchTests {
  private static func hashes(_ range: Range<Int>) -> [UInt64] {
    range.map { number in
      Array("value \(number)".utf8).withUnsafeBytes { bytes in
        bytes.baseAddress.map { ValueHash.hash($0, count: bytes.count) } ?? 0
      }
    }
  }

  @Test(arguments: [1, 100, 2_048, 2_049, 10_000, 100_000, 300_000])
  func `distinct values are counted within three times the stated error`(count: Int) {
    var sketch = DistinctSketch(precision: 14)
    for _ in 0..<2 { Self.hashes(0..<count).withUnsafeBufferPointer { sketch.add($0) } }
    #expect(sketch.isExact == (count <= 2_048))
    #expect(abs(sketch.estimate / Double(count) - 1) <= 3 * sketch.standardError)
  }

  @Test(arguments: [(10, 20), (1_500, 1_500), (100, 50_000), (40_000, 30_000)])
  func `merged distinct sketches are that of one pass`(first: Int, second: Int) {
    var (one, two, whole) = (
      DistinctSketch(precision: 14), DistinctSketch(precision: 14), DistinctSketch(precision: 14)
    )
    let (low, high) = (Self.hashes(0..<first), Self.hashes(first / 2..<second + first / 2))
    low.withUnsafeBufferPointer { one.add($0) }
    high.withUnsafeBufferPointer { two.add($0) }
    (low + high).withUnsafeBufferPointer { whole.add($0) }
    one.merge(two)
    #expect(one.estimate == whole.estimate)
    #expect(one.isExact == whole.isExact)
  }

  enum Shape: CaseIterable {
    case uniform, steep, few

    func next(_ random: inout SeededGenerator) -> Double {
      switch self {
      case .uniform: Double.random(in: -50...50, using: &random)
      case .steep: 1 / (1 - Double.random(in: 0..<1, using: &random))
      case .few: Double(Int.random(in: 0...9, using: &random))
      }
    }
  }

  @Test(arguments: Shape.allCases, [400, 20_000, 150_000])
  func `quantiles stand within the stated error of their ranks`(shape: Shape, count: Int) {
    var random = SeededGenerator(state: 7)
    var numbers = (0..<count).map { _ in shape.next(&random) }
    var (whole, parts) = (QuantileSketch(room: 512), QuantileSketch(room: 512))
    numbers.withUnsafeBufferPointer { whole.add($0) }
    for part in stride(from: 0, to: count, by: count / 7 + 1) {
      var sketch = QuantileSketch(room: 512)
      numbers[part..<min(count, part + count / 7 + 1)].withUnsafeBufferPointer { sketch.add($0) }
      parts.merge(sketch)
    }
    numbers.sort()
    let shares = [0.0, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 1]
    for sketch in [whole, parts] {
      #expect(sketch.count == count)
      for (share, value) in zip(shares, sketch.quantiles(shares)) {
        // A value that occurs often stands for all of its ranks.
        let below = Double(numbers.partition(above: value, orEqual: true)) / Double(count)
        let through = Double(numbers.partition(above: value, orEqual: false)) / Double(count)
        let distance = max(0, below - share, share - through)
        #expect(distance <= sketch.rankError + 1 / Double(count), "\(share) of \(count)")
      }
    }
  }

  @Test func `sorted numbers have quantiles as near as shuffled ones`() {
    let numbers = (0..<300_000).map { Double($0) }
    var sketch = QuantileSketch(room: 512)
    numbers.withUnsafeBufferPointer { sketch.add($0) }
    for (share, value) in zip([0.1, 0.5, 0.9], sketch.quantiles([0.1, 0.5, 0.9])) {
      #expect(abs(value / 300_000 - share) <= sketch.rankError)
    }
  }

  @Test func `a sketch of quantiles keeps a bounded number of numbers`() {
    var sketch = QuantileSketch(room: 512)
    var random = SeededGenerator(state: 3)
    for _ in 0..<200 {
      let numbers = (0..<5_000).map { _ in Double.random(in: 0...1, using: &random) }
      numbers.withUnsafeBufferPointer { sketch.add($0) }
    }
    #expect(sketch.weighted.count <= 4 * 512)
  }

  @Test func `moments are those of the definition, in parts too, where squares would lose all digits`() throws {
    var random = SeededGenerator(state: 11)
    let numbers = (0..<10_000).map { _ in 1e12 + Double.random(in: -1...1, using: &random) }
    let mean = numbers.reduce(0) { $0 + ($1 - 1e12) } / 10_000 + 1e12
    let squares = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    var (whole, parts) = (Moments(), Moments())
    numbers.withUnsafeBufferPointer { whole.add($0) }
    for start in stride(from: 0, to: 10_000, by: 333) {
      var part = Moments()
      numbers[start..<min(10_000, start + 333)].withUnsafeBufferPointer { part.add($0) }
      parts.merge(part)
    }
    for moments in [whole, parts] {
      #expect(abs(moments.mean - mean) < 1e-3)
      #expect(abs(try #require(moments.deviation) / (squares / 9_999).squareRoot() - 1) < 1e-3)
      #expect(moments.least == numbers.min())
      #expect(moments.greatest == numbers.max())
    }
  }

  @Test func `the greatest numbers there are have a mean, and no deviation that is none`() {
    var moments = Moments()
    let greatest = Double.greatestFiniteMagnitude
    [greatest, greatest, greatest, greatest].withUnsafeBufferPointer { moments.add($0) }
    #expect(moments.mean == greatest)
    [-greatest, -greatest, -greatest, -greatest].withUnsafeBufferPointer { moments.add($0) }
    #expect(moments.mean == 0)
    #expect(moments.deviation == nil)
  }

  @Test func `lengths are exact up to 127 and within 0.8 percent above`() {
    var random = SeededGenerator(state: 5)
    for most in [100, 10_000, 4_000_000] {
      var lengths = (0..<20_000).map { _ in UInt32.random(in: 0...UInt32(most), using: &random) }
      var histogram = LengthHistogram()
      lengths.withUnsafeBufferPointer { histogram.add($0) }
      lengths.sort()
      for (share, length) in zip([0.25, 0.5, 0.99], histogram.quantiles([0.25, 0.5, 0.99])) {
        let exact = Double(lengths[Int((share * 20_000).rounded(.up)) - 1])
        #expect(abs(Double(length) - exact) <= (exact < 128 ? 0 : exact * LengthHistogram.relativeError))
      }
      #expect(histogram.mean == lengths.reduce(0) { $0 + Double($1) } / 20_000)
      #expect(histogram.bins(12).reduce(0, +) == 20_000)
    }
  }

  @Test func `logarithms are those of powers and within rounding between`() {
    for exponent in -40...40 {
      #expect(BinaryLogarithm.of(Double(sign: .plus, exponent: exponent, significand: 1)) == Double(exponent))
    }
    #expect(abs(BinaryLogarithm.of(10) - 3.321_928_094_887_362) < 1e-14)
    #expect(abs(BinaryLogarithm.of(0.3) + 1.736_965_594_166_206) < 1e-14)
  }

  @Test func `bytes are counted by their classes at every length`() {
    let text = Array("Grüße, aus 東京 und Zürich!\t42 {@[`^ \n".utf8)
    for count in 0...200 {
      let bytes = (0..<count).map { text[$0 % text.count] }
      let counts = bytes.withUnsafeBufferPointer { LetterCounts($0) }
      #expect(counts.blanks == bytes.count { $0 <= 0x20 })
      #expect(counts.letters == bytes.count { (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) })
      #expect(counts.continuations == bytes.count { $0 & 0xC0 == 0x80 })
      #expect(counts.wide == bytes.count { (0xE3...0xEF).contains($0) })
    }
    let long = [UInt8](repeating: 0x20, count: 100_003)
    #expect(long.withUnsafeBufferPointer { LetterCounts($0) }.blanks == 100_003)
  }
}

extension Array where Element == Double {
  /// How many of these sorted numbers are below a value, or below it and equal to it.
  fileprivate func partition(above value: Double, orEqual: Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < value || !orEqual && self[middle] == value { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
