import HoldfastAnalysis
import Testing

struct KeywordsChainTests {
  private let chain = KeywordsChain()

  private func texts(_ text: String) -> [String] { chain.keywords(text).map(\.text) }

  @Test func `stop words and marks part phrases`() {
    let found = texts("The lighthouse of the northern harbour, a fishing boat")
    #expect(Set(found) == ["lighthouse", "northern harbour", "fishing boat"])
  }

  @Test func `what comes more often stands out`() {
    let keywords = chain.keywords(
      "The turbine stopped at night. Somebody called about the turbine. A new turbine costs much. The phone rang.")
    #expect(keywords.first?.text == "turbine")
    #expect(keywords.first?.count == 3)
  }

  @Test func `a phrase that comes again is better than its words`() {
    let found = texts("Solar panels pay. We bought solar panels from them. Are solar panels old? Solar panels are not.")
    #expect(found.first == "solar panels")
    #expect(!found.contains("solar") && !found.contains("panels"), "said already")
  }

  @Test func `part of a longer run is a phrase only when it comes again`() {
    let once = texts("Heavy northern autumn storms battered harbour walls")
    #expect(!once.contains("northern autumn"))
    let again = texts("Heavy northern autumn storms battered walls. The northern autumn is long.")
    #expect(again.contains("northern autumn"))
  }

  @Test func `names stand out`() {
    let found = chain.keywords("we walked with Amundsen along the shore")
    #expect(found.first?.text == "amundsen")
    #expect(texts("They were at the shore with an EKG").first == "ekg")
  }

  @Test func `numbers are no keywords but may close a name`() {
    #expect(texts("12 of 40, 17%") == [])
    #expect(texts("We bought the Falcon 9.").contains("falcon 9"))
  }

  @Test(arguments: [
    ("Die Katze liegt auf dem Sofa und sie ist nicht allein", ["katze", "sofa"]),
    ("Le chat est sur le canapé et il n'est pas seul", ["chat", "canapé"]),
    ("El gato está en el sofá y no está solo", ["gato", "sofá"]),
    ("Il gatto è sul divano e non è solo", ["gatto", "divano"]),
    ("O gato está no sofá e não está sozinho", ["gato", "sofá"]),
    ("De kat ligt op de bank en hij is niet alleen", ["kat", "bank"]),
    ("Katten är på soffan och den är inte ensam", ["katten", "soffan"]),
  ])
  func `stop words are those of the text's language`(text: String, wanted: [String]) {
    let found = texts(text)
    for keyword in wanted { #expect(found.contains { $0.contains(keyword) }, "\(found)") }
    let stopWords = ["dem", "est", "está", "sul", "não", "niet", "inte", "und", "et", "en", "och"]
    for word in stopWords { #expect(!found.contains(word)) }
  }

  @Test func `addresses and accounts are left out`() {
    #expect(texts("See https://example.com/harbour and @harbourmaster, www.harbour.example") == [])
    #expect(texts("#harbour") == ["harbour"])
  }

  @Test func `possessives and typographic apostrophes do not matter`() {
    #expect(texts("the captain's ship") == texts("the captain’s ship"))
    #expect(texts("don’t, don't") == [])
  }

  @Test func `scripts without spaces give phrases of characters`() {
    let found = texts("海港很大。海港很旧。海港在北方。")
    #expect(found.contains("海港"), "\(found)")
  }

  @Test func `there are at most ten, the best first`() {
    let text = (0..<60).map { "word\($0) and the rest" }.joined(separator: ", ")
    let keywords = chain.keywords(text)
    #expect(keywords.count == 10)
    #expect(zip(keywords, keywords.dropFirst()).allSatisfy { $0.score >= $1.score })
  }

  @Test(arguments: ["", " ", "\n", "the of and", "!!!", "😀😀", "'", "--", "''s", "@", "http://"])
  func `texts that say nothing have no keywords`(text: String) {
    #expect(chain.keywords(text) == [])
  }

  @Test func `findings are records`() {
    var summary = KeywordsSummary()
    let findings = chain.analyze("The lighthouse", into: &summary)
    #expect(chain.name == "keywords")
    guard case .list(let list) = findings.first?.value, case .record(let record) = list.first else {
      Issue.record("no list of records: \(findings)")
      return
    }
    #expect(record.map(\.name) == ["text", "score", "count"])
    #expect(record.first?.value == .text("lighthouse"))
  }

  @Test(arguments: 0..<48 as Range<UInt64>)
  func `any text has keywords of its own`(seed: UInt64) {
    var random = SeededGenerator(state: seed)
    for _ in 0..<20 {
      var scalars = String.UnicodeScalarView()
      for _ in 0..<Int.random(in: 0..<200, using: &random) {
        let limit: UInt32 = [0x7F, 0x250, 0x3100, 0x9FFF, 0x10_FFFF].randomElement(using: &random) ?? 0x7F
        if let scalar = Unicode.Scalar(UInt32.random(in: 0...limit, using: &random)) { scalars.append(scalar) }
        if Int.random(in: 0..<5, using: &random) == 0 { scalars.append(" ") }
      }
      let keywords = chain.keywords(String(scalars))
      #expect(keywords.count <= 10)
      #expect(keywords.allSatisfy { $0.score > 0 && $0.score.isFinite && $0.count > 0 && !$0.text.isEmpty })
      #expect(keywords == chain.keywords(String(scalars)))
    }
  }

  @Test func `a text of a quarter of a megabyte is read to its end`() {
    #expect(chain.keywords(String(repeating: "a", count: 1 << 20)) == [], "no word is as long")
    let found = texts(String(repeating: "Rusty anchors hold the old ship. ", count: 1 << 13))
    #expect(found.first == "rusty anchors hold")
    #expect(!texts((0..<25_000).map { "w\($0)x" }.joined(separator: " ")).isEmpty)
  }
}
