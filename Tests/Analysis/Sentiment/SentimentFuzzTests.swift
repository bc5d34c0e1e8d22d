import HoldfastAnalysis
import Testing

struct SentimentFuzzTests {
  private let chain = SentimentChain()

  private func expectSound(_ text: String) {
    let score = chain.score(text)
    #expect((-1...1).contains(score.compound))
    for share in [score.positive, score.neutral, score.negative] { #expect((0...1).contains(share)) }
    let all = score.positive + score.neutral + score.negative
    #expect(all == 0 || abs(all - 1) < 0.001)
  }

  @Test(arguments: 0..<64 as Range<UInt64>)
  func `any text has a score within bounds`(seed: UInt64) {
    var random = SeededGenerator(state: seed)
    for _ in 0..<50 {
      var scalars = String.UnicodeScalarView()
      for _ in 0..<Int.random(in: 0..<120, using: &random) {
        let limit: UInt32 = [0x7F, 0x250, 0x3100, 0x1_FFFF, 0x10_FFFF].randomElement(using: &random) ?? 0x7F
        if let scalar = Unicode.Scalar(UInt32.random(in: 0...limit, using: &random)) { scalars.append(scalar) }
      }
      expectSound(String(scalars))
    }
  }

  @Test(arguments: 0..<64 as Range<UInt64>)
  func `any mixture of what the rules look for has a score within bounds`(seed: UInt64) {
    var random = SeededGenerator(state: seed)
    let parts = [
      "not ", "n't ", "very ", "good", "bad ", "GREAT", "sooooo ", " but ", "although ", "too ", "if ", "like ", ", ",
      ".",
      "!", "?", "!!!!!!", "\n", ":)", ":-(", "<3", "😀", "👍🏽", "🤦‍♀️", "’", "'", "-", "--", "_", "@", "#", "&amp;",
      "http://",
      "www.", "kiss of", " death", "can't ", "wait", "the ", "bomb", "hahaha", "é", "È", "！", "。", "a lot", "damn ",
      "3.5",
    ]
    for _ in 0..<50 {
      let count = Int.random(in: 0..<60, using: &random)
      expectSound((0..<count).map { _ in parts.randomElement(using: &random) ?? "" }.joined())
    }
  }

  @Test(arguments: 0..<32 as Range<UInt64>)
  func `bytes that are no UTF-8 are mended and read`(seed: UInt64) {
    var random = SeededGenerator(state: seed)
    let bytes = (0..<300).map { _ in UInt8.random(in: 0...255, using: &random) }
    expectSound(String(decoding: bytes, as: UTF8.self))
  }

  @Test func `very long texts and words are read to their end`() {
    expectSound(String(repeating: "a", count: 1 << 18))
    expectSound(String(repeating: "😀", count: 1 << 16))
    expectSound(String(repeating: ":", count: 1 << 18))
    expectSound(String(repeating: "kiss of ", count: 1 << 15))
    expectSound(String(repeating: "not ", count: 1 << 16))
    expectSound(String(repeating: "ab", count: 1 << 17))
    let long = chain.score(String(repeating: "The plot was slow. I loved the ending, great fun! ", count: 5_000))
    #expect(long.label == .positive)
  }

  @Test func `the end of a long text counts as much as its beginning`() {
    let dull = String(repeating: "The train leaves at nine. ", count: 400)
    #expect(chain.score(dull + "Great.").positive == chain.score("Great. " + dull).positive)
    #expect(chain.score(dull + "Great.").compound == chain.score("Great. " + dull).compound)
  }
}
