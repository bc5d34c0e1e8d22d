/// What the texts of a column are made of, all together.
struct TextTraits: Sendable, Equatable, Codable {
  var texts = 0
  var characters = 0
  /// Letters of any writing.
  var letters = 0
  var blanks = 0
  /// About: one more than there are blanks, and one for two characters of writing without blanks.
  var words = 0
  /// Texts of three words or more.
  var phrases = 0

  mutating func add(_ counts: LetterCounts, characters: Int) {
    let words = 1 + counts.blanks + counts.wide / 2
    texts += 1
    self.characters += characters
    // Beyond ASCII nearly every character is a letter, and has one continuation more where it is wide.
    letters += counts.letters + max(0, counts.continuations - counts.wide)
    blanks += counts.blanks
    self.words += words
    if words >= 3 { phrases += 1 }
  }

  mutating func merge(_ other: TextTraits) {
    texts.addSaturating(other.texts)
    characters.addSaturating(other.characters)
    letters.addSaturating(other.letters)
    blanks.addSaturating(other.blanks)
    words.addSaturating(other.words)
    phrases.addSaturating(other.phrases)
  }
}
