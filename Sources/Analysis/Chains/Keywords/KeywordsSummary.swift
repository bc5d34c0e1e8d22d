/// What the texts of a column are about, in memory that does not grow with their number.
public struct KeywordsSummary: ChainSummary, Equatable {
  /// How many have been read.
  public private(set) var texts: UInt64 = 0
  private var counter = KeywordCounter()

  public init() {}

  mutating func add(_ keywords: [Keyword]) {
    texts.addSaturating(1)
    for keyword in keywords { counter.add(keyword.text) }
  }

  public mutating func merge(_ other: KeywordsSummary) {
    texts.addSaturating(other.texts)
    counter.merge(other.counter)
  }

  /// Keywords of most texts, the most common first. `texts` is in how many at most, `at_least` in how many for sure:
  /// they differ once a column has more different keywords than are kept.
  public var findings: [Finding] {
    let top = counter.ordered.prefix(Limits.keywordsReported).map { count in
      FindingValue.record([
        Finding("text", .text(count.text)), Finding("texts", .integer(Int64(clamping: count.texts))),
        Finding("at_least", .integer(Int64(clamping: count.texts - min(count.texts, count.excess)))),
      ])
    }
    return [Finding("texts", .integer(Int64(clamping: texts))), Finding("keywords", .list(top))]
  }
}
