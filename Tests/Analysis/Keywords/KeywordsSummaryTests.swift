import Foundation
import Testing

@testable import HoldfastAnalysis

struct KeywordsSummaryTests {
  private let chain = KeywordsChain()
  private static let texts = [
    "The lighthouse is old", "An old lighthouse and a harbour", "the harbour", "", "A lighthouse", "Fishing boats",
  ]

  private func summary(_ texts: some Sequence<String>) -> KeywordsSummary {
    var summary = KeywordsSummary()
    for text in texts { _ = chain.analyze(text, into: &summary) }
    return summary
  }

  @Test func `keywords are counted by the texts that they come in`() {
    var counter = KeywordCounter()
    for text in ["b", "a", "b", "c", "b", "a"] { counter.add(text) }
    #expect(counter.ordered.map(\.text) == ["b", "a", "c"])
    #expect(counter.ordered.map(\.texts) == [3, 2, 1])
    #expect(counter.ordered.allSatisfy { $0.excess == 0 })
  }

  @Test func `findings name the most common first`() {
    let findings = summary(Self.texts).findings
    #expect(findings.first == Finding("texts", .integer(6)))
    guard case .list(let list) = findings.last?.value, case .record(let top) = list.first else {
      Issue.record("no list of records: \(findings)")
      return
    }
    #expect(top.map(\.name) == ["text", "texts", "at_least"])
    #expect(top.last?.value == top.dropLast().last?.value)
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
      KeywordsSummary.self, from: JSONEncoder().encode(summary(Self.texts.prefix(3))))
    for text in Self.texts.dropFirst(3) { _ = chain.analyze(text, into: &resumed) }
    #expect(resumed == summary(Self.texts))
  }

  @Test(arguments: 0..<6 as Range<UInt64>)
  func `counts hold their bounds when there are more keywords than are kept`(seed: UInt64) {
    var random = SeededGenerator(state: seed)
    var counters = Array(repeating: KeywordCounter(), count: 3)
    var real: [String: UInt64] = [:]
    for turn in 0..<60_000 {
      // The popular more often: ranks by the inverse of a fraction.
      let rank = Int(1 / Double.random(in: 0.00005...1, using: &random))
      let text = "k\(rank < 2_000 ? rank : Int.random(in: 2_000..<40_000, using: &random))"
      counters[turn % 3].add(text)
      real[text, default: 0] += 1
    }
    var merged = counters[0]
    merged.merge(counters[1])
    merged.merge(counters[2])
    let ordered = merged.ordered
    #expect(ordered.count <= 2 * Limits.keywordsOfColumn)
    for count in ordered {
      let wanted = real[count.text] ?? 0
      #expect(count.texts >= wanted && count.texts - count.excess <= wanted, "\(count), really \(wanted)")
    }
    let top = real.sorted { ($0.value, $1.key) > ($1.value, $0.key) }.prefix(20).map(\.key)
    #expect(Set(top).isSubset(of: ordered.map(\.text)))
  }

  @Test func `a checkpoint with more than is kept is cut`() throws {
    let many = (0..<10_000).map { #"{"text":"k\#($0)","texts":\#($0 + 1),"excess":0}"# }.joined(separator: ",")
    let counter = try JSONDecoder().decode(KeywordCounter.self, from: Data(#"{"counts":[\#(many)],"floor":0}"#.utf8))
    #expect(counter.ordered.count == Limits.keywordsOfColumn)
    #expect(counter.ordered.first?.text == "k9999")
  }
}
