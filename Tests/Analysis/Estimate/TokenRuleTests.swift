import HoldfastAnalysis
import Testing

struct `A rule for tokens` {
  @Test(arguments: [("", 0), ("a", 1), ("four", 1), ("five5", 2), ("día", 1), ("日本語", 3)])
  func `counts four bytes as one`(text: String, tokens: Int) {
    #expect(ByteTokenRule().tokens(in: text) == tokens)
  }

  @Test(arguments: [
    ("", 0), (" ", 1), ("one two", 2), ("don't", 3), ("internationalisation", 4), ("日本語", 3), ("3.14", 3),
    ("привет, мир", 3),
  ])
  func `counts words by their length`(text: String, tokens: Int) {
    #expect(WordTokenRule().tokens(in: text) == tokens)
  }

  @Test func `is found by its name`() {
    for rule in TokenRules.all { #expect(TokenRules.named(rule.name)?.name == rule.name) }
    #expect(TokenRules.named("")?.name == TokenRules.standard.name)
    #expect(TokenRules.named("guess") == nil)
  }
}
