/// A line of a lexicon is a worth or a role, and words that have it. `be_glad` is a phrase; the letters of `kind/an`
/// are the forms that a word has beside the one that is written:
///
/// | letter | forms | letter | forms |
/// |---|---|---|---|
/// | `v` | -s, -ed, -ing | `l` | -ly |
/// | `w` | the same with the last letter doubled | `n` | -ness |
/// | `s` | -s | `m` | -ment, -ments |
/// | `r` | -er, -ers | `i` | -ingly |
/// | `a` | -er, -est | `b` | the same with the last letter doubled |
extension Lexicon {
  init(_ texts: [String]) {
    var written: [(words: Substring, worth: Int8)] = []
    for line in texts.joined(separator: "\n").split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard let head = fields.first else { continue }
      if let worth = Double(head) {
        written += fields.dropFirst().map { ($0, Int8(worth * 10)) }
      } else {
        let (role, intensity) = Self.role(head)
        for word in fields.dropFirst() { add(word) { $0.take(role, intensity) } }
      }
    }
    // What is written as it stands holds, whatever a form of another word would be.
    for (words, worth) in written {
      for form in Self.forms(words) { add(form) { if !$0.roles.contains(.valued) { $0.take(worth) } } }
    }
    for (words, worth) in written { add(words.prefix { $0 != "/" || !Self.hasForms(words) }) { $0.take(worth) } }
  }

  private static func role(_ head: Substring) -> (Roles, Int8) {
    let parts = head.split(separator: ":")
    let size = parts.count > 1 ? Int8((Double(parts[1]) ?? 0) * 10) : 0
    switch parts[0] {
    case "not": return (.negation, 0)
    case "more": return ([], size)
    case "less": return ([], -size)
    case "but": return (.contrast, 0)
    case "though": return (.concession, 0)
    case "subject": return (.subject, 0)
    case "excess": return (.excess, 5)
    case "trailing": return (.trailing, size)
    case "unreal": return (.unreal, 0)
    case "likeness": return (.likeness, 0)
    case "opener": return (.opener, 0)
    case "pronoun": return (.pronoun, 0)
    default: preconditionFailure("a lexicon has no role \(head)")
    }
  }

  private mutating func add(_ words: some StringProtocol, _ change: (inout Entry) -> Void) {
    let parts = words.utf8.first.map(Self.isLetter) == true ? words.split(separator: "_") : []
    guard parts.count > 1 else { return self.words.update(WordKey(words.utf8), change) }
    self.words.update(WordKey(parts[0].utf8)) { $0.roles.insert(.start) }
    var key = WordKey(parts[0].utf8)
    for part in parts.dropFirst() {
      key = key.followed(by: WordKey(part.utf8))
      phrases.update(key) { _ in }
    }
    phrases.update(key) {
      $0.roles.insert(.phrase)
      change(&$0)
    }
  }

  private static func isLetter(_ byte: UInt8) -> Bool { byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A }

  private static func hasForms(_ word: Substring) -> Bool { word.utf8.first.map(isLetter) == true }

  /// Those that its letters name.
  private static func forms(_ word: Substring) -> [String] {
    guard hasForms(word), let slash = word.firstIndex(of: "/") else { return [] }
    let stem = Stem(word[..<slash])
    return word[slash...].dropFirst().flatMap { letter in
      switch letter {
      case "v": [stem.plural, stem.with("ed"), stem.with("ing")]
      case "w": [stem.plural, stem.doubled + "ed", stem.doubled + "ing"]
      case "s": [stem.plural]
      case "r": [stem.with("er"), stem.with("er") + "s"]
      case "a": [stem.with("er"), stem.with("est")]
      case "b": [stem.doubled + "er", stem.doubled + "est"]
      case "l": [stem.adverb]
      case "n": [stem.with("ness")]
      case "m": [stem.with("ment"), stem.with("ment") + "s"]
      case "i": [stem.with("ingly")]
      default: preconditionFailure("a lexicon has no forms \(word)")
      }
    }
  }
}

extension Lexicon.Entry {
  fileprivate mutating func take(_ worth: Int8) {
    self.worth = worth
    roles.insert(.valued)
  }

  fileprivate mutating func take(_ role: Lexicon.Roles, _ intensity: Int8) {
    roles.formUnion(role)
    if intensity != 0 { self.intensity = intensity }
  }
}

/// An English word, to which endings are put by the rules of spelling.
private struct Stem {
  let word: String

  init(_ word: some StringProtocol) { self.word = String(word) }

  private var endsInConsonantAndY: Bool {
    word.hasSuffix("y") && !(word.dropLast().last.map { "aeiou".contains($0) } ?? true)
  }

  private var last: Substring { word.suffix(1) }

  var doubled: String { word + last }

  var plural: String {
    if endsInConsonantAndY { return word.dropLast() + "ies" }
    return ["s", "x", "z", "ch", "sh"].contains { word.hasSuffix($0) } ? word + "es" : word + "s"
  }

  func with(_ ending: String) -> String {
    if ending.hasPrefix("ing") {
      if word.hasSuffix("ie") { return word.dropLast(2) + "y" + ending }
      let keepsE = ["ee", "oe", "ye"].contains { word.hasSuffix($0) }
      return word.hasSuffix("e") && !keepsE ? word.dropLast() + ending : word + ending
    }
    if endsInConsonantAndY { return word.dropLast() + "i" + ending }
    return word.hasSuffix("e") && ending.hasPrefix("e") ? word + ending.dropFirst() : word + ending
  }

  var adverb: String {
    if endsInConsonantAndY { return word.dropLast() + "ily" }
    if word.hasSuffix("ic") { return word + "ally" }
    if word.hasSuffix("ll") { return word + "y" }
    let endsInConsonantAndLE = word.hasSuffix("le") && !(word.dropLast(2).last.map { "aeiou".contains($0) } ?? true)
    return endsInConsonantAndLE ? word.dropLast() + "y" : word + "ly"
  }
}
