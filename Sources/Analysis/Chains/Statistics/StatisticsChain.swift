/// Measures each text: how long it is, of how many words and sentences, how various and how hard to read; and its value
/// if it is a number.
public struct StatisticsChain: Chain {
  public let name = "statistics"

  public init() {}

  public func analyze(_ text: String, into summary: inout StatisticsSummary) -> [Finding] {
    let measures = TextMeasures(text)
    summary.add(measures)
    return measures.findings
  }
}

/// What there is to a text that can be measured.
public enum TextMeasure: String, Sendable, CaseIterable, Codable {
  /// What readers take for one.
  case characters
  case bytes
  /// Between spaces and marks; each character of scripts that have no spaces.
  case words
  case sentences
  /// The mean of all words, in letters.
  case wordLength = "word_length"
  /// The mean of all sentences, in words.
  case sentenceLength = "sentence_length"
  /// Different words for each word, of the first 1,000.
  case typeTokenRatio = "type_token_ratio"
  /// Björnsson's index (LIX), which needs to know no language: words for each sentence, and how many in a hundred words
  /// have more than six letters. Below 30 for children, above 60 for laws.
  case readability
  /// The value of a text that is a number.
  case number
}
