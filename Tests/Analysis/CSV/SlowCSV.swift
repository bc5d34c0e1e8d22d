import HoldfastAnalysis

/// A reader that goes byte by byte through all of a text, for the fast one to be compared with.
struct SlowCSV {
  private let bytes: [UInt8]
  private let dialect: CSVDialect
  private let limits: CSVLimits
  private var at = 0
  private var line = 1
  private var found: [(key: (Int, Int), text: String)] = []
  private var order = 0

  private init(_ bytes: [UInt8], _ dialect: CSVDialect, _ limits: CSVLimits) {
    self.bytes = bytes
    self.dialect = dialect
    self.limits = limits
  }

  /// Of UTF-8 without a mark. Problems are in no order.
  static func read(_ bytes: [UInt8], _ dialect: CSVDialect, limits: CSVLimits) -> CSVReading {
    var reader = SlowCSV(bytes, dialect, limits)
    return reader.all()
  }

  private var next: UInt8? { at < bytes.count ? bytes[at] : nil }
  private var isEscape: Bool { dialect.escape == .backslash && next == UInt8(ascii: "\\") }

  private mutating func report(_ text: String) { found.append(((line, order), text)) }

  private mutating func all() -> CSVReading {
    var records: [CSVReading.Record] = []
    var header: [String]?
    while at < bytes.count {
      let start = line
      var (fields, quoted) = record(start)
      if fields == [[]], !quoted[0], header?.count != 1 {
        report("\(start) emptyLine")
        continue
      }
      if fields.count > limits.recordFields {
        report("\(start) tooManyFields")
        fields.removeLast(fields.count - limits.recordFields)
      }
      let texts = fields.map { String(decoding: $0, as: UTF8.self) }
      if let header {
        if fields.count < header.count { report("\(start) fewerFields") }
        if fields.count > header.count { report("\(start) moreFields") }
      } else if dialect.hasHeader {
        header = texts
        continue
      } else {
        header = (1...fields.count).map { "column_\($0)" }
      }
      records.append(.init(line: start, fields: zip(texts, quoted).map { ($1 ? "'" : "") + $0 }))
    }
    return CSVReading(header: header, records: records, problems: found.map(\.text) + badBytes())
  }

  private mutating func record(_ start: Int) -> ([[UInt8]], [Bool]) {
    var fields: [[UInt8]] = []
    var quoted: [Bool] = []
    var kept = 0
    while true {
      let (text, isQuoted) = field(min(fields.count, limits.recordFields))
      let allowed = max(0, min(limits.fieldBytes, limits.recordBytes - kept))
      if text.count > allowed {
        report("\(start):\(min(fields.count, limits.recordFields)) fieldCut")
        fields.append(cut(text, allowed))
      } else {
        fields.append(text)
      }
      quoted.append(isQuoted)
      if fields.count <= limits.recordFields { kept += fields[fields.count - 1].count }
      guard let next else { return (fields, quoted) }
      at += 1
      if next == dialect.delimiter { continue }
      if next == 0x0D, self.next == 0x0A { at += 1 }
      line += 1
      return (fields, quoted)
    }
  }

  private func cut(_ text: [UInt8], _ allowed: Int) -> [UInt8] {
    for length in stride(from: allowed, through: max(0, allowed - 3), by: -1) where text[length] & 0xC0 != 0x80 {
      return Array(text[..<length])
    }
    return Array(text[..<allowed])
  }

  /// Up to a delimiter or line end, which is left for the record.
  private mutating func field(_ column: Int) -> ([UInt8], Bool) {
    var text: [UInt8] = []
    var isQuoted = false
    if let first = next, first == dialect.quote {
      isQuoted = true
      let opened = line
      at += 1
      while true {
        guard let next else {
          report("\(opened):\(column) unclosedQuote")
          return (text, true)
        }
        if next == dialect.quote {
          at += 1
          guard self.next == dialect.quote else { break }
          text.append(next)
          at += 1
        } else if isEscape {
          escaped(&text, column)
        } else {
          lineEnd(&text, next)
        }
      }
      if let next, next != dialect.delimiter, next != 0x0A, next != 0x0D { report("\(line):\(column) textAfterQuote") }
    }
    while let next, next != dialect.delimiter, next != 0x0A, next != 0x0D {
      if isEscape {
        escaped(&text, column)
      } else {
        if next == dialect.quote { report("\(line):\(column) strayQuote") }
        text.append(next)
        at += 1
      }
    }
    return (text, isQuoted)
  }

  private mutating func escaped(_ text: inout [UInt8], _ column: Int) {
    at += 1
    guard let next else {
      report("\(line):\(column) danglingEscape")
      text.append(UInt8(ascii: "\\"))
      return
    }
    lineEnd(&text, next)
  }

  /// One byte of a field, or both of a CRLF; lines are counted.
  private mutating func lineEnd(_ text: inout [UInt8], _ byte: UInt8) {
    text.append(byte)
    at += 1
    if byte == 0x0D, next == 0x0A {
      text.append(0x0A)
      at += 1
    }
    if byte == 0x0D || byte == 0x0A { line += 1 }
  }

  private func badBytes() -> [String] {
    var problems: [String] = []
    var line = 1
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      if byte == 0x0A || (byte == 0x0D && !(index + 1 < bytes.count && bytes[index + 1] == 0x0A)) { line += 1 }
      if byte == 0 { problems.append("\(line) nul") }
      if byte < 0x80 {
        index += 1
        continue
      }
      // As much as the standard library would replace by one character.
      var length = 4
      while length > 1 {
        let part = bytes[index..<min(bytes.count, index + length)]
        if part.count == length {
          if String(validating: part, as: UTF8.self)?.unicodeScalars.count == 1 { break }
        }
        length -= 1
      }
      if length > 1 {
        index += length
        continue
      }
      problems.append("\(line) badBytes")
      if byte == 0xED, index + 2 < bytes.count, bytes[index + 1] >= 0xA0, bytes[index + 1] < 0xC0,
        bytes[index + 2] & 0xC0 == 0x80
      {
        index += 3
        continue
      }
      var part = 1
      while part < 3, index + part < bytes.count,
        String(decoding: bytes[index...(index + part)], as: UTF8.self).unicodeScalars.count == 1
      {
        part += 1
      }
      index += part
    }
    return problems
  }
}
