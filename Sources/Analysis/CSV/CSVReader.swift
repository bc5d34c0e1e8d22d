/// Splits a file of separated fields as its bytes come: in any pieces, with memory that does not grow with it.
///
///     var reader = try CSVReader(dialect: detection.dialect)
///     while let bytes = next() {
///       reader.read(bytes) { batch in
///         for row in 0..<batch.count { use(batch.field(row, 0).text) }
///       }
///     }
///     reader.finish { batch in … }
///
/// What it keeps to:
/// - A record ends with LF, CR or CRLF that is not in quotes. The last one needs no line end. An empty line is a record,
///   with one empty field, only where there is one column; elsewhere it is reported and left out.
/// - A field that begins with a quote ends with the next that is not doubled (or escaped). Blanks belong to their fields.
/// - The first record says how many columns there are. One that has fewer or more fields is reported, and given as it is.
/// - Whatever is wrong is reported with its line, see ``CSVProblem/Kind``, and what is made of it stands there.
public struct CSVReader: ~Copyable, @unchecked Sendable {
  // Sendable: the buffers of the scanner belong to this value alone, and it is not copied.
  private var scanner: CSVScanner
  private var transcoder: CSVTranscoder

  /// The first record that was not given away yet.
  public private(set) var position: CSVPosition
  /// Bytes of the file up to the end of what was read.
  private var bytesRead: Int

  /// - Throws: for a dialect or limits that cannot be.
  public init(dialect: CSVDialect = CSVDialect(), limits: CSVLimits = CSVLimits()) throws(CSVError) {
    try self.init(dialect: dialect, limits: limits, header: nil, from: .start)
  }

  /// A reader that goes on where another was: the bytes that it is given begin at the position's offset.
  ///
  /// - Parameter header: the other's header. Problems are counted from here on.
  /// - Throws: for a dialect or limits that cannot be.
  public init(
    dialect: CSVDialect, limits: CSVLimits = CSVLimits(), header: CSVHeader?, from position: CSVPosition
  ) throws(CSVError) {
    try dialect.validate()
    try limits.validate()
    scanner = CSVScanner(dialect: dialect, limits: limits, header: header, line: position.line, row: position.row)
    transcoder = CSVTranscoder(encoding: dialect.encoding, atStart: position.offset == 0)
    self.position = position
    bytesRead = position.offset
  }

  public var dialect: CSVDialect { scanner.dialect }
  /// The names of the columns, as soon as the first record was read.
  public var header: CSVHeader? { scanner.header }
  public var problems: CSVProblems { scanner.problems }
  /// Records that were given away, without the header.
  public var rows: Int { scanner.rows }

  /// What text and places of fields take at the moment. It grows with the longest record, up to some three times what
  /// the limits allow one, and not with the file.
  public var memoryBytes: Int { scanner.memoryBytes }

  /// Takes the next bytes of the file, and gives away the records that end in them, in batches.
  ///
  /// - Throws: what `body` throws. Bytes after that batch are then not read; another reader can go on at ``position``.
  public mutating func read<E: Error>(
    _ bytes: UnsafeRawBufferPointer, _ body: (borrowing CSVBatch) throws(E) -> Void
  ) throws(E) {
    var start = 0
    while start < bytes.count {
      let piece = UnsafeRawBufferPointer(rebasing: bytes[start..<min(bytes.count, start + Limits.csvPieceBytes)])
      start += piece.count
      let heldBefore = transcoder.heldCount
      let room = scanner.room(for: transcoder.mostBytes(for: piece.count))
      scanner.appended(transcoder.append(piece, to: room))
      bytesRead += piece.count
      let recordOffset = scanner.recordOffset
      scanner.split(isLast: false)
      let left =
        scanner.recordOffset == recordOffset
        ? bytesRead - position.offset
        : transcoder.sourceBytes(
          ofLast: scanner.textBytes - scanner.recordOffset, of: piece, heldBefore: heldBefore)
      try giveAway(left: left, body)
    }
  }

  /// Says that there are no more bytes, and gives away what is left.
  public mutating func finish<E: Error>(_ body: (borrowing CSVBatch) throws(E) -> Void) throws(E) {
    let room = scanner.room(for: transcoder.mostBytes(for: 0))
    scanner.appended(transcoder.finish(to: room))
    scanner.split(isLast: true)
    try giveAway(left: 0, body)
  }

  /// - Parameter left: bytes that were read and belong to no record that is given away.
  private mutating func giveAway<E: Error>(
    left: Int, _ body: (borrowing CSVBatch) throws(E) -> Void
  ) throws(E) {
    let start = position
    position = CSVPosition(
      offset: bytesRead - left, line: scanner.recordLine, row: scanner.rows + scanner.recordCount)
    try scanner.giveAway(from: start, body)
  }
}
