/// Weighs the words and phrases of one text.
struct KeywordExtraction {
  private struct Statistics {
    var count = 0
    /// Times that it was written with a capital inside a sentence.
    var prominent = 0
    var sentences = 0
    var firstSentence = 0
    var lastSentence = -1
    /// Words of the runs that it stands in, itself included: how much company it keeps.
    var degree = 0
  }

  private struct Candidate {
    var count = 0
    /// Times that it was all that stood between two stop words or marks.
    var whole = 0
    let range: Range<Int>
  }

  private let words: [KeywordWords.Word]
  private let sentences: Int
  private var statistics: [String: Statistics] = [:]
  private var candidates: [String: Candidate] = [:]

  init(_ words: KeywordWords) {
    self.words = words.words
    sentences = words.sentences
  }

  mutating func run() -> [Keyword] {
    for range in runs() {
      for place in range { count(words[place], company: range.count) }
      for start in range {
        for end in start..<min(range.upperBound, start + Limits.keywordWords) {
          propose(start..<end + 1, isWhole: start == range.lowerBound && end == range.upperBound - 1)
        }
      }
    }
    return best()
  }

  /// Stretches of words that say something, with nothing in between.
  private func runs() -> [Range<Int>] {
    var runs: [Range<Int>] = []
    var start = 0
    for place in words.indices {
      let word = words[place]
      let isOut = word.isStopWord || word.text.utf8.count > Limits.keywordBytes
      if isOut || !word.isJoined {
        if start < place { runs.append(start..<place) }
        start = isOut ? place + 1 : place
      }
    }
    if start < words.count { runs.append(start..<words.count) }
    return runs
  }

  private mutating func count(_ word: KeywordWords.Word, company: Int) {
    var one = statistics[word.text] ?? Statistics(firstSentence: word.sentence)
    one.count += 1
    one.prominent += word.isProminent ? 1 : 0
    if one.lastSentence != word.sentence { one.sentences += 1 }
    one.lastSentence = word.sentence
    one.degree += min(company, Limits.keywordWords)
    statistics[word.text] = one
  }

  private mutating func propose(_ range: Range<Int>, isWhole: Bool) {
    let (first, last) = (words[range.lowerBound], words[range.upperBound - 1])
    guard first.isNamed, range.count > 1 || Self.canStandAlone(first) else { return }
    // A number closes a name, as of a model, and opens none.
    guard last.isNamed || range.count > 1 else { return }
    let text = joined(range)
    candidates[text, default: Candidate(range: range)].count += 1
    if isWhole { candidates[text]?.whole += 1 }
  }

  private static func canStandAlone(_ word: KeywordWords.Word) -> Bool {
    !word.isIdeograph && word.text.unicodeScalars.count > 2 || word.isProminent
  }

  private func joined(_ range: Range<Int>) -> String {
    var text = words[range.lowerBound].text
    for place in range.dropFirst() {
      if !(words[place].isIdeograph && words[place - 1].isIdeograph) { text += " " }
      text += words[place].text
    }
    return text
  }

  // MARK: - Weights

  private func weight(_ word: String) -> Double {
    guard let one = statistics[word] else { return 0 }
    let count = Double(one.count)
    let frequency = 1 + Self.logarithm(count)
    let spread = 1 + Double(one.sentences) / Double(max(1, sentences))
    let writing = 1 + 0.5 * Double(one.prominent) / count
    let place = 1 + 1 / (1 + Double(one.firstSentence))
    let company = 0.5 + 0.5 * Double(one.degree) / count
    return frequency * spread * writing * place * company.squareRoot()
  }

  private func best() -> [Keyword] {
    var scored: [(keyword: Keyword, range: Range<Int>)] = []
    for (text, candidate) in candidates {
      // Of a longer run, a part is a phrase only when it comes again.
      let length = candidate.range.count
      guard length == 1 || candidate.whole > 0 || candidate.count > 1 else { continue }
      let sum = candidate.range.reduce(0) { $0 + weight(words[$1].text) }
      let together = 1 + Self.logarithm(Double(candidate.count)) * Double(length - 1) / 2
      let score = (sum / Double(length).squareRoot() * together * 1_000).rounded() / 1_000
      scored.append((Keyword(text: text, score: score, count: candidate.count), candidate.range))
    }
    scored.sort {
      ($1.keyword.score, $0.range.lowerBound, $0.range.count) < ($0.keyword.score, $1.range.lowerBound, $1.range.count)
    }
    return withoutParts(scored)
  }

  /// Leaves out what is said by a better one already: a part that comes no more often than the whole, and a whole that
  /// comes no more often than its part.
  private func withoutParts(_ scored: [(keyword: Keyword, range: Range<Int>)]) -> [Keyword] {
    var kept: [(keyword: Keyword, words: Set<String>)] = []
    for (keyword, range) in scored {
      let own = Set(range.map { words[$0].text })
      let isSaid = kept.contains {
        $0.keyword.count >= keyword.count && (own.isSubset(of: $0.words) || own.isSuperset(of: $0.words))
      }
      if !isSaid { kept.append((keyword, own)) }
      if kept.count == Limits.keywordsOfText { break }
    }
    return kept.map(\.keyword)
  }

  /// To the base of 2, in whole steps and straight lines between them: good enough to weigh by, and the same
  /// everywhere.
  private static func logarithm(_ value: Double) -> Double {
    guard value > 1, value.isFinite else { return 0 }
    return Double(value.exponent) + value.significand - 1
  }
}
