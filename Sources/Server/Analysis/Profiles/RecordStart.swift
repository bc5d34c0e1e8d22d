internal import HoldfastAnalysis

/// Finds where records begin in a piece from the midst of a file, where nobody knows whether it begins in quotes.
///
/// Each way in which it may begin says where the first record ends, and so where the next begins; the records from there on
/// show which of them is right: those that have as many fields as there are columns.
struct RecordStart {
  let dialect: CSVDialect
  let columns: Int

  /// How a piece may begin. The first that fits all that follows is taken.
  private enum Beginning: CaseIterable {
    case outsideQuotes, insideQuotes
    /// Quotes are parts of fields here, and say nothing.
    case withoutQuotes
  }

  /// The offset of the first whole record; nil when there is none that ends in the piece.
  func find(in bytes: UnsafeRawBufferPointer) throws(CSVError) -> Int? {
    var best: (start: Int, score: Int)?
    for beginning in dialect.quote == nil ? [.withoutQuotes] : Beginning.allCases {
      guard let start = firstEnd(in: bytes, beginning) else { continue }
      let rest = UnsafeRawBufferPointer(rebasing: bytes[start...])
      let (fitting, others) = try count(rest)
      guard fitting + others > 0 else { continue }
      if others == 0 { return start }
      if best.map({ fitting - others > $0.score }) ?? true { best = (start, fitting - others) }
    }
    return best?.start
  }

  /// Whole records with as many fields as there are columns, and what does not fit: other records, and quotes at places
  /// where none should be.
  private func count(_ bytes: UnsafeRawBufferPointer) throws(CSVError) -> (fitting: Int, others: Int) {
    var dialect = dialect
    dialect.hasHeader = false
    var reader = try CSVReader(dialect: dialect)
    var counts = (fitting: 0, others: 0)
    reader.read(bytes) { batch in
      for row in 0..<batch.count {
        if batch.fieldCount(of: row) == columns { counts.fitting += 1 } else { counts.others += 1 }
      }
    }
    let problems = reader.problems
    counts.others += problems.count(of: .strayQuote) + problems.count(of: .textAfterQuote)
    return counts
  }

  /// The offset behind the first line end that ends a record.
  private func firstEnd(in bytes: UnsafeRawBufferPointer, _ beginning: Beginning) -> Int? {
    let width = dialect.encoding.unitBytes
    let quote = beginning == .withoutQuotes ? nil : dialect.quote.map { UInt16($0) }
    var isQuoted = beginning == .insideQuotes
    var place = 0
    while place + width <= bytes.count {
      let unit = unit(at: place, of: bytes)
      place += width
      switch unit {
      case quote: isQuoted.toggle()
      case UInt16(UInt8(ascii: "\\")) where dialect.escape == .backslash: place += width
      case UInt16(UInt8(ascii: "\n")) where !isQuoted: return place
      case UInt16(UInt8(ascii: "\r")) where !isQuoted:
        guard place + width <= bytes.count else { return nil }
        return self.unit(at: place, of: bytes) == UInt16(UInt8(ascii: "\n")) ? place + width : place
      default: break
      }
    }
    return nil
  }

  private func unit(at place: Int, of bytes: UnsafeRawBufferPointer) -> UInt16 {
    switch dialect.encoding {
    case .utf16LittleEndian: UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt16.self))
    case .utf16BigEndian: UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt16.self))
    case .utf8, .latin1, .windows1252: UInt16(bytes[place])
    }
  }
}

extension CSVEncoding {
  /// Bytes of what a character is made of: a place in a file that is no multiple of it is in the midst of one.
  var unitBytes: Int {
    switch self {
    case .utf16LittleEndian, .utf16BigEndian: 2
    case .utf8, .latin1, .windows1252: 1
    }
  }
}
