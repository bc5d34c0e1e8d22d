/// How much there is in a column for an analysis of texts, and why.
public struct TextScore: Sendable, Equatable, Codable {
  /// From 0, nothing to read, to 1, sentences that all differ.
  public var score: Double
  /// In words, what counts most first.
  public var reasons: [String]
}

extension TextScore {
  /// From here on a column is worth analysing.
  public static let candidate = 0.4

  init(_ column: ColumnProfile, type: ColumnType) {
    let (values, texts) = (column.values, column.texts)
    guard texts.texts > 0, values > 0 else {
      self.init(score: 0, reasons: [values == 0 ? "no values" : "no texts, but \(Self.name(type))"])
      return
    }
    let share = Double(texts.texts) / Double(values)
    let words = Double(texts.words) / Double(texts.texts)
    let phrases = Double(texts.phrases) / Double(texts.texts)
    let letters = Double(texts.letters) / Double(max(1, texts.characters - texts.blanks))
    let distinct = min(1, column.distinct.estimate / Double(values))
    let filled = Double(values) / Double(max(1, column.rows))

    // What is read: eight words and more are a sentence; one or two are a name or a category.
    let reading = 0.65 * min(1, max(0, (words - 1) / 7)) + 0.35 * phrases
    // Ten thousand texts that are all one of twenty need no more than twenty answers.
    let variety = min(1, distinct / 0.2)
    let isLetters = min(1, max(0, (letters - 0.3) / 0.4))
    var score = share * reading * (0.35 + 0.65 * variety) * isLetters * (0.7 + 0.3 * filled)

    var reasons = ["\(Words.tenths(words)) words on average"]
    reasons.append("\(Words.percent(texts.phrases, of: texts.texts)) have three words or more")
    if column.distinct.isExact, column.distinct.estimate == Double(values) {
      reasons.append("all differ")
    } else {
      let count = Words.grouped(Int(column.distinct.estimate))
      reasons.append("\(column.distinct.isExact ? "" : "about ")\(count) different")
    }
    if letters < 0.7 { reasons.append("only \(Words.percent(Int(letters * 1000), of: 1000)) are letters") }
    if share < 0.95 { reasons.append("\(Words.percent(texts.texts, of: values)) of the values are texts") }
    if filled < 0.95 { reasons.append("\(Words.percent(column.nulls, of: column.rows)) are null") }
    if let name = Words.first(of: Self.tellingNames, in: column.name), reading > 0.1 {
      score += (1 - score) * 0.1
      reasons.append("called \(name)")
    }
    self.init(score: (score * 1000).rounded() / 1000, reasons: reasons)
  }

  /// Names of columns in which people write.
  private static let tellingNames = [
    "review", "comment", "comments", "text", "description", "message", "body", "feedback", "note", "notes", "remark",
    "remarks", "summary", "title", "subject", "answer", "question", "content", "bewertung", "kommentar", "beschreibung",
  ]

  private static func name(_ type: ColumnType) -> String {
    switch type {
    case .empty: "nothing"
    case .integer, .decimal: "numbers"
    case .boolean: "yes or no"
    case .date, .timestamp, .time: "dates or times"
    case .uuid, .identifier: "identifiers"
    case .mail: "mail addresses"
    case .url: "URLs"
    case .phone: "phone numbers"
    case .text: "other values"
    }
  }
}
