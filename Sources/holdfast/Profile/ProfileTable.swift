import HoldfastAnalysis
import HoldfastWire

/// A profile as a person reads it: a line for each column, then what is worth analysing, then what is wrong.
struct ProfileTable {
  private let file: ProfiledFile

  init(_ file: ProfiledFile) { self.file = file }

  /// Without a line end behind the last line.
  var text: String {
    var lines = [heading, ""]
    lines += Self.table(
      [["column", "type", "null", "distinct", "", "what it holds"]] + file.columns.map(Self.cells))
    lines += [""] + candidates
    if !file.problems.isEmpty { lines += [""] + problems }
    if file.columns.contains(where: { !$0.distinct.isExact }) {
      let error = file.columns.map(\.distinct.standardError).max() ?? 0
      lines += ["", "~ is an estimate; two of three are within \(Self.rounded(error * 100)) %."]
    }
    return lines.joined(separator: "\n")
  }

  private var heading: String {
    let rows = "\(Self.grouped(file.rows)) rows\(file.isWhole ? "" : " looked at")"
    let delimiter = file.dialect.delimiter == 0x09 ? "tabs" : "\"\(Character(Unicode.Scalar(file.dialect.delimiter)))\""
    let header = file.dialect.hasHeader ? "with" : "without"
    let size = Quantity.describe(bytes: file.bytes)
    return "\(Self.printable(file.path)): \(rows), \(file.columns.count) columns, \(size); "
      + "separated by \(delimiter), \(file.dialect.encoding.rawValue), \(header) header"
  }

  private var candidates: [String] {
    guard file.rows > 0 else { return ["There are names of columns, and no rows below them."] }
    let candidates = file.candidates
    guard !candidates.isEmpty else { return ["No column is worth a text analysis: none holds sentences that differ."] }
    let rows = candidates.map { column in
      [
        "  " + Self.shortened(column.name, to: 24), Self.hundredths(column.textScore.score),
        column.textScore.reasons.joined(separator: "; "),
      ]
    }
    return ["Worth a text analysis:"] + Self.table(rows)
  }

  private var problems: [String] {
    let first = file.problems.first.sorted { $0.line < $1.line }
    let shown = first.prefix(Self.shownProblems)
    let count = file.problems.count
    var lines = [count == 1 ? "1 problem in the file:" : "\(Self.grouped(count)) problems in the file:"]
    lines += shown.map { "  \(Self.printable($0.description))" }
    if count > shown.count {
      lines.append("  … and \(Self.grouped(count - shown.count)) more; --json has more of them")
    }
    return lines
  }

  private static let shownProblems = 10

  private static func cells(_ column: ColumnReport) -> [String] {
    let isSure = column.type.confidence >= 0.9995
    let sureness = isSure ? "" : " \(Int(column.type.confidence * 100)) %"
    let share = column.rows > 0 ? Double(column.nulls) / Double(column.rows) * 100 : 0
    return [
      shortened(column.name, to: 24), column.type.type.rawValue + sureness,
      column.nulls == 0 ? "-" : "\(share < 1 ? "<1" : "\(Int(share))") %",
      (column.distinct.isExact ? "" : "~") + grouped(column.distinct.count), bars(of: column), holding(column),
    ]
  }

  /// What is typical of a column, in a few words.
  private static func holding(_ column: ColumnReport) -> String {
    if let numbers = column.numbers {
      let median = numbers.quantiles.first { $0.share == 0.5 }?.value ?? numbers.mean
      let texts = [numbers.least, median, numbers.greatest].map { value($0, column.type.type) }
      return "\(texts[0]) … \(texts[2]), median \(texts[1])" + note(column)
    }
    let frequent = column.frequent.prefix(3).filter { $0.count > 1 }
    if !frequent.isEmpty {
      let values = max(1, column.rows - column.nulls)
      let named = frequent.map { "\(shortened($0.text, to: 20)) \($0.count * 100 / values) %" }
      return named.joined(separator: ", ") + note(column)
    }
    return (column.samples.first.map { "\"\(shortened($0, to: 40))\"" } ?? "") + note(column)
  }

  private static func note(_ column: ColumnReport) -> String {
    column.type.reasons.isEmpty ? "" : " (\(column.type.reasons.joined(separator: ", ")))"
  }

  private static func value(_ number: Double, _ type: ColumnType) -> String {
    switch type {
    case .date, .timestamp:
      guard abs(number) < 1e12 else { return "\(number)" }
      let text = Timestamp(seconds: Int64(number.rounded(.down)), nanoseconds: 0).text
      return type == .date ? String(text.prefix(10)) : String(text.prefix(19))
    case .time:
      let second = Int(number)
      let parts = [second / 3600, second / 60 % 60, second % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
      return parts.joined(separator: ":")
    case .integer where abs(number) < 1e15: return number == number.rounded() ? grouped(Int(number)) : rounded(number)
    case .empty, .integer, .decimal, .boolean, .uuid, .mail, .url, .phone, .identifier, .text: return rounded(number)
    }
  }

  /// "▁▂▅█▅▂▁": the numbers, or else the lengths, from the least to the greatest.
  private static func bars(of column: ColumnReport) -> String {
    let counts = column.numbers?.histogram ?? column.characters?.histogram ?? []
    guard let most = counts.max(), most > 0 else { return "" }
    let levels = Array("▁▂▃▄▅▆▇█")
    return String(counts.map { $0 <= 0 ? " " : levels[min(7, Int($0 / most * 7.999))] })
  }

  // MARK: Text

  /// Cells under each other, two blanks between them.
  private static func table(_ rows: [[String]]) -> [String] {
    let widths = (0..<(rows.first?.count ?? 0)).map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let padded = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
      let line = padded.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
  }

  private static func shortened(_ text: String, to length: Int) -> String {
    let text = printable(text)
    return text.count <= length ? text : text.prefix(length - 1) + "…"
  }

  /// What a file says must not steer a terminal.
  private static func printable(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? "·" : $0 }))
  }

  /// Three digits behind the point at most, and no more than there are.
  private static func rounded(_ number: Double) -> String {
    guard abs(number) < 1e12, abs(number) >= 0.001 || number == 0 else { return "\(number)" }
    let thousandths = Int((abs(number) * 1000).rounded())
    let (whole, part) = thousandths.quotientAndRemainder(dividingBy: 1000)
    let digits = String(String(1000 + part).dropFirst().reversed().drop { $0 == "0" }.reversed())
    return (number < 0 ? "-" : "") + grouped(whole) + (digits.isEmpty ? "" : "." + digits)
  }

  /// "0.70": two digits behind the point, also where they are zeros, so that scores under each other can be compared.
  static func hundredths(_ score: Double) -> String {
    let hundredths = Int((score * 100).rounded())
    return "\(hundredths / 100)." + String(100 + hundredths % 100).dropFirst()
  }

  /// 1,234,567
  private static func grouped(_ number: Int) -> String {
    var groups: [String] = []
    var rest = String(number.magnitude)[...]
    while rest.count > 3 {
      groups.insert(String(rest.suffix(3)), at: 0)
      rest = rest.dropLast(3)
    }
    return (number < 0 ? "-" : "") + ([String(rest)] + groups).joined(separator: ",")
  }
}
