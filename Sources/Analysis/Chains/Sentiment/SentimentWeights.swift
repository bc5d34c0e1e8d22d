/// By how much each rule changes the worth of a word. Rules of thumb, in the lexicon's units unless said otherwise.
enum SentimentWeights {
  /// The square of the sum at which a compound is 0.7.
  static let saturation = 24.0
  /// Words of a text from which on more of them make no more of the same share.
  static let usualWords = 40

  /// A word in capitals among others.
  static let shout = 1.0
  /// "sooo", "happyyy".
  static let stretch = 0.5
  /// For each of up to four exclamation marks.
  static let exclamation = 0.5
  static let mostExclamations = 4
  /// Factor of a sentence that asks.
  static let question = 0.6

  /// Factor of a modifier's intensity for each plain word between it and what it changes.
  static let distance = 0.6

  /// Words after which a negation is over.
  static let scope = 4
  /// Factors of what is negated.
  static let negatedPositive = -0.52
  static let negatedNegative = -0.25
  /// What a negation is worth that has nothing to turn round.
  static let refusal = -1.0

  /// Factors of what comes before "but", and of what comes after.
  static let beforeContrast = 0.35
  static let afterContrast = 1.1
  /// Factor of what comes after "although", up to the next clause.
  static let concession = 0.4
  /// Factor of what comes after "if", up to the next clause.
  static let unreal = 0.7

  /// "too large".
  static let excess = -0.9
  /// "like" that is no verb.
  static let likeness = 0.2
}
