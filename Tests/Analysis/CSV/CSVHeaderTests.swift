import HoldfastAnalysis
import Testing

@Suite struct CSVHeaderTests {
  @Test func `a header names the columns and is no record`() throws {
    let reading = try CSVReading(Array("id,\"na\"\"me\"\n1,Ann\n".utf8), CSVDialect())
    #expect(reading.header == ["id", "na\"me"])
    #expect(reading.records.map(\.fields) == [["1", "Ann"]])
  }

  @Test func `a file of a header alone has no record`() throws {
    for text in ["id,name", "id,name\n", "\nid,name\n"] {
      let reading = try CSVReading(Array(text.utf8), CSVDialect())
      #expect(reading.header == ["id", "name"])
      #expect(reading.records.isEmpty)
    }
  }

  @Test func `an empty file has no header`() throws {
    let reading = try CSVReading([], CSVDialect())
    #expect(reading == CSVReading(header: nil, records: [], problems: []))
  }

  @Test func `columns without a header are called by their place`() throws {
    #expect(try CSVReading(Array("1,2,3\n".utf8), .plain).header == ["column_1", "column_2", "column_3"])
  }

  @Test func `each column has a name that no other has`() throws {
    let reading = try CSVReading(Array("price,price,,price_2, ,price,column_3,price\n".utf8), CSVDialect())
    #expect(
      reading.header
        == ["price", "price_3", "column_3_2", "price_2", "column_5", "price_4", "column_3", "price_5"])
    #expect(
      reading.problems == [
        "1:1 duplicateName", "1:2 emptyName", "1:4 emptyName", "1:5 duplicateName", "1:7 duplicateName",
      ])
  }

  @Test func `ten thousand columns of the same name get names in no more than a moment each`() throws {
    let reading = try CSVReading(Array(repeating: UInt8(ascii: ","), count: 9_999) + [0x0A], CSVDialect())
    #expect(reading.header.map { Set($0).count } == 10_000)
    let same = try CSVReading(Array(Array(repeating: "x", count: 10_000).joined(separator: ",").utf8), CSVDialect())
    #expect(same.header?.last == "x_10000")
  }
}
