/// What the models of languages are learned from, when the first text is told.
///
/// All of it was written for Holdfast: the commonest words of a language, which in a short text say the most, and a
/// page of plain prose in which the same things are told in each language, so that none is known by its topics.
enum LanguageTexts {
  static let all = germanic + romance + eastern
}

struct LanguageText: Sendable {
  /// ISO 639-1.
  let language: String
  let words: String
  let prose: String

  init(_ language: String, words: String, prose: String) {
    self.language = language
    self.words = words
    self.prose = prose
  }
}
