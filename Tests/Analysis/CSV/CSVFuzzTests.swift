import HoldfastAnalysis
import Testing

@Suite struct CSVFuzzTests {
  private static let dialects = [
    CSVDialect.plain, CSVDialect(hasHeader: true), CSVDialect(escape: .backslash, hasHeader: false),
    CSVDialect(delimiter: UInt8(ascii: ";"), quote: UInt8(ascii: "'"), hasHeader: false),
    CSVDialect(quote: nil, hasHeader: false),
  ]
  /// Parts that fields are made of; the marks more often than they are in any file.
  private static let parts: [[UInt8]] = [
    [0x2C], [0x2C], [0x22], [0x22], [0x22], [0x0A], [0x0D], [0x0D, 0x0A], [0x5C], [0x3B], [0x27], [0x00], [0x61],
    [0x62, 0x63, 0x64], [0x20], Array("zü".utf8), Array("東".utf8), Array("🙂".utf8), [0xFF], [0xE2, 0x82], [0xC3],
    [0xED, 0xA0, 0x80], [0xF0, 0x9F, 0x99], [0x80], Array(repeating: 0x78, count: 30),
    Array(repeating: 0x79, count: 64),
  ]

  @Test(arguments: 0..<60)
  func `any bytes are read as the slow reader reads them`(seed: Int) throws {
    var random = SeededGenerator(state: UInt64(seed))
    for _ in 0..<60 {
      var bytes: [UInt8] = []
      let share = Int.random(in: 1...Self.parts.count, using: &random)
      let parts = Array(Self.parts.shuffled(using: &random)[..<share])
      for _ in 0..<Int.random(in: 0...80, using: &random) { bytes += parts.randomElement(using: &random) ?? [] }
      let dialect = Self.dialects.randomElement(using: &random) ?? .plain
      let fieldBytes = Int.random(in: 4...40, using: &random)
      let limits =
        Bool.random(using: &random)
        ? CSVLimits(problemsPerKind: .max)
        : CSVLimits(
          fieldBytes: fieldBytes, recordBytes: fieldBytes + Int.random(in: 0...40, using: &random),
          recordFields: Int.random(in: 1...6, using: &random), problemsPerKind: .max)
      let cuts = (0..<Int.random(in: 0...6, using: &random))
        .map { _ in Int.random(in: 0...bytes.count, using: &random) }.sorted()

      let reading = try CSVReading(bytes, dialect, limits: limits, cuts: cuts)
      let slow = SlowCSV.read(bytes, dialect, limits: limits)
      #expect(reading.records == slow.records, "\(bytes) \(dialect) \(limits) \(cuts)")
      let problems = reading.problems.filter { !$0.hasSuffix("Name") }
      #expect(problems.sorted() == slow.problems.sorted(), "\(bytes) \(dialect) \(limits) \(cuts)")
    }
  }
}
