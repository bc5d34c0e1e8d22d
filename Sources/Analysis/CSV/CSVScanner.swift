/// Text that is being split into fields, and where they are: the state between two pieces.
///
///     text    | unfinished record, as far as it was split | not looked at | free | a block that may be read |
///             recordStart … fieldStart …                scanned          filled
///     fields  | of the records that are finished | of the unfinished record | free |
///
/// A piece is appended, split, and given away; then the unfinished record moves to the front. Splitting goes on where
/// it stopped, so that a byte is looked at once however the file was cut. Quotes and escapes are taken out in place.
struct CSVScanner: ~Copyable {
  let dialect: CSVDialect
  let limits: CSVLimits
  var header: CSVHeader?
  var problems: CSVProblems
  /// Records given away in earlier batches.
  var rows = 0

  // MARK: Text

  var text: UnsafeMutablePointer<UInt8>
  var textCapacity: Int
  var filled = 0
  var scanned = 0
  /// Where the characters begin that were not checked yet; those that several blocks have are checked once.
  var checked = 0

  // MARK: Fields and records

  var fields: UnsafeMutablePointer<PackedField>
  var fieldCapacity: Int
  var fieldCount = 0
  /// For each finished record: the fields up to its end, and its line.
  var ends: UnsafeMutablePointer<UInt32>
  var lines: UnsafeMutablePointer<Int>
  var recordCapacity: Int
  var recordCount = 0

  // MARK: The unfinished record

  var recordStart = 0
  var recordLine = 1
  /// Where it begins in all text that there was, and how much that was.
  var recordOffset = 0
  var textBytes = 0
  /// The first of its fields.
  var recordField = 0
  /// What its first fields take, as far as that was needed.
  var weighed = (line: 0, fields: 0, bytes: 0)

  // MARK: The unfinished field

  var line = 1
  var fieldStart = 0
  var isQuoted = false
  var inQuotes = false
  /// 1 where the last byte looked at is the quote that closes the field.
  var closingQuote = 0
  var quoteLine = 0
  /// Whether something was left out of the field: its text is then what ends at `keptEnd`, and what begins at
  /// `pending`.
  var hasHoles = false
  var keptEnd = 0
  var pending = 0
  /// Whether the field is over its limit, so that nothing is added to it any more.
  var isCut = false

  /// - Parameter header: what the columns are called, where the text does not begin with the first record.
  init(dialect: CSVDialect, limits: CSVLimits, header: CSVHeader?, line: Int, row: Int) {
    self.dialect = dialect
    self.limits = limits
    self.header = header
    self.line = line
    recordLine = line
    rows = row
    problems = CSVProblems(keptPerKind: limits.problemsPerKind)
    textCapacity = 2 * Limits.csvPieceBytes
    text = .allocate(capacity: textCapacity + Limits.csvBlockBytes)
    fieldCapacity = Limits.csvPieceBytes / 8
    fields = .allocate(capacity: fieldCapacity)
    recordCapacity = Limits.csvPieceBytes / 64
    ends = .allocate(capacity: recordCapacity)
    lines = .allocate(capacity: recordCapacity)
  }

  deinit {
    text.deallocate()
    fields.deallocate()
    ends.deallocate()
    lines.deallocate()
  }

  var memoryBytes: Int { textCapacity + 8 * fieldCapacity + 12 * recordCapacity }

  /// Where up to `count` more bytes of UTF-8 go; then ``appended(_:)`` says how many they were.
  mutating func room(for count: Int) -> UnsafeMutablePointer<UInt8> {
    if filled + count > textCapacity {
      let larger = max(textCapacity * 2, filled + count)
      let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: larger + Limits.csvBlockBytes)
      moved.initialize(from: text, count: filled)
      text.deallocate()
      text = moved
      textCapacity = larger
    }
    return text + filled
  }

  mutating func appended(_ count: Int) {
    filled += count
    textBytes += count
    // What is behind the end is read with the last block, and not looked at; but it has to be something.
    (text + filled).initialize(repeating: 0, count: Limits.csvBlockBytes)
  }

  /// Gives away the records that are finished, if there are any, and makes room for more text.
  ///
  /// - Parameter start: where the batch begins in the file.
  mutating func giveAway<E: Error>(
    from start: CSVPosition, _ body: (borrowing CSVBatch) throws(E) -> Void
  ) throws(E) {
    let count = recordCount
    rows += count
    defer { moveToFront() }
    guard count > 0 else { return }
    try body(CSVBatch(count: count, start: start, text: text, fields: fields, ends: ends, lines: lines))
  }

  /// Makes sure that the fields and records of one more block find room.
  mutating func makeRoomForBlock() {
    let fieldsNeeded = fieldCount + Limits.csvBlockBytes + 2
    if fieldsNeeded > fieldCapacity {
      let larger = max(fieldCapacity * 2, fieldsNeeded)
      fields = Self.grown(fields, from: fieldCount, to: larger)
      fieldCapacity = larger
    }
    let recordsNeeded = recordCount + Limits.csvBlockBytes + 2
    if recordsNeeded > recordCapacity {
      let larger = max(recordCapacity * 2, recordsNeeded)
      ends = Self.grown(ends, from: recordCount, to: larger)
      lines = Self.grown(lines, from: recordCount, to: larger)
      recordCapacity = larger
    }
  }

  private static func grown<Element>(
    _ old: UnsafeMutablePointer<Element>, from count: Int, to capacity: Int
  ) -> UnsafeMutablePointer<Element> {
    let new = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
    new.moveInitialize(from: old, count: count)
    old.deallocate()
    return new
  }
}
