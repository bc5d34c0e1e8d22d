/// A language and how sure it is.
struct DetectedLanguage: Equatable {
  /// ISO 639-1, `und` where it cannot be told.
  let language: String
  /// 0…1.
  let confidence: Double

  static let undetermined = DetectedLanguage(language: "und", confidence: 0)
}

/// Tells the language of a text: by its script, and within Latin and Cyrillic by sequences of letters.
struct LanguageDetector: Sendable {
  /// Learned when it is first used.
  static let shared = LanguageDetector()

  private let latin: NgramModel
  private let cyrillic: NgramModel

  /// Characters of one text are no independent witnesses; so many of them count as one.
  private static let dependence = 4.0
  /// Below this the language is not told.
  private static let leastConfidence = 0.5
  /// The least mean logarithm of a character in a language that is known: what is less is another, or no language at
  /// all.
  private static let leastLikelihood = -4.2

  init() {
    latin = NgramModel(LanguageTexts.all.filter { !["ru", "uk"].contains($0.language) })
    cyrillic = NgramModel(LanguageTexts.all.filter { ["ru", "uk"].contains($0.language) })
  }

  func detect(_ text: String) -> DetectedLanguage {
    let letters = LanguageLetters(text)
    guard let script = letters.mainScript else { return .undetermined }
    switch script {
    case .latin: return detect(letters, script, by: latin)
    case .cyrillic: return detect(letters, script, by: cyrillic)
    case .han, .kana:
      // Japanese mixes both; Chinese has no kana but those of names.
      let kana = Double(letters[.kana]) / Double(letters[.kana] + letters[.han])
      return DetectedLanguage(
        language: kana > 0.08 ? "ja" : "zh", confidence: letters.share(.han) + letters.share(.kana))
    case .arabic: return DetectedLanguage(language: letters.arabicLanguage, confidence: letters.share(.arabic))
    case .greek, .hebrew, .devanagari, .hangul, .thai, .georgian, .armenian:
      return DetectedLanguage(language: script.language ?? "und", confidence: letters.share(script))
    }
  }

  private func detect(_ letters: LanguageLetters, _ script: Script, by model: NgramModel) -> DetectedLanguage {
    guard letters.count >= Limits.languageLetters else { return .undetermined }
    let (logarithms, characters) = model.logarithms(of: letters.words(in: script))
    guard let most = logarithms.max(), let index = logarithms.firstIndex(of: most),
      most / Double(max(1, characters)) > Self.leastLikelihood
    else { return .undetermined }
    let all = logarithms.reduce(0) { $0 + (($1 - most) / Self.dependence).exponential() }
    let confidence = 1 / all
    guard confidence >= Self.leastConfidence else {
      return DetectedLanguage(language: "und", confidence: 1 - confidence)
    }
    return DetectedLanguage(language: model.languages[index], confidence: confidence)
  }
}

/// The letters of the beginning of a text: how many of which script, and the words in small letters.
struct LanguageLetters {
  /// Lower-case words of Latin or Cyrillic letters with a space before, between and after them.
  private var words: [Unicode.Scalar] = []
  private(set) var count = 0
  private var counts = [Int](repeating: 0, count: Script.allCases.count)
  private var persian = 0
  private var urdu = 0

  init(_ text: String) {
    var seen = 0
    for scalar in text.unicodeScalars {
      seen += 1
      guard seen <= Limits.languageCharacters else { break }
      if let script = Script(scalar) {
        counts[script.rawValue] += 1
        count += 1
        if script == .arabic { note(scalar) }
        append(scalar, script)
      } else if words.last != " ", !isAccent(scalar) {
        words.append(" ")
      }
    }
    if words.last != " " { words.append(" ") }
  }

  private mutating func append(_ scalar: Unicode.Scalar, _ script: Script) {
    guard script == .latin || script == .cyrillic else { return }
    if scalar.isASCII {
      words.append(Unicode.Scalar(scalar.value < 0x61 ? UInt8(scalar.value) + 0x20 : UInt8(scalar.value)))
    } else {
      words.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
    }
  }

  /// What stands on a letter rather than between two.
  private func isAccent(_ scalar: Unicode.Scalar) -> Bool {
    (0x300...0x36f).contains(scalar.value) || scalar.value == 0xad || scalar.value == 0x200d
  }

  /// Letters that Arabic script has for Persian and for Urdu alone.
  private mutating func note(_ scalar: Unicode.Scalar) {
    switch scalar {
    case "پ", "چ", "ژ", "گ", "ک", "ی": persian += 1
    case "ٹ", "ڈ", "ڑ", "ں", "ے", "ھ", "ہ": urdu += 1
    default: break
    }
  }

  /// The words without what is in another script.
  func words(in script: Script) -> [Unicode.Scalar] {
    self[script] == count ? words : words.filter { $0 == " " || Script($0) == script }
  }

  subscript(_ script: Script) -> Int { counts[script.rawValue] }

  /// The share of a script in all letters, 0…1.
  func share(_ script: Script) -> Double { count > 0 ? Double(self[script]) / Double(count) : 0 }

  /// The script of the most letters, those of Japanese and Chinese together. Names and terms in
  /// Latin letters stand in texts of all others, but hardly the other way round; and a syllable is as much as some
  /// letters.
  var mainScript: Script? {
    let weighed = Script.allCases.map { script in
      switch script {
      case .latin: (script, self[script])
      case .han, .kana: (script, 4 * (self[.han] + self[.kana]))
      case .hangul: (script, 4 * self[script])
      case .cyrillic, .greek, .hebrew, .arabic, .devanagari, .thai, .georgian, .armenian: (script, 2 * self[script])
      }
    }
    guard let most = weighed.max(by: { $0.1 < $1.1 }), most.1 >= Limits.scriptLetters else { return nil }
    return most.0
  }

  var arabicLanguage: String {
    if urdu * 25 > self[.arabic] { return "ur" }
    return persian * 25 > self[.arabic] ? "fa" : "ar"
  }
}
