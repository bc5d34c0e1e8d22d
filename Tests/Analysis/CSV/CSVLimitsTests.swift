import HoldfastAnalysis
import Testing

@Suite struct CSVLimitsTests {
  /// Of the usual limits, and a hundred times what smaller ones allow: as a field of 100 MB is to the usual ones.
  @Test(arguments: [(CSVLimits(), 3, 3 << 20), (CSVLimits(fieldBytes: 1 << 14, recordBytes: 1 << 16), 2, 1 << 18)])
  func `a quoted field far over its limit is cut, and takes no more memory than it may`(
    _ limits: CSVLimits, _ pieces: Int, _ bytes: Int
  ) throws {
    var reader = try CSVReader(dialect: .plain, limits: limits)
    var fields: [Int] = []
    var beginning: [UInt8] = []
    func take(_ batch: borrowing CSVBatch) {
      for row in 0..<batch.count {
        for column in 0..<batch.fieldCount(of: row) { fields.append(batch.field(row, column).bytes.count) }
      }
      if beginning.isEmpty { beginning = Array(batch.field(0, 1).bytes.prefix(8)) }
    }
    func read(_ text: String) { Array(text.utf8).withUnsafeBytes { reader.read($0, take) } }
    read("a,\"")
    let piece = Array("text, \"\"more\"\"\n".utf8) + Array(repeating: UInt8(ascii: "x"), count: 1_000_000)
    for _ in 0..<pieces { piece.withUnsafeBytes { reader.read($0, take) } }
    let held = reader.memoryBytes
    read("\",b\nc,d,e\n")
    reader.finish(take)

    #expect(held < bytes)
    #expect(fields == [1, limits.fieldBytes, 1, 1, 1, 1])
    #expect(beginning == Array("text, \"m".utf8))
    #expect(reader.problems.count == 1)
    #expect(reader.problems.first[0].kind == .fieldCut)
    #expect(reader.problems.first[0].line == 1)
    #expect(reader.rows == 2)
  }

  @Test func `a line of endless fields takes no more memory than a record may`() throws {
    var reader = try CSVReader(
      dialect: .plain, limits: CSVLimits(fieldBytes: 1_024, recordBytes: 8_192, recordFields: 100))
    var counts: [Int] = []
    func take(_ batch: borrowing CSVBatch) {
      for row in 0..<batch.count { counts.append(batch.fieldCount(of: row)) }
    }
    let piece = Array(repeating: Array("some text,\"a \"\"quoted\"\" text\",,".utf8), count: 5_000).flatMap(\.self)
    for _ in 0..<10 { piece.withUnsafeBytes { reader.read($0, take) } }
    #expect(reader.memoryBytes < 1 << 18)
    Array("end\n".utf8).withUnsafeBytes { reader.read($0, take) }
    reader.finish(take)
    #expect(counts == [100])
    #expect(reader.problems.count(of: .tooManyFields) == 1)
  }

  @Test func `ten thousand columns are no more than columns`() throws {
    let names = (0..<10_000).map { "c\($0)" }.joined(separator: ",")
    let values = (0..<10_000).map { "\($0)" }.joined(separator: ",")
    let bytes = Array((names + "\n" + values + "\n" + values + "\n").utf8)
    let reading = try CSVReading(bytes, CSVDialect(), cuts: Array(stride(from: 0, to: bytes.count, by: 7)))
    #expect(reading.header?.count == 10_000)
    #expect(reading.records.map(\.line) == [2, 3])
    #expect(reading.records[1].fields[9_999] == "9999")
    #expect(reading.problems.isEmpty)
  }

  @Test func `a field is cut before the character that does not fit`() throws {
    let limits = CSVLimits(fieldBytes: 4, recordBytes: 8)
    let reading = try CSVReading(Array("abcdé,aéé,🙂🙂\nabcé,\"🙂\",\"🙂\"\"\"\n".utf8), .plain, limits: limits)
    #expect(reading.records.map(\.fields) == [["abcd", "aé", ""], ["abc", "'🙂", "'"]])
    #expect(reading.problems == ["1:0 fieldCut", "1:1 fieldCut", "1:2 fieldCut", "2:0 fieldCut", "2:2 fieldCut"])
  }

  @Test func `of many problems the first of each kind are kept, and all are counted`() throws {
    var reader = try CSVReader(dialect: .plain, limits: CSVLimits(problemsPerKind: 2))
    let text = "a,b\n" + String(repeating: "c\n", count: 1_000) + "d,e,f\n"
    Array(text.utf8).withUnsafeBytes { reader.read($0) { _ in } }
    #expect(reader.problems.count(of: .fewerFields) == 1_000)
    #expect(
      reader.problems.first.map(\.description) == [
        "line 2: 1 fields where there are 2 columns", "line 3: 1 fields where there are 2 columns",
        "line 1002: 3 fields where there are 2 columns",
      ])
    var both = reader.problems
    both.merge(reader.problems)
    #expect(both.count == 2_002)
    #expect(both.first.map(\.line) == [2, 3, 1_002, 1_002])
  }

  @Test func `limits and dialects that cannot be are refused`() {
    for limits in [
      CSVLimits(fieldBytes: 3), CSVLimits(fieldBytes: 100, recordBytes: 99), CSVLimits(recordBytes: 1 << 40),
      CSVLimits(recordFields: 0), CSVLimits(problemsPerKind: -1),
    ] {
      #expect(throws: CSVError.self) { _ = try CSVReader(limits: limits) }
    }
    for dialect in [
      CSVDialect(delimiter: UInt8(ascii: "\"")), CSVDialect(delimiter: 0x0A), CSVDialect(quote: 0xE9),
      CSVDialect(delimiter: UInt8(ascii: "\\"), escape: .backslash), CSVDialect(delimiter: 0),
    ] {
      #expect(throws: CSVError.self) { _ = try CSVReader(dialect: dialect) }
    }
  }
}
