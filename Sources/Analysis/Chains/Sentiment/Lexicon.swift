/// What English words, phrases, emoji and emoticons are worth, and which of them change what others are worth.
///
/// The words stand in the files beside this one, written for this project: how pleasant or unpleasant people find a
/// word by itself, from −4 to 4. They are parsed once, at first use, in some ten milliseconds.
struct Lexicon: Sendable {
  /// What is known of a word or phrase.
  struct Entry: Sendable {
    /// In tenths, −40 to 40.
    var worth: Int8 = 0
    /// By how much the next word of worth is raised, or lowered when negative; in tenths.
    var intensity: Int8 = 0
    var roles: Roles = []
  }

  struct Roles: OptionSet, Sendable {
    let rawValue: UInt16

    /// Has a worth, be it none: of a phrase, no matter what its words are worth.
    static let valued = Roles(rawValue: 1 << 0)
    /// Turns round what follows: not, never, hardly.
    static let negation = Roles(rawValue: 1 << 1)
    /// What comes after it counts more than what came before: but, however.
    static let contrast = Roles(rawValue: 1 << 2)
    /// What comes after it counts less than the rest: although, despite.
    static let concession = Roles(rawValue: 1 << 3)
    /// May come before a verb, so that "like" after it is one.
    static let subject = Roles(rawValue: 1 << 4)
    /// Makes a fault of what is none: too, overly.
    static let excess = Roles(rawValue: 1 << 5)
    /// Raises what stands before it: a lot, so much.
    static let trailing = Roles(rawValue: 1 << 6)
    /// What follows is not so: if, would.
    static let unreal = Roles(rawValue: 1 << 7)
    /// Phrases begin with it.
    static let start = Roles(rawValue: 1 << 8)
    /// A whole phrase.
    static let phrase = Roles(rawValue: 1 << 9)
    /// A verb that is also a preposition: like.
    static let likeness = Roles(rawValue: 1 << 10)
    /// A word about the speaker's own thought when a sentence begins with it: well.
    static let opener = Roles(rawValue: 1 << 11)
    /// A pronoun: before it "don't" and "isn't" ask.
    static let pronoun = Roles(rawValue: 1 << 12)
  }

  static let english = Lexicon([praise, blame, slang, pictures, phrases, modifiers])

  var words = WordTable(capacity: Limits.lexiconWords)
  /// Phrases, and the beginnings of those that have more than two words.
  var phrases = WordTable(capacity: Limits.lexiconPhrases)
}
