/// How likely a sequence of letters is in each of several languages: each letter by the three before it, where those
/// were seen in the language, else by fewer of them (Witten and Bell's interpolation).
///
/// One table for all languages: a row for each sequence of up to four letters that any of them has, with the logarithm
/// for each; and a row for each beginning of one, with what it costs in each language that it goes on as it never did.
struct NgramModel: Sendable {
  /// The logarithms of one sequence in all languages, in 1/256.
  typealias Row = SIMD32<Int16>

  static let order = 4
  static let unit = 256.0
  /// The least that a row says, and how many of them fit 16 bits together.
  private static let least = -2_700.0
  private static let rowsInSum = 12

  let languages: [String]
  private let letters: [Unicode.Scalar: UInt8]
  private let goingOn: NgramTable<Row>
  private let ending: NgramTable<Row>

  /// Learns the languages of some texts; of more than 32 the first ones.
  init(_ texts: [LanguageText]) {
    let texts = texts.prefix(Row.scalarCount)
    languages = texts.map(\.language)
    let all = texts.map { " " + Self.words(in: $0.words + " " + $0.prose) + " " }
    var letters: [Unicode.Scalar: UInt8] = [:]
    for scalar in all.joined().unicodeScalars where letters[scalar] == nil && letters.count < Int(UInt8.max) - 1 {
      // 0 stands before the beginning, 1 for every letter that no text has.
      letters[scalar] = UInt8(letters.count + 2)
    }
    self.letters = letters
    let counts = all.map { NgramCounts($0.unicodeScalars.map { letters[$0] ?? 1 }, letters: letters.count + 1) }
    var goingOn = NgramTable(empty: Row(repeating: 0))
    var ending = NgramTable(empty: Row(repeating: 0))
    for count in counts {
      for key in count.sequences where goingOn[key] == nil {
        goingOn.update(key) { $0 = Self.row(counts) { $0.logarithm(of: key) } }
      }
      for key in count.beginnings where ending[key] == nil {
        ending.update(key) { $0 = Self.row(counts) { $0.escape(from: key) } }
      }
    }
    for letter in 1...UInt64(letters.count + 1) {
      let key = NgramCounts.key(0, letter, length: 1)
      if goingOn[key] == nil { goingOn.update(key) { $0 = Self.row(counts) { $0.logarithm(of: key) } } }
    }
    self.goingOn = goingOn
    self.ending = ending
  }

  private static func row(_ counts: [NgramCounts], _ value: (NgramCounts) -> Double) -> Row {
    var row = Row(repeating: 0)
    for (index, count) in counts.enumerated() {
      row[index] = Int16(max(least, min(0, (value(count) * unit).rounded())))
    }
    return row
  }

  /// Letters in small, and one space for everything between words.
  static func words(in text: String) -> String {
    text.lowercased().split { !$0.isLetter }.joined(separator: " ")
  }

  /// The logarithm of how likely each language makes a text of lower-case words with one space between them, and how
  /// many characters that were.
  func logarithms(of words: some Sequence<Unicode.Scalar>) -> (values: [Double], characters: Int) {
    var sums = Sums()
    var before: UInt64 = UInt64(letters[" "] ?? 1)
    var characters = 0
    for scalar in words {
      let letter = UInt64(letters[scalar] ?? 1)
      add(letter, after: before, to: &sums)
      before = (before << 8 | letter) & 0xff_ffff
      characters += 1
    }
    sums.flush()
    return (languages.indices.map { Double(sums.totals[$0]) / Self.unit }, characters)
  }

  private func add(_ letter: UInt64, after before: UInt64, to sums: inout Sums) {
    for length in (1...Self.order).reversed() {
      let context = before & NgramCounts.mask(length - 1)
      if let row = goingOn[NgramCounts.key(context, letter, length: length)] {
        sums.add(row)
        return
      }
      if length > 1, let row = ending[NgramCounts.key(context, length: length - 1)] { sums.add(row) }
    }
  }

  /// Adds rows up as they are, and now and then to what has more digits.
  private struct Sums {
    var totals = [Int](repeating: 0, count: Row.scalarCount)
    private var part = Row(repeating: 0)
    private var rows = 0

    mutating func add(_ row: Row) {
      part &+= row
      rows += 1
      if rows == NgramModel.rowsInSum { flush() }
    }

    mutating func flush() {
      for index in totals.indices { totals[index] += Int(part[index]) }
      part = Row(repeating: 0)
      rows = 0
    }
  }
}
