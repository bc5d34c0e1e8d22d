/// Tells the language of each text: `language` by ISO 639-1 (`und` where it cannot be told) and `confidence`, 0…1.
///
/// English, German, French, Spanish, Italian, Portuguese, Dutch, Swedish, Danish, Norwegian, Finnish, Polish, Czech,
/// Romanian, Hungarian, Turkish, Russian and Ukrainian are told by sequences of letters, best from 60 characters on;
/// Arabic, Persian, Urdu, Chinese, Japanese, Korean, Greek, Hebrew, Hindi, Thai, Georgian and Armenian by their script.
public struct LanguageChain: Chain {
  public let name = "language"

  public init() {}

  public func analyze(_ text: String, into summary: inout LanguageSummary) -> [Finding] {
    let detected = LanguageDetector.shared.detect(text)
    summary.add(detected)
    return [
      Finding("language", .text(detected.language)),
      Finding("confidence", .number((detected.confidence * 1_000).rounded() / 1_000)),
    ]
  }
}

/// How many texts there are of each language.
public struct LanguageSummary: ChainSummary, Equatable {
  public private(set) var texts: UInt64 = 0
  private var counts: [String: UInt64] = [:]

  public init() {}

  /// Texts of a language, by ISO 639-1 or `und`.
  public subscript(_ language: String) -> UInt64 { counts[language] ?? 0 }

  mutating func add(_ detected: DetectedLanguage) {
    texts.addSaturating(1)
    counts[detected.language, default: 0].addSaturating(1)
  }

  public mutating func merge(_ other: LanguageSummary) {
    texts.addSaturating(other.texts)
    for (language, count) in other.counts where counts[language] != nil || counts.count < Limits.languages {
      counts[language, default: 0].addSaturating(count)
    }
  }

  private enum CodingKeys: CodingKey {
    case texts
    case counts
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    texts = try container.decode(UInt64.self, forKey: .texts)
    counts = try container.decode([String: UInt64].self, forKey: .counts)
    guard counts.count <= Limits.languages, counts.keys.allSatisfy({ $0.utf8.count <= Limits.languageBytes }) else {
      throw DecodingError.dataCorruptedError(forKey: .counts, in: container, debugDescription: "these are no languages")
    }
  }

  /// The languages, the commonest first.
  public var findings: [Finding] {
    let languages = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    return [
      Finding("texts", .integer(Int64(clamping: texts))),
      Finding(
        "languages",
        .list(
          languages.map { language, count in
            .record([Finding("language", .text(language)), Finding("count", .integer(Int64(clamping: count)))])
          })),
    ]
  }
}
