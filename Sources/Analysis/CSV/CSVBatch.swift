/// Records that were read together. It is there only while the reader calls: what has to stay is copied.
///
/// The text of all fields is UTF-8 without quotes and escapes. A field is found by two look-ups, and nothing is
/// allocated.
public struct CSVBatch: ~Copyable {
  /// Records of this batch; at least one.
  public let count: Int
  /// Where they begin in the file, or earlier where nothing but lines that are no records is in between.
  public let start: CSVPosition

  @usableFromInline let text: UnsafePointer<UInt8>
  @usableFromInline let fields: UnsafePointer<PackedField>
  /// For each record the number of fields up to its end, and the line that it begins on.
  @usableFromInline let ends: UnsafePointer<UInt32>
  @usableFromInline let lines: UnsafePointer<Int>

  /// The number of the first record in the file, from 0. The header is none of them.
  public var firstRow: Int { start.row }

  /// The line of the file, from 1, that the record begins on.
  @inlinable
  public func line(of row: Int) -> Int {
    precondition(row >= 0 && row < count, "a batch has no record \(row)")
    return lines[row]
  }

  /// As many as stand in the file, which may be fewer or more than there are columns.
  @inlinable
  public func fieldCount(of row: Int) -> Int {
    precondition(row >= 0 && row < count, "a batch has no record \(row)")
    return Int(ends[row]) - firstField(of: row)
  }

  /// A field of a record. One that the record is too short for is empty and not quoted.
  @inlinable
  public func field(_ row: Int, _ column: Int) -> CSVField {
    precondition(row >= 0 && row < count && column >= 0, "a batch has no field (\(row), \(column))")
    let index = firstField(of: row) + column
    guard index < Int(ends[row]) else {
      return CSVField(bytes: UnsafeRawBufferPointer(start: text, count: 0), isQuoted: false)
    }
    let field = fields[index]
    return CSVField(
      bytes: UnsafeRawBufferPointer(start: text + field.start, count: field.count), isQuoted: field.isQuoted)
  }

  @usableFromInline
  func firstField(of row: Int) -> Int {
    row == 0 ? 0 : Int(ends[row - 1])
  }
}

/// The text of one field.
public struct CSVField {
  /// UTF-8, but for bytes that were reported as bad. Valid as long as the batch is.
  public let bytes: UnsafeRawBufferPointer
  /// Whether it stood in quotes: `""` is an empty text, where nothing at all may mean that there is no value.
  public let isQuoted: Bool

  @usableFromInline
  init(bytes: UnsafeRawBufferPointer, isQuoted: Bool) {
    self.bytes = bytes
    self.isQuoted = isQuoted
  }

  /// A copy; bad bytes become replacement characters.
  public var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// Where a field is in the text of its batch, in eight bytes:
///
///     bits 0–31   where it begins
///     bits 32–62  its bytes
///     bit 63      whether it stood in quotes
@usableFromInline
struct PackedField {
  @usableFromInline var bits: UInt64

  @inline(__always)
  init(start: Int, count: Int, quoted: UInt64) {
    bits = UInt64(truncatingIfNeeded: start) | UInt64(truncatingIfNeeded: count) << 32 | quoted << 63
  }

  @inlinable var start: Int { Int(truncatingIfNeeded: bits & 0xFFFF_FFFF) }
  @inlinable var count: Int { Int(truncatingIfNeeded: bits >> 32 & 0x7FFF_FFFF) }
  @inlinable var isQuoted: Bool { bits >> 63 != 0 }
  var end: Int { start + count }

  /// The same field after its text was moved towards the beginning.
  func moved(by bytes: Int) -> Self {
    var moved = self
    moved.bits -= UInt64(truncatingIfNeeded: bytes)
    return moved
  }
}
