/// The measures of one text.
struct TextMeasures {
  private(set) var characters = 0
  private(set) var bytes = 0
  private(set) var words = 0
  private(set) var sentences = 0
  private(set) var letters = 0
  private(set) var longWords = 0
  private(set) var types: Set<UInt64> = []
  private(set) var number: Double?

  /// Letters of a word that counts as long.
  private static let longWord = 7

  init(_ text: String) {
    characters = text.count
    bytes = text.utf8.count
    number = Self.number(in: text)
    var word = Word()
    var wordsInSentence = 0
    /// Whether a point may end a sentence if a space follows.
    var isAtEnd = false
    var scalars = text.unicodeScalars.makeIterator()
    var next = scalars.next()
    while let scalar = next {
      next = scalars.next()
      switch WordClass(scalar) {
      case .letter:
        word.add(scalar, isCounted: words < Limits.typeWords)
        isAtEnd = false
        continue
      case .mark where word.goesOn(after: scalar, with: next):
        continue
      case .ideograph:
        wordsInSentence += end(&word)
        word.add(scalar, isCounted: words < Limits.typeWords)
        wordsInSentence += end(&word)
        isAtEnd = false
      case .mark:
        // A letter alone before a point is part of an abbreviation.
        let isAbbreviated = scalar == "." && word.letters == 1 && !word.isDigit
        wordsInSentence += end(&word)
        if Self.endsAlways(scalar) {
          if wordsInSentence > 0 { sentences += 1 }
          wordsInSentence = 0
        } else if Self.endsBeforeSpace(scalar) {
          isAtEnd = !isAbbreviated
        } else if !Self.closes(scalar) {
          isAtEnd = false
        }
      case .space:
        wordsInSentence += end(&word)
        if isAtEnd, wordsInSentence > 0 {
          sentences += 1
          wordsInSentence = 0
        }
        isAtEnd = false
      }
    }
    wordsInSentence += end(&word)
    if wordsInSentence > 0 { sentences += 1 }
  }

  func value(of measure: TextMeasure) -> Double? {
    let words = Double(words)
    switch measure {
    case .characters: return Double(characters)
    case .bytes: return Double(bytes)
    case .words: return words
    case .sentences: return Double(sentences)
    case .wordLength: return words > 0 ? Double(letters) / words : nil
    case .sentenceLength: return sentences > 0 ? words / Double(sentences) : nil
    case .typeTokenRatio: return words > 0 ? Double(types.count) / min(words, Double(Limits.typeWords)) : nil
    case .readability: return sentences > 0 ? words / Double(sentences) + 100 * Double(longWords) / words : nil
    case .number: return number
    }
  }

  var findings: [Finding] {
    TextMeasure.allCases.compactMap { measure in
      guard let value = value(of: measure) else { return nil }
      switch measure {
      case .characters, .bytes, .words, .sentences: return Finding(measure.rawValue, .integer(Int64(value)))
      case .wordLength, .sentenceLength, .typeTokenRatio, .readability, .number:
        return Finding(measure.rawValue, .number(value))
      }
    }
  }

  /// The value of a text that is one number, as the profile of its column reads it; spaces around it say nothing.
  private static func number(in text: String) -> Double? {
    guard text.utf8.count <= Limits.profiledNumberBytes else { return nil }
    var text = text
    return text.withUTF8 { bytes in
      guard let first = bytes.firstIndex(where: { $0 > UInt8(ascii: " ") }),
        let last = bytes.lastIndex(where: { $0 > UInt8(ascii: " ") }),
        let reading = NumericField.read(UnsafeBufferPointer(rebasing: bytes[first...last])), reading.kind != .code
      else { return nil }
      return reading.number
    }
  }

  /// Counts a word that has ended; 1 if there was one.
  private mutating func end(_ word: inout Word) -> Int {
    guard word.letters > 0 else { return 0 }
    if words < Limits.typeWords { types.insert(word.hash) }
    words += 1
    letters += word.letters
    if word.letters >= Self.longWord { longWords += 1 }
    word = Word()
    return 1
  }

  private static func endsAlways(_ scalar: Unicode.Scalar) -> Bool { "。！？｡।॥".unicodeScalars.contains(scalar) }

  private static func endsBeforeSpace(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "." || scalar == "!" || scalar == "?" || scalar == "…" || scalar == "؟" || scalar == "۔"
  }

  /// Marks between the end of a sentence and the space after it.
  private static func closes(_ scalar: Unicode.Scalar) -> Bool { "\"')]»”’“".unicodeScalars.contains(scalar) }

  /// A word while it is read.
  private struct Word {
    private(set) var letters = 0
    private(set) var isDigit = false
    /// Fowler, Noll and Vo's, of the letters in small.
    private(set) var hash: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func add(_ scalar: Unicode.Scalar, isCounted: Bool) {
      letters += 1
      isDigit = (0x30...0x39).contains(scalar.value)
      guard isCounted else { return }
      if scalar.isASCII {
        mix((0x41...0x5a).contains(scalar.value) ? scalar.value + 0x20 : scalar.value)
      } else {
        for lower in scalar.properties.lowercaseMapping.unicodeScalars { mix(lower.value) }
      }
    }

    /// Whether a mark is within the word: an apostrophe between letters, a point or comma between digits.
    func goesOn(after mark: Unicode.Scalar, with next: Unicode.Scalar?) -> Bool {
      guard letters > 0, let next else { return false }
      return switch mark {
      case "'", "’": WordClass(next) == .letter
      case ".", ",": isDigit && (0x30...0x39).contains(next.value)
      default: false
      }
    }

    private mutating func mix(_ value: UInt32) { hash = (hash ^ UInt64(value)) &* 0x100_0000_01b3 }
  }
}
