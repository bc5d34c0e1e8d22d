/// The words of a text in lower case, without addresses and names of accounts.
struct KeywordWords {
  struct Word {
    let text: String
    /// The sentence that it stands in, counted from zero.
    let sentence: Int
    let isStopWord: Bool
    /// Has a letter, not digits alone.
    let isNamed: Bool
    /// Written with a capital though no sentence begins with it, or all in capitals.
    let isProminent: Bool
    /// A character of a script without spaces, to which its neighbour is joined without one.
    let isIdeograph: Bool
    /// No mark stands between it and the word before it.
    let isJoined: Bool
  }

  private(set) var words: [Word] = []
  private(set) var sentences = 1

  private struct Raw {
    var text: String
    var sentence: Int
    var isNamed: Bool
    var isProminent: Bool
    var isIdeograph: Bool
    var isJoined: Bool
  }

  private var raw: [Raw] = []
  private var isJoined = false
  private var beginsSentence = true
  private var hasWords = false

  init(_ text: String, _ stopWords: StopWords) {
    for chunk in text.unicodeScalars.split(whereSeparator: { WordClass($0) == .space && $0 != "\n" }) { read(chunk) }
    let language = stopWords.language(of: raw.lazy.map(\.text))
    words = raw.map { word in
      Word(
        text: word.text, sentence: word.sentence, isStopWord: stopWords.contains(word.text, in: language),
        isNamed: word.isNamed, isProminent: word.isProminent, isIdeograph: word.isIdeograph, isJoined: word.isJoined)
    }
  }

  /// What stands between two spaces.
  private mutating func read(_ chunk: Substring.UnicodeScalarView) {
    guard !Self.isAddress(chunk) else {
      isJoined = false
      return
    }
    var start = chunk.startIndex
    var place = start
    while place < chunk.endIndex {
      let scalar = chunk[place]
      let next = chunk.index(after: place)
      switch WordClass(scalar) {
      case .letter: break
      case .mark
      where Self.isApostrophe(scalar) && start < place && next < chunk.endIndex && WordClass(chunk[next]) == .letter:
        break
      case .ideograph:
        append(chunk[start..<place])
        append(chunk[place..<next], isIdeograph: true)
        start = next
      case .mark, .space:
        append(chunk[start..<place])
        mark(scalar, endsChunk: next == chunk.endIndex)
        start = next
      }
      place = next
    }
    append(chunk[start...])
  }

  private mutating func append(_ scalars: Substring.UnicodeScalarView, isIdeograph: Bool = false) {
    guard let first = scalars.first else { return }
    var text = String(String.UnicodeScalarView(scalars.map { $0 == "’" ? "'" : $0 })).lowercased()
    if text.hasSuffix("'s") { text.removeLast(2) }
    let isCapital = first.properties.isUppercase
    let isAllCapitals = scalars.count > 1 && scalars.allSatisfy { $0.properties.isUppercase || $0.value < 0x41 }
    raw.append(
      Raw(
        text: text, sentence: sentences - 1, isNamed: scalars.contains { !(0x30...0x39).contains($0.value) },
        isProminent: isCapital && (!beginsSentence || isAllCapitals), isIdeograph: isIdeograph, isJoined: isJoined))
    isJoined = true
    beginsSentence = false
    hasWords = true
  }

  private mutating func mark(_ scalar: Unicode.Scalar, endsChunk: Bool) {
    // A hyphen inside a word joins its parts.
    if !endsChunk && (scalar == "-" || scalar == "_") { return }
    isJoined = false
    guard endsChunk || scalar.value > 0x7F || scalar == "\n" else { return }
    switch scalar {
    case ".", "!", "?", "\n", "。", "！", "？", "…":
      if hasWords { sentences += 1 }
      hasWords = false
      beginsSentence = true
    default: break
    }
  }

  private static func isApostrophe(_ scalar: Unicode.Scalar) -> Bool { scalar == "'" || scalar == "’" }

  private static func isAddress(_ chunk: Substring.UnicodeScalarView) -> Bool {
    guard let first = chunk.first else { return false }
    if first == "@" { return true }
    guard first == "h" || first == "w" || first == "H" || first == "W" else { return false }
    let beginning = String(chunk.prefix(8)).lowercased()
    return beginning.hasPrefix("http://") || beginning.hasPrefix("https://") || beginning.hasPrefix("www.")
  }
}
