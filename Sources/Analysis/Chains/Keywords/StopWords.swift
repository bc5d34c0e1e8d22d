/// Words that say little by themselves, of several languages. Which of them count in a text is found by the text: those
/// of the language that it has most of, since "die" says nothing in German and much in English.
struct StopWords: Sendable {
  private let languages: [Set<String>]
  /// The languages that a word is of, a bit each.
  private let owners: [String: UInt16]

  static let all = StopWords(texts)

  init(_ texts: [String]) {
    precondition(texts.count <= 16, "a language has one of 16 bits")
    languages = texts.map { Set($0.split { $0 == " " || $0 == "\n" }.map(String.init)) }
    var owners: [String: UInt16] = [:]
    for (place, words) in languages.enumerated() {
      for word in words { owners[word, default: 0] |= 1 << UInt16(place) }
    }
    self.owners = owners
  }

  /// The one of whose stop words there are most; the first of several, which is English.
  func language(of words: some Sequence<String>) -> Int {
    var counts = Array(repeating: 0, count: languages.count)
    for word in words.prefix(Limits.keywordLanguageWords) {
      guard var owners = owners[word] else { continue }
      while owners != 0 {
        counts[owners.trailingZeroBitCount] += 1
        owners &= owners - 1
      }
    }
    var best = 0
    for place in counts.indices where counts[place] > counts[best] { best = place }
    return best
  }

  func contains(_ word: String, in language: Int) -> Bool { languages[language].contains(word) }
}
