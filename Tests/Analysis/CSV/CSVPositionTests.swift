import HoldfastAnalysis
import Testing

@Suite struct CSVPositionTests {
  private static let text =
    "id,näme,x\n1,\"Zoë \"\"Z\"\"\",a\r\n\n2,🙂🙂,\"b\nc\"\r3,\u{20AC} é\u{2122},\n4,\"last, one\",d"

  static func encoded(_ encoding: CSVEncoding) -> [UInt8] {
    switch encoding {
    case .utf8: return [0xEF, 0xBB, 0xBF] + text.utf8
    case .utf16LittleEndian: return [0xFF, 0xFE] + text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    case .utf16BigEndian: return text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    case .latin1: return text.unicodeScalars.map { UInt8(exactly: $0.value) ?? 0x80 }
    case .windows1252: return text.unicodeScalars.map { UInt8(exactly: $0.value) ?? 0x99 }
    }
  }

  /// Records from a position on, and the positions of the batches that they came in.
  private static func read(
    _ bytes: [UInt8], _ dialect: CSVDialect, header: CSVHeader? = nil, from start: CSVPosition = .start, pieces: Int
  ) throws -> (records: [String], header: CSVHeader?, positions: [CSVPosition]) {
    var reader = try CSVReader(dialect: dialect, header: header, from: start)
    var records: [String] = []
    var positions: [CSVPosition] = []
    func take(_ batch: borrowing CSVBatch) {
      positions.append(batch.start)
      for row in 0..<batch.count {
        let fields = (0..<batch.fieldCount(of: row)).map { batch.field(row, $0).text }
        records.append("\(batch.firstRow + row) \(batch.line(of: row)) \(fields)")
      }
    }
    for begin in stride(from: start.offset, to: bytes.count, by: pieces) {
      bytes[begin..<min(bytes.count, begin + pieces)].withUnsafeBytes { reader.read($0, take) }
      positions.append(reader.position)
    }
    reader.finish(take)
    #expect(reader.position.offset == bytes.count)
    #expect(reader.position.row == reader.rows)
    return (records, reader.header, positions)
  }

  @Test(arguments: CSVEncoding.allCases, [1, 2, 3, 5, 7, 1_000])
  func `another reader goes on at any position`(_ encoding: CSVEncoding, pieces: Int) throws {
    let bytes = Self.encoded(encoding)
    let dialect = CSVDialect(encoding: encoding)
    let whole = try Self.read(bytes, dialect, pieces: pieces)
    #expect(whole.records.count == 4)
    #expect(whole.positions.contains { $0.row > 0 && $0.offset < bytes.count })
    for position in Set(whole.positions.map(\.row)).compactMap({ row in whole.positions.last { $0.row == row } }) {
      guard position.offset > 0 else { continue }
      let rest = try Self.read(bytes, dialect, header: whole.header, from: position, pieces: 4)
      #expect(rest.records == Array(whole.records[position.row...]), "\(position)")
    }
  }

  @Test func `an encoding makes no difference to what is read`() throws {
    let read = try Self.read(Self.encoded(.utf8), CSVDialect(), pieces: 9)
    #expect(read.header?.names == ["id", "näme", "x"])
    #expect(
      read.records == [
        #"0 2 ["1", "Zoë \"Z\"", "a"]"#, #"1 4 ["2", "🙂🙂", "b\nc"]"#, #"2 6 ["3", "€ é™", ""]"#,
        #"3 7 ["4", "last, one", "d"]"#,
      ])
    for encoding in [CSVEncoding.utf16LittleEndian, .utf16BigEndian] {
      for pieces in 1..<12 {
        #expect(
          try Self.read(Self.encoded(encoding), CSVDialect(encoding: encoding), pieces: pieces).records == read.records)
      }
    }
    let single = try Self.read(Self.encoded(.windows1252), CSVDialect(encoding: .windows1252), pieces: 2)
    #expect(single.records[2] == #"2 6 ["3", "™ é™", ""]"#)
  }

  @Test func `halves of surrogate pairs are reported`() throws {
    let units: [UInt16] = [0x61, 0xD83D, 0x2C, 0xDE00, 0xD83D, 0xD83D, 0xDE00, 0x0A, 0xDC00, 0x2C, 0xD83D]
    for extra in [[], [UInt8(0x41)]] {
      let bytes = units.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] } + extra
      let dialect = CSVDialect(hasHeader: false, encoding: .utf16LittleEndian)
      for pieces in 1..<8 {
        let reading = try CSVReading(bytes, dialect, cuts: Array(stride(from: pieces, to: bytes.count, by: pieces)))
        #expect(
          reading.problems == ["1 badBytes", "1 badBytes", "1 badBytes", "2 badBytes", "2 badBytes"]
            + (extra.isEmpty ? [] : ["2 badBytes"]))
        #expect(reading.records.count == 2)
        #expect(reading.records[0].fields[1].hasSuffix("😀"))
      }
    }
  }
}
