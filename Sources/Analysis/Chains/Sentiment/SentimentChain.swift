/// How pleasant each text sounds, by the words that it has and the rules by which words change each other's worth.
///
/// Made for short English texts: messages, reviews, answers. It needs no training and no model, tells why (each word
/// has its worth in the lexicon beside this file), and takes about a microsecond for a message. Texts of other
/// languages have few or no words of the lexicon and come out neutral, but for their emoji.
///
/// The folder: `Lexicon` and its parts say what words are worth, `TextScanner` finds them in the bytes of a text,
/// `SentimentReading` holds the rules, and `SentimentScore` and `SentimentSummary` what comes of one text and of all.
public struct SentimentChain: Chain {
  public let name = "sentiment"
  private let lexicon: Lexicon

  public init() { lexicon = .english }

  public func analyze(_ text: String, into summary: inout SentimentSummary) -> [Finding] {
    let score = score(text)
    summary.add(score)
    return score.findings
  }

  public func score(_ text: String) -> SentimentScore {
    if let score = text.utf8.withContiguousStorageIfAvailable({ SentimentReading.score($0, lexicon) }) { return score }
    return Array(text.utf8).withUnsafeBufferPointer { SentimentReading.score($0, lexicon) }
  }
}
