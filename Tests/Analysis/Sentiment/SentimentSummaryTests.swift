import Foundation
import HoldfastAnalysis
import Testing

struct SentimentSummaryTests {
  private let chain = SentimentChain()

  private func summary(_ texts: some Sequence<String>) -> SentimentSummary {
    var summary = SentimentSummary()
    for text in texts { _ = chain.analyze(text, into: &summary) }
    return summary
  }

  private static let texts = [
    "I love it", "awful", "the train", "", "so good!!!", "not good", "what a waste of money", "😀", "fine, thanks",
  ]

  @Test func `a summary counts labels and knows the mean and the spread`() {
    let summary = summary(["great", "awful", "the train"])
    #expect((summary.positive, summary.neutral, summary.negative) == (1, 1, 1))
    let values = ["great", "awful", "the train"].map { chain.score($0).compound }
    let mean = values.reduce(0, +) / 3
    let deviation = (values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 3).squareRoot()
    #expect(abs((summary.mean ?? 9) - mean) < 1e-9)
    #expect(abs((summary.deviation ?? 9) - deviation) < 1e-9)
    #expect(summary.histogram.reduce(0, +) == 3)
    #expect(summary.histogram[10] == 1, "zero lies in the first range above it")
  }

  @Test func `an empty summary has no mean`() {
    let summary = SentimentSummary()
    #expect(summary.mean == nil && summary.deviation == nil && summary.count == 0)
    #expect(summary.findings.map(\.name) == ["positive", "neutral", "negative", "histogram"])
  }

  @Test func `parts merged in any order are what one pass would have found`() {
    let whole = summary(Self.texts)
    for cut in 0...Self.texts.count {
      let (first, second) = (summary(Self.texts.prefix(cut)), summary(Self.texts.dropFirst(cut)))
      var forward = first
      forward.merge(second)
      var backward = second
      backward.merge(first)
      #expect(forward == whole && backward == whole)
    }
  }

  @Test func `a checkpoint goes on as if nothing had been in between`() throws {
    var resumed = try JSONDecoder().decode(
      SentimentSummary.self, from: JSONEncoder().encode(summary(Self.texts.prefix(4))))
    for text in Self.texts.dropFirst(4) { _ = chain.analyze(text, into: &resumed) }
    #expect(resumed == summary(Self.texts))
    #expect(resumed.findings == summary(Self.texts).findings)
  }

  @Test func `a checkpoint with another number of ranges is refused`() {
    let json = #"{"positive":1,"neutral":0,"negative":0,"histogram":[1],"sum":1,"sumOfSquares":1}"#
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(SentimentSummary.self, from: Data(json.utf8)) }
  }

  @Test func `counts at their end stay there`() throws {
    let bins = [String](repeating: "18446744073709551615", count: 20).joined(separator: ",")
    let counts = #""positive":18446744073709551615,"neutral":1,"negative":0"#
    let json = "{\(counts)," + #""histogram":[\#(bins)],"sum":1,"sumOfSquares":1}"#
    var summary = try JSONDecoder().decode(SentimentSummary.self, from: Data(json.utf8))
    _ = chain.analyze("great", into: &summary)
    summary.merge(summary)
    #expect(summary.count == .max)
    #expect(!summary.findings.isEmpty)
  }
}
