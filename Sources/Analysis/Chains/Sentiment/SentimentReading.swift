/// Reads a text once, word by word, and weighs each word of worth by what stands around it.
///
/// Memory does not grow with the text: what has been read of a sentence is two sums, and what modifies the next word is
/// a few numbers.
struct SentimentReading {
  let lexicon: Lexicon
  var scanner: TextScanner
  private let mixesCase: Bool

  /// Of sentences before the last.
  private var total = SentimentSum()
  /// Of the sentence before this one, on which a "But" that begins this one still has a say.
  private var last = SentimentSum()
  var sentence = SentimentSum()
  var words = 0
  private var wordsOfSentence = 0
  var exclamations = 0
  var questions = 0

  /// Factors of worth to come, in this sentence and in this clause.
  var sentenceWeight = 1.0
  private var clauseWeight = 1.0
  /// Of modifiers that came just now.
  private var intensity = 0.0
  /// Words up to which the negation lasts; zero when there is none.
  private var scope = 0
  private var hasNegated = false
  private var justNegated = false
  private var wasSubject = false
  private var isExcessive = false
  /// What a modifier is worth itself, should nothing follow that it modifies.
  private var deferred = 0.0
  private var deferredFor = 0
  /// The worth that was added last, and how many words ago.
  private var latest = 0.0
  private var latestAge = 0

  init(_ bytes: UnsafeBufferPointer<UInt8>, _ lexicon: Lexicon) {
    self.lexicon = lexicon
    scanner = TextScanner(bytes: bytes)
    mixesCase = scanner.hasLowerCase
  }

  static func score(_ bytes: UnsafeBufferPointer<UInt8>, _ lexicon: Lexicon) -> SentimentScore {
    var reading = SentimentReading(bytes, lexicon)
    return reading.run()
  }

  private mutating func run() -> SentimentScore {
    while !scanner.isAtEnd {
      switch scanner.kind(at: scanner.place) {
      case .lower, .upper, .digit: readWord()
      case .space, .apostrophe: scanner.place &+= 1
      case .end: readEnd()
      case .clause, .joiner, .other: readMark()
      case .high: readScalar()
      }
    }
    endSentence()
    total.add(last)
    return SentimentScore(total, words: words)
  }

  // MARK: - Words

  mutating func readWord() {
    let start = scanner.place
    let word = scanner.nextWord()
    // Nothing of a scalar that is no letter after all: what stands here is passed over.
    guard !word.isEmpty else {
      scanner.place = max(scanner.place, start &+ 1)
      return
    }
    if isAddress(word) { return skipToSpace() }
    words &+= 1
    wordsOfSentence &+= 1
    guard let found = find(word) else { return passPlainWord() }
    var entry = found.entry
    if entry.roles.contains(.start), let phrase = phrase(from: found.key) { entry = phrase }
    take(
      entry,
      emphasis: (word.isShouted && mixesCase ? SentimentWeights.shout : 0)
        + (word.isStretched ? SentimentWeights.stretch : 0))
  }

  private func find(_ word: ScannedWord) -> (key: WordKey, entry: Lexicon.Entry)? {
    if word.length <= WordKey.longest, let entry = lexicon.words.find(word.key) { return (word.key, entry) }
    if word.isStretched {
      for key in word.unstretched {
        if let entry = lexicon.words.find(key) { return (key, entry) }
      }
    }
    if let key = word.laughter, let entry = lexicon.words.find(key) { return (key, entry) }
    return nil
  }

  /// The longest phrase that begins with the word that was just read; the scanner stands behind it then.
  private mutating func phrase(from first: WordKey) -> Lexicon.Entry? {
    var key = first
    var ahead = scanner
    var longest: (entry: Lexicon.Entry, end: TextScanner, words: Int)?
    var length = 1
    while true {
      while ahead.byte(at: ahead.place) == UInt8(ascii: " ") || ahead.kind(at: ahead.place) == .joiner && !ahead.isAtEnd
      {
        ahead.place &+= 1
      }
      guard !ahead.isAtEnd, ahead.isWord(at: ahead.place) else { break }
      let word = ahead.nextWord()
      guard !word.isEmpty, word.length <= WordKey.longest else { break }
      key = key.followed(by: word.key)
      length &+= 1
      guard let entry = lexicon.phrases.find(key) else { break }
      if entry.roles.contains(.phrase) { longest = (entry, ahead, length) }
    }
    guard let longest else { return nil }
    scanner = longest.end
    words &+= longest.words &- 1
    return longest.entry
  }

  /// Weighs a word that is in the lexicon.
  private mutating func take(_ entry: Lexicon.Entry, emphasis: Double) {
    let roles = entry.roles
    let wasSubject = self.wasSubject
    defer { self.wasSubject = roles.contains(.subject) }
    if roles.contains(.contrast) { return contrast() }
    if roles.contains(.concession) { clauseWeight = SentimentWeights.concession }
    if roles.contains(.unreal) { clauseWeight = min(clauseWeight, SentimentWeights.unreal) }
    // "Don't you love it", "isn't it great": these ask for a yes.
    if roles.contains(.pronoun), justNegated { scope = 0 }
    justNegated = false
    if roles.contains(.trailing), latestAge <= 3, latest != 0 {
      sentence.emphasize(Double(entry.intensity) / 10)
      latest = 0
      return age()
    }
    if roles.contains(.valued), entry.worth != 0 {
      var worth = Double(entry.worth) / 10
      if roles.contains(.likeness), !wasSubject, scope == 0 { worth = SentimentWeights.likeness }
      if roles.contains(.opener), wordsOfSentence == 1 { worth = 0 }
      if entry.intensity != 0 || roles.contains(.negation) {
        settle()
        deferred = raised(worth, emphasis)
        deferredFor = roles.contains(.negation) ? SentimentWeights.scope : 2
      } else {
        weigh(raised(worth, emphasis))
      }
    }
    if roles.contains(.negation) {
      scope = SentimentWeights.scope &+ 1
      hasNegated = false
      justNegated = true
      age()
    } else if entry.intensity != 0 {
      let size = Double(entry.intensity) / 10
      intensity += size > 0 ? size + emphasis / 2 : size
      if roles.contains(.excess) { isExcessive = true }
    } else if !roles.contains(.valued) {
      passPlainWord()
    } else {
      age()
    }
  }

  /// With emphasis, and with what modifiers before it add or take away.
  private func raised(_ worth: Double, _ emphasis: Double) -> Double {
    guard worth != 0 else { return 0 }
    let size = max(0.2, abs(worth) + emphasis + intensity)
    return worth > 0 ? size : -size
  }

  private mutating func weigh(_ worth: Double) {
    var worth = worth
    if scope > 0 {
      worth *= worth > 0 ? SentimentWeights.negatedPositive : SentimentWeights.negatedNegative
      hasNegated = true
    }
    worth *= clauseWeight * sentenceWeight
    sentence.add(worth)
    latest = worth
    latestAge = 0
    intensity = 0
    isExcessive = false
    deferred = 0
  }

  private mutating func passPlainWord() {
    wasSubject = false
    justNegated = false
    if isExcessive {
      weigh(SentimentWeights.excess)
      hasNegated = true
    }
    intensity = abs(intensity) < 0.1 ? 0 : intensity * SentimentWeights.distance
    age()
  }

  /// A word has passed.
  private mutating func age() {
    latestAge &+= 1
    if deferred != 0 {
      deferredFor &-= 1
      if deferredFor <= 0 { settle() }
    }
    if scope > 0 {
      scope &-= 1
      if scope == 0 { endNegation() }
    }
  }

  /// A modifier had nothing to modify: it counts by itself.
  mutating func settle() {
    guard deferred != 0 else { return }
    let worth = deferred
    deferred = 0
    weigh(worth)
  }

  /// The negation has lasted long enough, and counts by itself where it had nothing to turn round.
  private mutating func endNegation() {
    scope = 0
    guard !hasNegated else { return }
    sentence.add(SentimentWeights.refusal * clauseWeight * sentenceWeight)
  }

  private mutating func contrast() {
    endClause()
    if wordsOfSentence == 1 {
      last.scale(SentimentWeights.beforeContrast)
    } else {
      sentence.scale(SentimentWeights.beforeContrast)
    }
    sentenceWeight = SentimentWeights.afterContrast
  }

  // MARK: - Ends

  /// What modified words up to here does so no longer.
  mutating func endClause() {
    settle()
    if scope > 0 { endNegation() }
    scope = 0
    intensity = 0
    isExcessive = false
    clauseWeight = 1
    wasSubject = false
    justNegated = false
  }

  mutating func endSentence() {
    endClause()
    // Marks alone: the sentence before them is still the last.
    guard wordsOfSentence > 0 || sentence.positive != 0 || sentence.negative != 0 else {
      exclamations = 0
      questions = 0
      return
    }
    if questions > 0 && exclamations == 0 { sentence.scale(SentimentWeights.question) }
    sentence.emphasize(Double(min(exclamations, SentimentWeights.mostExclamations)) * SentimentWeights.exclamation)
    total.add(last)
    last = sentence
    sentence = SentimentSum()
    sentenceWeight = 1
    wordsOfSentence = 0
    exclamations = 0
    questions = 0
    latest = 0
  }
}
