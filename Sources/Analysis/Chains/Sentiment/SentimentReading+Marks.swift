/// What stands between words: marks, emoticons, emoji, and addresses, which are no words.
extension SentimentReading {
  /// A full stop, or several marks, or the end of a line.
  mutating func readEnd() {
    var stops = false
    loop: while !scanner.isAtEnd {
      switch scanner.byte(at: scanner.place) {
      case UInt8(ascii: "!"): exclamations &+= 1
      case UInt8(ascii: "?"): questions &+= 1
      case UInt8(ascii: "."):
        // Not that of 3.5 or example.com.
        if scanner.isWord(at: scanner.place &+ 1) && exclamations &+ questions == 0 && !stops {
          scanner.place &+= 1
          return endClause()
        }
        stops = true
      case UInt8(ascii: "\n"), UInt8(ascii: "\r"): stops = true
      default: break loop
      }
      scanner.place &+= 1
    }
    endSentence()
  }

  mutating func readMark() {
    if readEmoticon() { return }
    let byte = scanner.byte(at: scanner.place)
    scanner.place &+= 1
    switch byte {
    case UInt8(ascii: "@"):
      // A name, not a word.
      while scanner.isWord(at: scanner.place) || scanner.byte(at: scanner.place) == UInt8(ascii: "_") {
        scanner.place &+= 1
      }
    case UInt8(ascii: "&"): skipEntity()
    case UInt8(ascii: "-"):
      // A dash, not a hyphen.
      if scanner.kind(at: scanner.place) == .space || scanner.kind(at: scanner.place) == .joiner { endClause() }
    case UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: ":"), UInt8(ascii: "("), UInt8(ascii: ")"): endClause()
    default: break
    }
  }

  /// `&amp;`, which stands in many texts that come from web pages.
  private mutating func skipEntity() {
    var end = scanner.place
    while end < scanner.place &+ 8, scanner.isWord(at: end) || scanner.byte(at: end) == UInt8(ascii: "#") { end &+= 1 }
    if end > scanner.place, scanner.byte(at: end) == UInt8(ascii: ";") { scanner.place = end &+ 1 }
  }

  /// An emoticon of two to five characters, which no word touches.
  private mutating func readEmoticon() -> Bool {
    let start = scanner.place
    guard scanner.kind(at: start &+ 1) != .space, start == 0 || scanner.kind(at: start &- 1) != .digit else {
      return false
    }
    var key = WordKey()
    var found: (entry: Lexicon.Entry, length: Int)?
    for length in 0..<5 {
      let byte = scanner.byte(at: start &+ length)
      let kind = scanner.kind(at: start &+ length)
      if byte <= UInt8(ascii: " ") || kind == .high { break }
      key.set(kind == .upper ? byte | 0x20 : byte, at: length)
      guard length > 0, let entry = lexicon.words.find(key), entry.roles.contains(.valued) else { continue }
      // One that ends with a letter or digit, as :D does, stands alone.
      let standsAlone = start == 0 || !scanner.isWord(at: start &- 1)
      let isWord = scanner.isWord(at: start &+ length)
      if !isWord || standsAlone && !scanner.isWord(at: start &+ length &+ 1) {
        found = (entry, length &+ 1)
      }
    }
    guard let found else { return false }
    scanner.place &+= found.length
    takePicture(found.entry)
    return true
  }

  private mutating func takePicture(_ entry: Lexicon.Entry) {
    words &+= 1
    settle()
    sentence.add(Double(entry.worth) / 10 * sentenceWeight)
  }

  mutating func readScalar() {
    switch scanner.scalar(at: scanner.place) {
    case .letter: readWord()
    case .apostrophe: scanner.place &+= 3
    case .picture(let length):
      var key = WordKey()
      for offset in 0..<length { key.set(scanner.byte(at: scanner.place &+ offset), at: offset) }
      scanner.place &+= length
      if let entry = lexicon.words.find(key) { takePicture(entry) }
    case .modifier(let length), .space(let length): scanner.place &+= length
    case .exclamation(let length):
      exclamations &+= 1
      scanner.place &+= length
      endSentence()
    case .question(let length):
      questions &+= 1
      scanner.place &+= length
      endSentence()
    case .stop(let length):
      scanner.place &+= length
      endSentence()
    case .clause(let length):
      scanner.place &+= length
      endClause()
    }
  }

  // Written as keys, so that nothing is made at first use.
  private static let http = WordKey(low: 0x70_74_74_68, high: 0)
  private static let https = WordKey(low: 0x73_70_74_74_68, high: 0)
  /// As it is kept, with two of its three letters.
  private static let www = WordKey(low: 0x77_77, high: 0)

  func isAddress(_ word: ScannedWord) -> Bool {
    switch scanner.byte(at: scanner.place) {
    case UInt8(ascii: ":"): word.key == Self.http || word.key == Self.https
    case UInt8(ascii: "."): word.key == Self.www && word.isStretched
    default: false
    }
  }

  mutating func skipToSpace() {
    while !scanner.isAtEnd, scanner.byte(at: scanner.place) > UInt8(ascii: " ") { scanner.place &+= 1 }
  }
}
