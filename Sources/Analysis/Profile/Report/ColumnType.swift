/// What the values of a column are, for whoever works with them.
public enum ColumnType: String, Sendable, Equatable, Codable, CaseIterable {
  /// No row has a value.
  case empty
  case integer, decimal, boolean, date, timestamp, time, uuid, mail, url, phone
  /// Names of things that are written with digits, and are no numbers: "01321", "AB-1234". Stays text.
  case identifier
  case text
}

/// The type of a column, how sure it is, and why.
public struct TypeReport: Sendable, Equatable, Codable {
  public var type: ColumnType
  /// The share of the values (0…1) that are of the type by themselves. Nulls have no say.
  public var confidence: Double
  /// In words: what decided, and what does not fit.
  public var reasons: [String]
}

extension TypeReport {
  /// A type other than text holds where so many of the values are of it.
  private static let leastShare = 0.9

  init(_ column: ColumnProfile) {
    let values = column.values - column.count(of: .emptyText)
    guard values > 0 else {
      self.init(type: .empty, confidence: 1, reasons: [column.rows == 0 ? "no rows" : "no row has a value"])
      return
    }
    func count(_ kinds: ValueKind...) -> Int { kinds.reduce(0) { $0.addingSaturated(column.count(of: $1)) } }
    let numbers = count(.integer, .decimal)
    let dates = count(.date, .timestamp)
    let types: [(ColumnType, Int)] = [
      (count(.decimal) > 0 ? .decimal : .integer, numbers), (.identifier, count(.code, .token)),
      (.boolean, count(.boolean)), (count(.timestamp) > 0 ? .timestamp : .date, dates), (.time, count(.time)),
      (.uuid, count(.uuid)), (.mail, count(.mail)), (.url, count(.url)), (.phone, count(.phone)), (.text, count(.text)),
    ]
    var reasons: [String] = []
    let digits = count(.integer, .code)
    if digits + count(.token) >= Int((Self.leastShare * Double(values)).rounded(.up)),
      let reason = Self.reasonForIdentifier(column, codes: count(.code), integers: count(.integer))
    {
      let fitting = digits + count(.token)
      self.init(type: .identifier, confidence: Double(fitting) / Double(values), reasons: [reason])
      return
    }
    if numbers + count(.phone) == values, numbers > 0, let name = Self.phoneName(column.name) {
      self.init(type: .phone, confidence: 1, reasons: ["digits in a column called \(name)"])
      return
    }
    let best = types.max { $0.1 < $1.1 } ?? (.text, 0)
    let share = Double(best.1) / Double(values)
    let isMixed = share < Self.leastShare && best.0 != .text
    for (type, counted) in types.sorted(by: { $0.1 > $1.1 }) where counted > 0 && (isMixed || type != best.0) {
      reasons.append("\(Words.percent(counted, of: values)) \(Self.plural(type))")
    }
    if isMixed { reasons.insert("mixed, so kept as text", at: 0) }
    reasons += Self.notes(on: column, best.0)
    let texts = Double(count(.text)) / Double(values)
    self.init(type: isMixed ? .text : best.0, confidence: isMixed ? texts : share, reasons: reasons)
  }

  /// Why digits are names and no numbers; nil where nothing says so.
  private static func reasonForIdentifier(_ column: ColumnProfile, codes: Int, integers: Int) -> String? {
    let digits = codes + integers
    guard digits > 0 else { return nil }
    let isSameLength = column.characters.least == column.characters.greatest
    if codes > 0, codes * 100 >= digits || isSameLength {
      return "\(Words.percent(codes, of: digits)) begin with a zero or have more digits than a number keeps"
    }
    guard integers == column.values, column.characters.least >= 3 else { return nil }
    return identifierName(column.name).map { "digits in a column called \($0)" }
  }

  /// The word in a column's name by which digits are no number.
  private static func identifierName(_ name: String) -> String? {
    Words.first(
      of: ["zip", "postal", "postcode", "plz", "ean", "isbn", "iban", "gtin", "sku", "ssn", "fips", "siren"], in: name)
  }

  private static func phoneName(_ name: String) -> String? {
    Words.first(of: ["phone", "telephone", "telefon", "tel", "mobile", "fax", "handy"], in: name)
  }

  private static func notes(on column: ColumnProfile, _ type: ColumnType) -> [String] {
    switch type {
    case .integer where column.distinct.isExact && column.distinct.estimate == 2:
      let range = column.numbers?.moments
      return range?.least == 0 && range?.greatest == 1 ? ["only 0 and 1"] : []
    case .integer, .decimal:
      return column.isDecimalComma ? ["decimal comma"] : []
    case .date, .timestamp:
      let inDoubt = column.count(of: .dayOrMonthFirst)
      guard column.count(of: .dayFirst) + column.count(of: .monthFirst) + inDoubt > 0 else { return [] }
      let order = column.isMonthFirst ? "month first" : "day first"
      let isKnown = column.count(of: .dayFirst) != column.count(of: .monthFirst)
      return [isKnown ? order : "taken as \(order): no date tells which of day and month is first"]
    case .empty, .boolean, .time, .uuid, .mail, .url, .phone, .identifier, .text:
      return []
    }
  }

  private static func plural(_ type: ColumnType) -> String {
    switch type {
    case .empty: "nothing"
    case .integer, .decimal: "numbers"
    case .boolean: "yes or no"
    case .date: "dates"
    case .timestamp: "timestamps"
    case .time: "times"
    case .uuid: "UUIDs"
    case .mail: "mail addresses"
    case .url: "URLs"
    case .phone: "phone numbers"
    case .identifier: "identifiers"
    case .text: "texts"
    }
  }
}
