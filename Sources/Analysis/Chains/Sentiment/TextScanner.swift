/// Goes through the UTF-8 bytes of a text from word to word; whatever the bytes are, it comes to their end.
struct TextScanner {
  /// What begins at a byte.
  enum Kind: UInt8 {
    /// A letter or digit of ASCII.
    case lower, upper, digit
    case apostrophe, space
    /// `.`, `!`, `?` and the end of a line: what may end a sentence.
    case end
    /// `,`, `;`, `:`, brackets: what ends a clause.
    case clause
    /// `-`, `_`, `/`: what may join two words.
    case joiner
    /// A byte of a longer scalar.
    case high
    case other
  }

  let bytes: UnsafeBufferPointer<UInt8>
  var place = 0

  var isAtEnd: Bool { place >= bytes.count }

  @inline(__always)
  func kind(at place: Int) -> Kind { place < bytes.count ? Self.kind(of: bytes[place]) : .space }

  @inline(__always)
  func byte(at place: Int) -> UInt8 { place < bytes.count ? bytes[place] : 0 }

  /// Two letters of lower case that stand together: where a text has them, capitals are for emphasis.
  var hasLowerCase: Bool {
    var wasLower = false
    for byte in bytes {
      let isLower = byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z")
      if isLower && wasLower { return true }
      wasLower = isLower
    }
    return false
  }

  /// The word that begins here, which is a letter, a digit or an apostrophe in front of one.
  mutating func nextWord() -> ScannedWord {
    if let word = plainWord() { return word }
    var word = ScannedWord()
    var end = place
    scan: while end < bytes.count {
      let byte = bytes[end]
      switch Self.kind(of: byte) {
      case .lower:
        word.append(byte)
      case .upper:
        word.capitals &+= 1
        word.append(byte | 0x20)
      case .digit:
        word.appendOther(byte)
      case .apostrophe:
        guard isLetter(at: end &+ 1) else { break scan }
        word.appendOther(UInt8(ascii: "'"))
      case .high:
        switch scalar(at: end) {
        case .letter(let length):
          for offset in 0..<length { word.appendOther(folded(at: end &+ offset)) }
          end &+= length
          continue scan
        case .apostrophe where isLetter(at: end &+ 3):
          word.appendOther(UInt8(ascii: "'"))
          end &+= 3
          continue scan
        default:
          break scan
        }
      default:
        break scan
      }
      end &+= 1
    }
    place = end
    return word
  }

  /// The word when it is what most are: up to 16 letters of lower case, none of which stands three times in a row.
  @inline(__always)
  private mutating func plainWord() -> ScannedWord? {
    var (low, high): (UInt64, UInt64) = (0, 0)
    var (previous, beforeThat): (UInt8, UInt8) = (0, 0)
    var end = place
    let limit = min(bytes.count, place &+ WordKey.longest)
    while end < limit {
      let byte = bytes[end]
      guard byte &- UInt8(ascii: "a") < 26 else { break }
      if byte == previous && byte == beforeThat { return nil }
      beforeThat = previous
      previous = byte
      let shift = UInt64(truncatingIfNeeded: (end &- place) &* 8)
      if shift < 64 { low |= UInt64(byte) &<< shift } else { high |= UInt64(byte) &<< shift }
      end &+= 1
    }
    switch kind(at: end) {
    case .lower, .upper, .digit, .apostrophe, .high: return nil
    case .space, .end, .clause, .joiner, .other: break
    }
    let length = end &- place
    place = end
    return ScannedWord(WordKey(low: low, high: high), letters: length)
  }

  private func isLetter(at place: Int) -> Bool {
    switch kind(at: place) {
    case .lower, .upper: true
    default: false
    }
  }

  /// Whether a word goes on here, or begins.
  func isWord(at place: Int) -> Bool {
    switch kind(at: place) {
    case .lower, .upper, .digit, .high: true
    default: false
    }
  }

  // MARK: - Beyond ASCII

  enum Scalar {
    case letter(length: Int)
    /// ’ and ‘.
    case apostrophe
    /// What may be an emoji.
    case picture(length: Int)
    /// What changes the picture before it: variants, colours of skin, the joiner.
    case modifier(length: Int)
    case exclamation(length: Int)
    case question(length: Int)
    case stop(length: Int)
    case clause(length: Int)
    case space(length: Int)
  }

  /// What stands there, a byte that is not of ASCII. A sequence that is cut off counts as the bytes that it has.
  func scalar(at place: Int) -> Scalar {
    let lead = bytes[place]
    let length = min(lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1, bytes.count - place)
    guard length > 1 else { return .letter(length: 1) }
    let second = bytes[place + 1]
    if length == 2 { return lead == 0xC2 ? .space(length: 2) : .letter(length: 2) }
    let third = byte(at: place + 2)
    switch (lead, second, third) {
    case (0xE2, 0x80, 0x98), (0xE2, 0x80, 0x99): return .apostrophe
    case (0xE2, 0x80, 0x8D): return .modifier(length: 3)
    case (0xE2, 0x80, 0x80...0x8C), (0xE3, 0x80, 0x80): return .space(length: length)
    case (0xE2, 0x80, 0xBC), (0xEF, 0xBC, 0x81): return .exclamation(length: length)
    case (0xE2, 0x81, 0x87...0x89), (0xEF, 0xBC, 0x9F): return .question(length: length)
    case (0xE3, 0x80, 0x82), (0xE2, 0x80, 0xA9), (0xE2, 0x80, 0xA8): return .stop(length: length)
    case (0xE2, 0x80...0x81, _), (0xE3, 0x80, _), (0xEF, 0xBC, 0x82...0x8F): return .clause(length: length)
    case (0xEF, 0xB8, 0x80...0x8F): return .modifier(length: length)
    case (0xE2, 0x84...0xAF, _): return .picture(length: length)
    case (0xF0, 0x9F, 0x8F) where (0xBB...0xBF).contains(byte(at: place + 3)): return .modifier(length: length)
    case (0xF0, 0x9F, _): return .picture(length: length)
    default: return .letter(length: length)
    }
  }

  /// The byte in lower case, where it is the second of a letter of Latin-1.
  private func folded(at place: Int) -> UInt8 {
    let byte = bytes[place]
    guard place > 0, bytes[place &- 1] == 0xC3, byte >= 0x80, byte <= 0x9E, byte != 0x97 else { return byte }
    return byte &+ 0x20
  }

  /// The compiler makes a table of it.
  @inline(__always)
  private static func kind(of byte: UInt8) -> Kind {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"): .lower
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): .upper
    case UInt8(ascii: "0")...UInt8(ascii: "9"): .digit
    case UInt8(ascii: "'"), UInt8(ascii: "`"): .apostrophe
    case UInt8(ascii: " "), UInt8(ascii: "\t"): .space
    case UInt8(ascii: "."), UInt8(ascii: "!"), UInt8(ascii: "?"), UInt8(ascii: "\n"), UInt8(ascii: "\r"): .end
    case UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: ":"), UInt8(ascii: "("), UInt8(ascii: ")"): .clause
    case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "/"): .joiner
    case 0x80...0xFF: .high
    default: .other
    }
  }
}

/// A word in lower case, and how it was written.
struct ScannedWord {
  private(set) var key = WordKey()
  /// Bytes of the key; more than the longest has where the word is in no lexicon.
  private(set) var length = 0
  private(set) var letters = 0
  var capitals = 0
  /// Places of the second of two letters that stood three times or more: "sooo" is kept as "soo".
  private var stretches: (first: Int, last: Int) = (-1, -1)
  private var run = 0
  private var previous: UInt8 = 0

  init() {}

  /// A word of letters of lower case.
  @inline(__always)
  init(_ key: WordKey, letters: Int) {
    self.key = key
    length = letters
    self.letters = letters
  }

  var isEmpty: Bool { length == 0 }
  var isStretched: Bool { stretches.first >= 0 }
  /// Every letter is a capital, and there are several.
  var isShouted: Bool { capitals > 1 && capitals == letters }

  @inline(__always)
  mutating func append(_ letter: UInt8) {
    letters &+= 1
    run = letter == previous ? run &+ 1 : 1
    previous = letter
    if run < 3 {
      key.set(letter, at: length)
      length &+= 1
    } else {
      noteStretch()
    }
  }

  private mutating func noteStretch() {
    if stretches.first < 0 { stretches.first = length &- 1 }
    stretches.last = length &- 1
  }

  /// Adds a byte that may stand there any number of times.
  @inline(__always)
  mutating func appendOther(_ byte: UInt8) {
    previous = 0
    key.set(byte, at: length)
    length &+= 1
  }

  /// What the word may have been before somebody stretched it, the likeliest first: "loove" and "love".
  var unstretched: [WordKey] {
    let first = without(stretches.first, -1)
    guard stretches.last != stretches.first else { return [first] }
    return [first, without(stretches.last, -1), without(stretches.first, stretches.last)]
  }

  private func without(_ one: Int, _ other: Int) -> WordKey {
    WordKey((0..<min(length, WordKey.longest)).filter { $0 != one && $0 != other }.map(key.byte))
  }

  /// The first four letters of a word that has only these two in turns, as laughter has.
  var laughter: WordKey? {
    guard length >= 5, length <= WordKey.longest, key.byte(at: 0) != key.byte(at: 1) else { return nil }
    for place in 2..<length where key.byte(at: place) != key.byte(at: place - 2) { return nil }
    return WordKey((0..<4).map(key.byte))
  }
}
