import HoldfastAnalysis
import Testing

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct `The language of a text` {
  private let chain = LanguageChain()

  private func language(_ text: String) -> String? {
    var summary = LanguageSummary()
    guard case .text(let language)? = chain.analyze(text, into: &summary).first?.value else { return nil }
    return language
  }

  @Test(arguments: LanguageFixtures.texts.keys.sorted())
  func `is told in nine of ten texts of each`(expected: String) throws {
    let texts = try #require(LanguageFixtures.texts[expected])
    let wrong = texts.compactMap { text in
      let found = language(text)
      return found == expected ? nil : "\(found ?? "") for \(text)"
    }
    #expect(wrong.count * 10 <= texts.count, "\(wrong)")
  }

  @Test func `is told in 95 of 100 texts of all together`() {
    let texts = LanguageFixtures.texts.flatMap { expected, texts in texts.map { (expected, $0) } }
    #expect(LanguageFixtures.texts.count >= 25)
    let right = texts.count { expected, text in language(text) == expected }
    #expect(Double(right) >= 0.95 * Double(texts.count))
  }

  @Test(arguments: LanguageFixtures.untold) func `is not told of what has none`(text: String) {
    #expect(language(text) == "und")
  }

  @Test(arguments: [
    ("این کتاب را دیروز از کتابخانه گرفتم و خیلی دوستش داشتم", "fa"),
    ("یہ کتاب میں نے کل لائبریری سے لی تھی اور مجھے بہت پسند آئی", "ur"),
    ("หนังสือเล่มนี้ดีมาก ฉันอ่านจบในวันเดียว", "th"), ("ეს წიგნი ძალიან მომეწონა", "ka"), ("այս գիրքը ինձ շատ դուր եկավ", "hy"),
  ])
  func `is told by its script`(text: String, expected: String) {
    #expect(language(text) == expected)
  }

  @Test func `is told in capitals as in small letters`() {
    for (expected, texts) in LanguageFixtures.texts where ["de", "ru", "pl"].contains(expected) {
      for text in texts { #expect(language(text.uppercased()) == expected) }
    }
  }

  @Test func `has a confidence from 0 to 1`() throws {
    for text in LanguageFixtures.texts.values.flatMap(\.self) + LanguageFixtures.untold {
      var summary = LanguageSummary()
      let findings = chain.analyze(text, into: &summary)
      #expect(findings.map(\.name) == ["language", "confidence"])
      guard case .number(let confidence)? = findings.last?.value else { throw MissingNumber() }
      #expect((0...1).contains(confidence))
    }
  }

  private struct MissingNumber: Error {}

  @Test func `is counted the same in parts as in one pass`() throws {
    var whole = LanguageSummary()
    var parts = [LanguageSummary(), LanguageSummary()]
    for (index, text) in LanguageFixtures.texts.values.flatMap(\.self).enumerated() {
      _ = chain.analyze(text, into: &whole)
      _ = chain.analyze(text, into: &parts[index % 2])
    }
    let decoded = try JSONDecoder().decode([LanguageSummary].self, from: JSONEncoder().encode(parts))
    var merged = decoded[1]
    merged.merge(decoded[0])
    #expect(merged == whole)
    #expect(merged.findings == whole.findings)
    #expect(whole["en"] >= 11)
  }

  @Test(arguments: 0..<50 as Range<UInt64>) func `is looked for in anything`(seed: UInt64) {
    var random = SeededGenerator(state: seed)
    var text = ""
    for _ in 0..<2_500 {
      let bound: UInt32 = [0x80, 0x250, 0x3000, 0x11_0000].randomElement(using: &random) ?? 0x80
      if let scalar = Unicode.Scalar(UInt32.random(in: 0..<bound, using: &random)) {
        text.unicodeScalars.append(scalar)
      }
    }
    #expect(language(text) != nil)
  }

  @Test(.timeLimit(.minutes(1))) func `is told of a text of a megabyte by its beginning`() {
    #expect(language(String(repeating: "Der Hund schläft unter dem Tisch und träumt. ", count: 25_000)) == "de")
  }
}
