/// What each text is about: the words and phrases that stand out in it, by the text alone.
///
/// A phrase is up to three words between which there is neither a mark nor a stop word. A word stands out by how often
/// it comes, in how many sentences, how early, how it is written and how much company it keeps; a phrase by its words
/// and by how often they come together. Nothing is learned from other texts, so that the same text has the same
/// keywords always.
///
/// The folder: `KeywordWords` cuts a text into words, `StopWords` tells those that say nothing, `KeywordExtraction`
/// weighs the rest, `KeywordCounter` and `KeywordsSummary` keep what comes up most in a column.
public struct KeywordsChain: Chain {
  public let name = "keywords"
  private let stopWords = StopWords.all

  public init() {}

  public func analyze(_ text: String, into summary: inout KeywordsSummary) -> [Finding] {
    let keywords = keywords(text)
    summary.add(keywords)
    let values = keywords.map { keyword in
      FindingValue.record([
        Finding("text", .text(keyword.text)), Finding("score", .number(keyword.score)),
        Finding("count", .integer(Int64(keyword.count))),
      ])
    }
    return [Finding("keywords", .list(values))]
  }

  /// The best first; those of the same score in the order in which they come.
  public func keywords(_ text: String) -> [Keyword] {
    var extraction = KeywordExtraction(KeywordWords(text, stopWords))
    return extraction.run()
  }
}

/// A word or phrase that stands out in a text.
public struct Keyword: Sendable, Equatable {
  /// In lower case.
  public let text: String
  /// Above 0; to be compared within one text only.
  public let score: Double
  /// How often it comes in the text.
  public let count: Int
}
