import Testing

@testable import HoldfastAnalysis

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct `Personal data` {
  private let chain = PersonalDataChain()

  /// A text without its marks, and what they mark.
  private func unmarked(_ text: String) -> (text: String, marks: [PersonalDataMatch]) {
    var bytes: [UInt8] = []
    var marks: [PersonalDataMatch] = []
    var rest = Substring(text)
    while let open = rest.range(of: "[[") {
      // Of three brackets the first belongs to the text.
      let start = rest[open.upperBound...].hasPrefix("[") ? rest.index(after: open.lowerBound) : open.lowerBound
      bytes += rest[..<start].utf8
      let inside = rest[rest.index(start, offsetBy: 2)...]
      guard let colon = inside.firstIndex(of: ":"), let close = inside.range(of: "]]"),
        let kind = PersonalDataKind(rawValue: String(inside[..<colon]))
      else { break }
      let value = inside[inside.index(after: colon)..<close.lowerBound]
      marks.append(PersonalDataMatch(kind: kind, range: bytes.count..<bytes.count + value.utf8.count))
      bytes += value.utf8
      rest = inside[close.upperBound...]
    }
    return (String(decoding: bytes + rest.utf8, as: UTF8.self), marks)
  }

  private func matches(_ text: String) -> [PersonalDataMatch] {
    var text = text
    return text.withUTF8 { PersonalDataScanner($0).matches() }
  }

  @Test(arguments: PersonalDataKind.allCases)
  func `is found, and nothing else, in 95 of 100 cases`(kind: PersonalDataKind) {
    var right = 0
    var missed: [String] = []
    var wrong: [String] = []
    for fixture in PersonalDataFixtures.texts {
      let (text, marks) = unmarked(fixture)
      let expected = marks.filter { $0.kind == kind }
      let found = matches(text).filter { $0.kind == kind }
      right += found.count { expected.contains($0) }
      missed += expected.filter { !found.contains($0) }.map { _ in text }
      wrong += found.filter { !expected.contains($0) }.map { _ in text }
    }
    #expect(right >= 10)
    #expect(Double(right) >= 0.95 * Double(right + missed.count), "missed in \(missed)")
    #expect(Double(right) >= 0.95 * Double(right + wrong.count), "wrong in \(wrong)")
  }

  @Test func `is told by its place and a masked form alone`() throws {
    var summary = PersonalDataSummary()
    let findings = chain.analyze("Grüße, mail anna.schmidt@example.org or 4111 1111 1111 1111", into: &summary)
    #expect(findings.map(\.name) == ["count", "mail", "card", "places"])
    #expect(
      findings.last?.value
        == .list([
          .record([
            Finding("kind", .text("mail")), Finding("start", .integer(14)), Finding("length", .integer(24)),
            Finding("masked", .text("a***@***.org")),
          ]),
          .record([
            Finding("kind", .text("card")), Finding("start", .integer(42)), Finding("length", .integer(19)),
            Finding("masked", .text("**** 1111")),
          ]),
        ]))
    #expect(!"\(summary)".contains("anna"))
  }

  @Test(arguments: [
    ("+49 30 1234567", "***67"), ("DE89 3704 0044 0532 0130 00", "DE** 00"), ("192.168.0.1", "192.*.*.*"),
    ("2001:db8::1", "2001:***"),
  ])
  func `is masked by its kind`(text: String, masked: String) throws {
    var text = text
    let seen = try text.withUTF8 { bytes in
      let scanner = PersonalDataScanner(bytes)
      return scanner.masked(try #require(scanner.matches().first))
    }
    #expect(seen == masked)
  }

  /// Numbers made by the rules of each network, and the same with another last digit.
  @Test(arguments: ["4", "51", "2221", "34", "37", "6011", "65", "3528", "36"])
  func `is a card by its last digit`(prefix: String) {
    var random = SeededGenerator(state: UInt64(prefix) ?? 0)
    let length = ["34": 15, "37": 15, "36": 14][prefix] ?? 16
    for _ in 0..<50 {
      var digits = prefix
      while digits.utf8.count < length - 1 { digits += String(Int.random(in: 0...9, using: &random)) }
      var found: [String] = []
      for last in 0...9 where !matches("card \(digits)\(last).").filter({ $0.kind == .card }).isEmpty {
        found.append("\(digits)\(last)")
      }
      #expect(found.count == 1, "\(found)")
    }
  }

  @Test(arguments: [("DE", 22), ("FR", 27), ("GB", 22), ("NO", 15), ("MT", 31), ("PL", 28)])
  func `is an account by its remainder`(country: String, length: Int) {
    var random = SeededGenerator(state: UInt64(length))
    for _ in 0..<20 {
      let rest = (0..<length - 4).map { _ in String(Int.random(in: 0...9, using: &random)) }.joined()
      let found = (2...98).filter { check in
        let digits = check < 10 ? "0\(check)" : "\(check)"
        return matches("to \(country)\(digits)\(rest)").contains { $0.kind == .iban }
      }
      #expect(found.count == 1)
    }
  }

  @Test func `is counted the same in parts as in one pass`() throws {
    var whole = PersonalDataSummary()
    var parts = [PersonalDataSummary(), PersonalDataSummary(), PersonalDataSummary()]
    for (index, text) in PersonalDataFixtures.texts.enumerated() {
      _ = chain.analyze(text, into: &whole)
      _ = chain.analyze(text, into: &parts[index % 3])
    }
    let decoded = try JSONDecoder().decode([PersonalDataSummary].self, from: JSONEncoder().encode(parts))
    #expect(decoded == parts)
    var merged = PersonalDataSummary()
    for part in decoded.reversed() { merged.merge(part) }
    #expect(merged == whole)
    #expect(merged.findings == whole.findings)
    #expect(whole[.mail].found > whole[.mail].texts)
    #expect(whole.texts == UInt64(PersonalDataFixtures.texts.count))
  }

  /// Texts of all that the scanner reacts to, in any order, and of any characters.
  @Test(arguments: 0..<100 as Range<UInt64>)
  func `is looked for in anything`(seed: UInt64) throws {
    var random = SeededGenerator(state: seed)
    let pieces = [
      "@", ".", ":", "::", "/", "//", "+", "(", ")", "-", " ", "0", "00", "1", "4111", "255", "a", "DE89", "f00", "é",
      "日", "%",
      "\u{a0}", "\u{202f}", "\u{0}", "😀", "tel ", "\n", "com",
    ]
    var text = ""
    for _ in 0..<300 {
      if Int.random(in: 0..<10, using: &random) == 0 {
        text.unicodeScalars.append(Unicode.Scalar(UInt32.random(in: 0...0xd7ff, using: &random)) ?? " ")
      } else {
        text += pieces.randomElement(using: &random) ?? ""
      }
    }
    var end = 0
    for match in matches(text) {
      try #require(match.range.lowerBound >= end && match.range.upperBound <= text.utf8.count && !match.range.isEmpty)
      end = match.range.upperBound
    }
    var summary = PersonalDataSummary()
    _ = chain.analyze(text, into: &summary)
  }

  /// Long texts of what takes longest: with looking ahead and back that is not bounded each would take many minutes.
  @Test(
    .timeLimit(.minutes(1)),
    arguments: ["1", "a@", "a", "0 ", "+1", "(1)", "1:", "::", "1.", "@", "DE89", "4111 ", "é", "tel "])
  func `is looked for in time that grows with the text alone`(piece: String) {
    var summary = PersonalDataSummary()
    _ = chain.analyze(String(repeating: piece, count: 100_000 / piece.utf8.count), into: &summary)
    #expect(summary.texts == 1)
  }
}

extension Substring {
  fileprivate func range(of text: String) -> Range<Index>? {
    var index = startIndex
    while index < endIndex {
      if self[index...].hasPrefix(text) { return index..<self.index(index, offsetBy: text.count) }
      index = self.index(after: index)
    }
    return nil
  }
}
