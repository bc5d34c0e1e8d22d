import Testing

@testable import HoldfastAnalysis

@Suite struct TextScoreTests {
  private static let sentences = (0..<400).map { number in
    "The delivery came \(number) days late, but the product itself is great."
  }

  private static func score(_ fields: [String?], name: String = "column") -> TextScore {
    ColumnProfile(fields, name: name).report.textScore
  }

  @Test func `sentences that differ score high, and the reasons say why`() {
    let score = Self.score(Self.sentences)
    #expect(score.score > 0.9)
    #expect(score.reasons == ["12.0 words on average", "all have three words or more", "all differ"])
  }

  @Test func `writing without blanks is text too`() {
    let fields = (0..<100).map { "この製品は本当に素晴らしいと思いますが配達が\($0)日遅れました" }
    #expect(Self.score(fields).score > TextScore.candidate)
  }

  private static let unread: [[String]] =
    [
      "", "0", "AB-", "https://example.com/", "user@example.com/", "+49 170 123456",
    ].map { beginning in (0..<400).map { "\(beginning)\($0)" } } + [
      (0..<400).map { ["red", "green", "blue"][$0 % 3] }, (0..<400).map { ["Anna Smith", "Bob Jones"][$0 % 2] },
      ["", "NULL"],
    ]

  @Test(arguments: unread)
  func `what is not written to be read is no candidate`(fields: [String]) {
    #expect(Self.score(fields).score < TextScore.candidate)
  }

  @Test func `the same few sentences over and over score lower than many`() {
    let few = Self.score((0..<400).map { Self.sentences[$0 % 4] })
    #expect(few.score < Self.score(Self.sentences).score - 0.3)
    #expect(few.reasons.contains("4 different"))
  }

  @Test func `a telling name raises the score of texts, and of nothing else`() {
    let short = (0..<400).map { "fine on day \($0)" }
    #expect(Self.score(short, name: "userReview").score > Self.score(short).score)
    #expect(Self.score((0..<400).map { "\($0)" }, name: "review").score == 0)
  }

  @Test func `nulls lower the score and are said`() {
    let half = Self.score(Self.sentences + [String](repeating: "", count: 400))
    #expect(half.score < Self.score(Self.sentences).score)
    #expect(half.reasons.contains("50 % are null"))
  }
}
