import Testing

@testable import HoldfastAnalysis

@Suite struct ColumnTypeTests {
  struct Case: CustomTestStringConvertible {
    var type: ColumnType
    var fields: [String?]
    var name = "column"
    var confidence = 1.0
    var testDescription: String { "\(type): \(fields.prefix(4).map { $0 ?? "\"\"" })" }
  }

  static let cases: [Case] = [
    Case(type: .integer, fields: ["1", "-2", "0", "+3", "999999999999999", "1,234,567"]),
    Case(type: .decimal, fields: ["1.5", "-.5", "5.", "1e5", "-1.25E-3", "0.001", "1,234.50", "7"]),
    Case(type: .decimal, fields: ["1,5", "2,75", "-0,5", "1.234,56", "12"]),
    Case(type: .decimal, fields: ["3.14159265358979323846", "1e300", "123456789012345678901234.5"]),
    Case(type: .identifier, fields: ["01321", "90210", "10115", "99999"]),
    Case(type: .identifier, fields: ["12345678901234567890", "12345678901234567891"]),
    Case(type: .identifier, fields: ["90210", "10115"], name: "home_zip"),
    Case(type: .integer, fields: ["90210", "10115"], name: "zipper"),
    Case(type: .identifier, fields: ["AB-1234", "CD-5678", "X9"]),
    Case(type: .phone, fields: ["+49 170 1234567", "(030) 123-4567", "555-123-4567", "+4917012345678"]),
    Case(type: .phone, fields: ["1701234567", "1709876543"], name: "homePhone"),
    Case(type: .boolean, fields: ["true", "FALSE", "Yes", "no", "t", "N"]),
    Case(type: .date, fields: ["2024-01-31", "2024/1/5", "2024.12.31", "0001-01-01", "9999-12-31"]),
    Case(type: .date, fields: ["31.01.2024", "1.2.2024", "31.12.99"]),
    Case(type: .date, fields: ["01/31/2024", "1/2/24", "12-25-2024"]),
    Case(type: .date, fields: ["31 Jan 2024", "1-Feb-2024", "March 5, 2024", "Wed, 6 Mar 2024", "Sept 1 2024"]),
    Case(
      type: .timestamp,
      fields: [
        "2024-01-31T14:30:59.123Z", "2024-01-31 14:30", "31.01.2024 09:05:00", "2024-01-31T14:30:00+01:00",
        "1/31/2024 2:30 PM", "Wed, 31 Jan 2024 14:30:00 +0100", "2024-01-31 14:30:00 UTC",
      ]),
    Case(type: .time, fields: ["14:30", "00:00:00", "2:30 pm", "23:59:59.999"]),
    Case(type: .uuid, fields: ["b03120b6-ec40-4007-a875-f38d0578b812", "93730490-C5A0-436A-A3CE-AC687758E71D"]),
    Case(type: .mail, fields: ["a@b.de", "first.last+tag@mail.example.co.uk"]),
    Case(type: .url, fields: ["https://example.com/a?b=c", "ftp://host/x", "www.example.com"]),
    Case(
      type: .text, fields: ["Hello there", "Grüße", "1 apple", "Marta", "mail me @home.today or not", "31 Foo 2024"]),
    Case(type: .empty, fields: ["", "NULL", "n/a", "NA", "-", "  ", "NaN", "None", "\\N"]),
    Case(type: .empty, fields: []),
    Case(type: .integer, fields: (1...19).map { "\($0)" } + ["many"], confidence: 0.95),
    Case(type: .text, fields: ["1", "2", "3", "some", "words"], confidence: 0.4),
  ]

  @Test(arguments: cases)
  func `a column is of the type that its values have`(_ wanted: Case) {
    let type = ColumnProfile(wanted.fields, name: wanted.name).report.type
    #expect(type.type == wanted.type, "\(type.reasons)")
    #expect(abs(type.confidence - wanted.confidence) < 0.001)
  }

  @Test(arguments: [
    "2024-02-30", "2023-02-29", "2024-13-01", "24:00", "12:60", "31.31.2024", "1.2.3.4", "555.123", "2024-01-31T",
    "2024-01-31T14:30:00+25:00", "1.2.24", "Marchy 5, 2024", "2024-01-31 noon",
  ])
  func `what is nearly a date or time is none`(field: String) {
    let type = ColumnProfile([field]).report.type.type
    #expect(![.date, .time, .timestamp].contains(type))
  }

  @Test func `a mixed column stays text and says of what it is mixed`() {
    let type = ColumnProfile(["1", "2", "3", "some", "words"]).report.type
    #expect(type.reasons == ["mixed, so kept as text", "60 % numbers", "40 % texts"])
  }

  @Test func `nulls are counted by their word, and an empty text is none`() {
    let report = ColumnProfile(["", "NULL", "null", "NA", "   ", nil, "a", ""]).report
    #expect(report.rows == 8)
    #expect(report.nulls == 6)
    #expect(report.emptyTexts == 1)
    #expect(
      report.nullWords == [("", 2), ("null", 2), (" ", 1), ("na", 1)].map { CountedText(text: $0.0, count: $0.1) })
  }

  @Test func `dates become seconds, in the order of day and month that the column has`() throws {
    let monthFirst = try #require(ColumnProfile(["01/02/2024", "01/31/2024"]).report.numbers)
    #expect(monthFirst.least == 1_704_153_600)
    let dayFirst = try #require(ColumnProfile(["01/02/2024", "31/01/2024"]).report.numbers)
    #expect(dayFirst.least == 1_706_659_200)
    #expect(dayFirst.greatest == 1_706_745_600)
    let zoned = try #require(ColumnProfile(["2024-01-31T14:30:00+01:00"]).report.numbers)
    #expect(zoned.least == 1_706_707_800)
    #expect(ColumnProfile(["01/02/2024"]).report.type.reasons.contains { $0.contains("no date tells") })
  }

  @Test func `a number with one comma is read as the others are written`() throws {
    #expect(try #require(ColumnProfile(["1,5", "1,234"]).report.numbers).least == 1.234)
    #expect(try #require(ColumnProfile(["1.5", "1,234"]).report.numbers).greatest == 1234)
  }

  @Test func `decimals are the nearest doubles`() throws {
    for text in ["0.1", "123456.789", "-0.30000000000000004", "1e-7", "9007199254740993.5", "0.000000000000000000001"] {
      #expect(try #require(ColumnProfile([text]).report.numbers).least == Double(text), "\(text)")
    }
  }
}
