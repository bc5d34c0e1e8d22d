/// Which character separates the fields, and how they are quoted: each dialect that may be is tried, and the one wins
/// under which most records have the same number of fields, and the fields look most like values.
struct DelimiterDetection {
  var dialect: CSVDialect
  var confidence: Double
  var reason: String

  /// What is tried; a handicap for what stands within values more often than between them.
  private static let delimiters: [(byte: UInt8, handicap: Double)] = [
    (UInt8(ascii: ","), 1), (UInt8(ascii: ";"), 1), (ASCII.tab, 1), (UInt8(ascii: "|"), 1), (0x1F, 1), (0x01, 1),
    (UInt8(ascii: "^"), 0.8), (UInt8(ascii: "~"), 0.8), (UInt8(ascii: ":"), 0.6), (UInt8(ascii: " "), 0.5),
  ]
  static let strongDelimiters: [UInt8] = [
    UInt8(ascii: ","), UInt8(ascii: ";"), ASCII.tab, UInt8(ascii: "|"), 0x1F, 0x01,
  ]

  static func detect(
    _ sample: UnsafeRawBufferPointer, encoding: CSVEncoding, isWhole: Bool
  ) throws(CSVError) -> DelimiterDetection {
    let plain = CSVDialect(hasHeader: false, encoding: encoding)
    let seen = Set(sample)
    var trials: [Trial] = []
    for (delimiter, handicap) in delimiters where seen.contains(delimiter) {
      for (quote, escape, liking) in quotings(sample, seen) {
        var dialect = plain
        dialect.delimiter = delimiter
        dialect.quote = quote
        dialect.escape = escape
        trials.append(try Trial(dialect, sample, isWhole: isWhole, factor: handicap * liking))
      }
    }
    let single = try oneColumn(plain, sample, seen, isWhole: isWhole)
    guard let best = trials.max(by: { $0.score < $1.score }), best.score > single.score else {
      return DelimiterDetection(
        dialect: single.dialect, confidence: single.records == 0 ? 0 : single.records == 1 ? 0.4 : 0.7,
        reason: single.records == 0
          ? "there is no record yet" : "no delimiter splits the records evenly: one column")
    }
    let second = trials.filter { $0.dialect.delimiter != best.dialect.delimiter }.map(\.score).max() ?? 0
    let margin = best.consistency * (1 - 0.5 * max(second, single.score) / best.score)
    return DelimiterDetection(
      dialect: best.dialect, confidence: best.records == 1 ? margin / 2 : margin, reason: best.reason)
  }

  /// The quotes that are there; where there are none, the usual one.
  private static func quotings(
    _ sample: UnsafeRawBufferPointer, _ seen: Set<UInt8>
  ) -> [(UInt8?, CSVDialect.Escape, Double)] {
    let double = UInt8(ascii: "\"")
    let single = UInt8(ascii: "'")
    var quotings: [(UInt8?, CSVDialect.Escape, Double)] = [(double, .doubled, 1)]
    if seen.contains(double) { quotings.append((nil, .doubled, 0.96)) }
    if seen.contains(single) { quotings.append((single, .doubled, 0.95)) }
    if seen.contains(ASCII.backslash) {
      for (quote, liking) in [(double, 0.99), (single, 0.94)] where escapes(quote, in: sample) {
        quotings.append((quote, .backslash, liking))
      }
    }
    return quotings
  }

  /// Whether a backslash stands before a quote, also where there are zeros between them, as in UTF-16.
  private static func escapes(_ quote: UInt8, in sample: UnsafeRawBufferPointer) -> Bool {
    for index in sample.indices where sample[index] == ASCII.backslash {
      let after = sample[(index + 1)...].prefix(2)
      if after.first == quote || (after.first == 0 && after.last == quote) { return true }
    }
    return false
  }

  /// All of a line as one field: with a delimiter that is not there.
  private static func oneColumn(
    _ plain: CSVDialect, _ sample: UnsafeRawBufferPointer, _ seen: Set<UInt8>, isWhole: Bool
  ) throws(CSVError) -> Trial {
    var dialect = plain
    dialect.delimiter = strongDelimiters.first { !seen.contains($0) } ?? plain.delimiter
    return try Trial(dialect, sample, isWhole: isWhole, factor: 0.9)
  }
}

/// A dialect and how well a sample can be read in it.
private struct Trial {
  var dialect: CSVDialect
  var records = 0
  /// The number of fields that most records have, and the share of those.
  private var columns = 0
  private(set) var consistency = 0.0
  private(set) var score = 0.0

  init(
    _ dialect: CSVDialect, _ sample: UnsafeRawBufferPointer, isWhole: Bool, factor: Double
  ) throws(CSVError) {
    self.dialect = dialect
    var weights = 0.0
    var fields = 0
    var widths: [Int: Int] = [:]
    // Fields in quotes, and the line ends within the last field: what an unclosed quote has taken in.
    var quoted = 0
    var linesOfLast = 0
    let problems = try CSVSample.read(sample, dialect, isWhole: isWhole) { batch in
      for row in 0..<batch.count {
        let width = batch.fieldCount(of: row)
        widths[width, default: 0] += 1
        for column in 0..<min(width, Limits.csvDetectionColumns) {
          let field = batch.field(row, column)
          weights += FieldLook(field).weight
          fields += 1
          if field.isQuoted { quoted += 1 }
        }
      }
      linesOfLast = Self.lines(in: batch.field(batch.count - 1, batch.fieldCount(of: batch.count - 1) - 1))
    }
    records = widths.values.reduce(0, +)
    guard records > 0, fields > 0 else { return }
    let most = widths.max { ($0.value, $0.key) < ($1.value, $1.key) }
    columns = most?.key ?? 0
    // Lines that an unclosed quote has taken in are records that do not fit. The one that it stands in does: where other
    // quotes close, one that does not is a mistake in its record, and no sign that quotes mean nothing.
    let isUnclosed = isWhole && problems.count(of: .unclosedQuote) > 0
    let lost = isUnclosed ? linesOfLast : 0
    consistency = Double(most?.value ?? 0) / Double(records + lost)
    // Quotes within fields do no harm; those that end a field too early do.
    let strays = Double(problems.count(of: .textAfterQuote)) / Double(records)
    score =
      factor * consistency * consistency * consistency * (weights / Double(fields))
      * (columns == 1 ? 0.5 : 1 - 0.4 / Double(columns)) * (1 - 0.5 * min(1, strays))
      * (isUnclosed && quoted == 1 ? 0.3 : 1)
  }

  /// Line ends in a field, without the last where nothing follows it.
  private static func lines(in field: CSVField) -> Int {
    let bytes = field.bytes
    var lines = 0
    for index in bytes.indices.dropLast() where bytes[index] == ASCII.lineFeed || bytes[index] == ASCII.carriageReturn {
      let isFirstOfTwo = bytes[index] == ASCII.carriageReturn && bytes[index + 1] == ASCII.lineFeed
      if !isFirstOfTwo { lines += 1 }
    }
    return lines
  }

  var reason: String {
    let quote = dialect.quote.map { "quoted with \(Self.shown($0))" } ?? "without quotes"
    let escape = dialect.escape == .backslash ? ", escaped with backslashes" : ""
    return "\(Int((consistency * 100).rounded())) % of \(records) records have \(columns) fields separated by "
      + "\(Self.shown(dialect.delimiter)), \(quote)\(escape)"
  }

  private static func shown(_ byte: UInt8) -> String {
    byte == ASCII.tab ? "tabs" : byte < 0x20 ? "control character \(byte)" : "‘\(Character(Unicode.Scalar(byte)))’"
  }
}

/// The first records of a sample.
enum CSVSample {
  /// - Returns: what was wrong with them. The record that the sample cuts off is not among them, unless it is the only one.
  static func read(
    _ sample: UnsafeRawBufferPointer, _ dialect: CSVDialect, isWhole: Bool, _ body: (borrowing CSVBatch) -> Void
  ) throws(CSVError) -> CSVProblems {
    var reader = try CSVReader(dialect: dialect)
    let part = UnsafeRawBufferPointer(rebasing: sample.prefix(Limits.csvPieceBytes))
    reader.read(part, body)
    if reader.rows < Limits.csvDetectionRecords {
      reader.read(UnsafeRawBufferPointer(rebasing: sample[part.count...]), body)
    }
    if isWhole || reader.rows == 0 { reader.finish(body) }
    return reader.problems
  }
}
