/// What of a scanner changes with each field: in registers while a piece is split, and put back at the end.
struct CSVCursor {
  let text: UnsafeMutablePointer<UInt8>
  /// The end of the text that can be split, and whether the file ends there too.
  let limit: Int
  let isLast: Bool
  /// Where the block begins.
  var at: Int
  /// What is before this was looked at together with what is before it.
  var resume: Int

  var fields: UnsafeMutablePointer<PackedField>
  var ends: UnsafeMutablePointer<UInt32>
  var lines: UnsafeMutablePointer<Int>
  var count: Int
  var records: Int
  /// The first field of the record.
  var first: Int
  /// -1 before the first record.
  var columns: Int

  var start: Int
  var quoted: UInt64
  var inQuotes: Bool
  var closing: Int
  var line: Int
  var recordLine: Int
  var recordStart: Int
  /// A field that ends after this needs a closer look: it may be too long or, where this is -1, has holes.
  var plainEnd: Int

  init(_ scanner: borrowing CSVScanner, limit: Int, isLast: Bool) {
    text = scanner.text
    self.limit = limit
    self.isLast = isLast
    at = scanner.scanned
    resume = scanner.scanned
    fields = scanner.fields
    ends = scanner.ends
    lines = scanner.lines
    count = scanner.fieldCount
    records = scanner.recordCount
    first = scanner.recordField
    columns = scanner.header?.names.count ?? -1
    start = scanner.fieldStart
    quoted = scanner.isQuoted ? 1 : 0
    inQuotes = scanner.inQuotes
    closing = scanner.closingQuote
    line = scanner.line
    recordLine = scanner.recordLine
    recordStart = scanner.recordStart
    plainEnd = scanner.hasHoles ? -1 : scanner.recordStart + scanner.limits.fieldBytes
  }

  /// Goes on at `position`, whatever marks are before it; it may be in the next block.
  @inline(__always)
  mutating func skip(to position: Int, _ found: inout UInt64) {
    resume = position
    let bits = position &- at
    found = bits < Limits.csvBlockBytes ? found & ~0 &<< UInt64(truncatingIfNeeded: bits) : 0
  }

  /// The marks of a block that count: of text that is there, and was not looked at with the block before.
  @inline(__always)
  func counting(_ found: UInt64) -> UInt64 {
    var found = found
    let present = limit &- at
    if present < Limits.csvBlockBytes { found &= (1 &<< UInt64(truncatingIfNeeded: present)) &- 1 }
    if resume > at { found &= ~0 &<< UInt64(truncatingIfNeeded: resume &- at) }
    return found
  }
}

/// The characters that the loop has to stop at, and each sixteen times. Those that the dialect has not are the
/// delimiter once more.
struct CSVMarks {
  let delimiter: UInt8
  let quote: UInt8
  let escape: UInt8
  let hasEscape: Bool
  let delimiters: SIMD16<UInt8>
  let quotes: SIMD16<UInt8>
  let escapes: SIMD16<UInt8>

  init(_ dialect: CSVDialect) {
    delimiter = dialect.delimiter
    quote = dialect.quote ?? delimiter
    hasEscape = dialect.escape == .backslash
    escape = hasEscape ? ASCII.backslash : delimiter
    delimiters = SIMD16(repeating: delimiter)
    quotes = SIMD16(repeating: quote)
    escapes = SIMD16(repeating: escape)
  }

  func endsField(_ byte: UInt8) -> Bool {
    byte == delimiter || byte == ASCII.lineFeed || byte == ASCII.carriageReturn
  }
}
