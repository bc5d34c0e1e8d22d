import HoldfastAnalysis
import Testing

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct `The statistics of a text` {
  private let chain = StatisticsChain()

  private func findings(_ text: String) -> [String: FindingValue] {
    var summary = StatisticsSummary()
    return Dictionary(chain.analyze(text, into: &summary).map { ($0.name, $0.value) }) { $1 }
  }

  @Test(arguments: [
    ("", 0, 0, 0), (" \n", 2, 0, 0), ("One word", 8, 2, 1), ("It works. Really! Does it?", 26, 5, 3),
    ("He said: \"Go!\" And we went.", 27, 6, 2), ("Version 3.14 is out...", 22, 4, 1),
    ("It costs 3.50. Fine.", 20, 4, 2),
    ("Mr. J. R. Smith isn't here", 26, 6, 2), ("no end. and so on", 17, 5, 2), ("今日は。いい天気！", 9, 7, 2),
    ("Привет! Как дела?", 17, 3, 2), ("👩‍👩‍👧 family", 8, 1, 1), ("e\u{301}te\u{301}", 3, 1, 1), ("?!?! ... !!!", 12, 0, 0),
    ("don't won’t", 11, 2, 1), ("a-b_c", 5, 3, 1), ("1,234.5 km", 10, 2, 1),
  ])
  func `are its characters, words and sentences`(text: String, characters: Int64, words: Int64, sentences: Int64) {
    let findings = findings(text)
    #expect(findings["characters"] == .integer(characters))
    #expect(findings["words"] == .integer(words))
    #expect(findings["sentences"] == .integer(sentences))
  }

  @Test func `are how long, various and hard its words are`() {
    let findings = findings("The cat saw the other cat. Constitutional amendments notwithstanding, the cat slept.")
    #expect(findings["word_length"] == .number(70.0 / 12))
    #expect(findings["sentence_length"] == .number(6))
    #expect(findings["type_token_ratio"] == .number(8.0 / 12))
    #expect(findings["readability"] == .number(31))
    #expect(self.findings("...")["readability"] == nil)
  }

  @Test(arguments: [
    ("42", 42), (" -12.5 ", -12.5), ("+7", 7), ("1,234,567.8", 1_234_567.8), ("1.234.567", 1_234_567),
    ("1.234,5", 1_234.5),
    ("3,14", 3.14), ("1,234", 1_234), ("1234,567", 1_234.567), ("6.02e23", 6.02e23), (".5", 0.5), ("0", 0),
    ("1E-3", 0.001),
  ])
  func `are the value of a number`(text: String, value: Double) {
    #expect(findings(text)["number"] == .number(value))
  }

  @Test(arguments: [
    "", "-", "1.2.3", "1,23,456", "12 34", "0x10", "nan", "inf", "1e", "e5", "1e999", "1,234,56", "1.234,56,7", "$5",
    "5%", "--5",
    "1-2", "٣", "007", "2024-01-15", "1,2.3,4",
  ])
  func `have no value for what is no number`(text: String) {
    #expect(findings(text)["number"] == nil)
  }

  private static let texts: [String] = {
    var random = SeededGenerator(state: 7)
    let words = ["apple", "of", "the", "extraordinary", "12", "-3.5", ".", "!", "日", "über", "\n", ","]
    return (0..<500).map { _ in
      (0..<Int.random(in: 0...30, using: &random)).map { _ in words.randomElement(using: &random) ?? "" }
        .joined(separator: Bool.random(using: &random) ? " " : "")
    } + ["1e308", "-1e308", "1e308"]
  }()

  @Test func `are the same of parts as of one pass`() throws {
    var whole = StatisticsSummary()
    var parts = [StatisticsSummary(), StatisticsSummary(), StatisticsSummary()]
    for (index, text) in Self.texts.enumerated() {
      _ = chain.analyze(text, into: &whole)
      _ = chain.analyze(text, into: &parts[index % 3])
    }
    let decoded = try JSONDecoder().decode([StatisticsSummary].self, from: JSONEncoder().encode(parts))
    #expect(decoded == parts)
    var merged = StatisticsSummary()
    for part in decoded.reversed() { merged.merge(part) }
    #expect(merged.texts == whole.texts)
    #expect(merged.textsWithoutWords == whole.textsWithoutWords)
    for measure in TextMeasure.allCases {
      let (left, right) = (try #require(merged[measure]), try #require(whole[measure]))
      #expect(left.count == right.count && left.least == right.least && left.greatest == right.greatest)
      if measure != .number {
        #expect(abs(left.mean - right.mean) <= 1e-9 * abs(right.mean))
        #expect(abs(left.deviation - right.deviation) <= 1e-9 * right.deviation)
      }
      #expect(left.mean.isFinite && left.deviation.isFinite)
    }
  }

  @Test func `have the mean and deviation of their values`() throws {
    var summary = StatisticsSummary()
    for text in ["2", "4", "4", "4", "5", "5", "7", "9"] { _ = chain.analyze(text, into: &summary) }
    let spread = try #require(summary[.number])
    #expect(spread.mean == 5)
    #expect(abs(spread.deviation - (32.0 / 7).squareRoot()) < 1e-12)
    #expect(spread.least == 2 && spread.greatest == 9)
  }

  @Test(arguments: 0..<50 as Range<UInt64>) func `are taken of anything`(seed: UInt64) {
    var random = SeededGenerator(state: seed)
    var text = ""
    for _ in 0..<2_000 {
      let bound: UInt32 = [0x80, 0x250, 0x3100, 0x11_0000].randomElement(using: &random) ?? 0x80
      if let scalar = Unicode.Scalar(UInt32.random(in: 0..<bound, using: &random)) {
        text.unicodeScalars.append(scalar)
      }
    }
    let findings = findings(text)
    #expect(findings["characters"] != nil && findings["words"] != nil)
  }

  @Test(.timeLimit(.minutes(1)), arguments: ["a", "a ", ".", "'", "日", "é. ", "1,"])
  func `take time that grows with the text alone`(piece: String) {
    var summary = StatisticsSummary()
    _ = chain.analyze(String(repeating: piece, count: 300_000 / piece.utf8.count), into: &summary)
    #expect(summary.texts == 1)
  }
}

struct `A summary from a worker` {
  /// Counts as great as they can be do not end the program that merges them.
  @Test func `may count anything`() throws {
    let most = UInt64.max
    func merged<Summary: ChainSummary>(_ type: Summary.Type, _ json: String) throws -> [Finding] {
      let summary = try JSONDecoder().decode(type, from: Data(json.utf8))
      var sum = summary
      sum.merge(summary)
      return sum.findings
    }
    #expect(try merged(LanguageSummary.self, #"{"texts":\#(most),"counts":{"en":\#(most)}}"#).count == 2)
    #expect(
      try merged(
        PersonalDataSummary.self,
        #"{"texts":\#(most),"textsWithAny":\#(most),"counts":["mail",{"found":\#(most),"texts":\#(most)}]}"#
      ).count == 3)
    let spread = #"{"count":\#(most),"mean":1e308,"least":-1e308,"greatest":1e308,"variance":1e308}"#
    #expect(
      try merged(
        StatisticsSummary.self, #"{"texts":\#(most),"textsWithoutWords":0,"spreads":["words",\#(spread)]}"#
      ).count == 3)
  }

  @Test func `has no more languages than there can be`() {
    let counts = (0..<100).map { "\"l\($0)\":1" }.joined(separator: ",")
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(LanguageSummary.self, from: Data(#"{"texts":100,"counts":{\#(counts)}}"#.utf8))
    }
  }
}
