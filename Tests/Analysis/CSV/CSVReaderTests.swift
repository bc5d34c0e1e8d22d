import HoldfastAnalysis
import Testing

@Suite struct CSVReaderTests {
  struct Case: CustomTestStringConvertible {
    var name: String
    var text: String
    var records: [[String]]
    var lines: [Int]?
    var problems: [String] = []
    var dialect = CSVDialect.plain
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(name: "an empty file", text: "", records: []),
    Case(name: "one field", text: "a", records: [["a"]]),
    Case(name: "a last line without line end", text: "a,b\nc,d", records: [["a", "b"], ["c", "d"]], lines: [1, 2]),
    Case(name: "CRLF", text: "a,b\r\nc,d\r\n", records: [["a", "b"], ["c", "d"]], lines: [1, 2]),
    Case(name: "CR alone", text: "a,b\rc,d\r", records: [["a", "b"], ["c", "d"]], lines: [1, 2]),
    Case(
      name: "mixed line ends", text: "a\rb\nc\r\nd\n\re", records: [["a"], ["b"], ["c"], ["d"], [""], ["e"]],
      lines: [1, 2, 3, 4, 5, 6]),
    Case(name: "empty fields", text: ",\n,,\n", records: [["", ""], ["", "", ""]], problems: ["2 moreFields"]),
    Case(name: "a delimiter at the end", text: "a,", records: [["a", ""]]),
    Case(
      name: "quotes", text: "\"a\",\"b,c\"\n\"\",\"d\ne\"\nf,g",
      records: [["'a", "'b,c"], ["'", "'d\ne"], ["f", "g"]], lines: [1, 2, 4]),
    Case(
      name: "doubled quotes", text: "\"a\"\"b\",\"\"\"\"\n\"\"\"c\"\"\",d\n",
      records: [["'a\"b", "'\""], ["'\"c\"", "d"]]),
    Case(name: "only doubled quotes", text: "\"\"\"\"\"\"\"\"\"\"", records: [["'\"\"\"\""]]),
    Case(
      name: "CRLF in quotes counts one line", text: "\"a\r\nb\r\n\"\n\"c\rd\ne\"\nf",
      records: [["'a\r\nb\r\n"], ["'c\rd\ne"], ["f"]], lines: [1, 4, 7]),
    Case(
      name: "an empty line between records", text: "a,b\n\nc,d\n\n", records: [["a", "b"], ["c", "d"]], lines: [1, 3],
      problems: ["2 emptyLine", "4 emptyLine"]),
    Case(name: "an empty line of one column", text: "a\n\nb\n", records: [["a"], [""], ["b"]], lines: [1, 2, 3]),
    Case(name: "an empty first line", text: "\na,b\n", records: [["a", "b"]], lines: [2], problems: ["1 emptyLine"]),
    Case(
      name: "an empty text is no empty line", text: "a,b\n\"\"\n", records: [["a", "b"], ["'"]],
      problems: ["2 fewerFields"]),
    Case(
      name: "ragged records", text: "a,b\nc\nd,e,f\n", records: [["a", "b"], ["c"], ["d", "e", "f"]],
      problems: ["2 fewerFields", "3 moreFields"]),
    Case(
      name: "a blank before a quote", text: "a, \"b\"\n", records: [["a", " \"b\""]],
      problems: ["1:1 strayQuote", "1:1 strayQuote"]),
    Case(name: "a quote in a field", text: "a,5\" disk\n", records: [["a", "5\" disk"]], problems: ["1:1 strayQuote"]),
    Case(
      name: "text after a quote", text: "\"a\"b,\"c\" \n\"d\"\"\"e\"f", records: [["'ab", "'c "], ["'d\"e\"f"]],
      problems: ["1:0 textAfterQuote", "1:1 textAfterQuote", "2:0 textAfterQuote", "2:0 strayQuote", "2 fewerFields"]),
    Case(
      name: "an unclosed quote", text: "a,b\nc,\"d\ne,f\n", records: [["a", "b"], ["c", "'d\ne,f\n"]],
      problems: ["2:1 unclosedQuote"]),
    Case(name: "an unclosed quote at the end", text: "a,\"", records: [["a", "'"]], problems: ["1:1 unclosedQuote"]),
    Case(name: "a NUL", text: "a,b\n\"x\n\0\",c\n", records: [["a", "b"], ["'x\n\0", "c"]], problems: ["3 nul"]),
    Case(
      name: "other characters than ASCII", text: "zürich,東京,🙂\né,\"ß\"\"ß\",ÿ\n",
      records: [["zürich", "東京", "🙂"], ["é", "'ß\"ß", "ÿ"]]),
    Case(
      name: "backslashes mean nothing by themselves", text: "a\\,b\n\"\\\",c", records: [["a\\", "b"], ["'\\", "c"]]),
    Case(
      name: "backslashes as escapes", text: #"a\,b,"c\"d","e""f",\\,\n"# + "\n",
      records: [["a,b", "'c\"d", "'e\"f", "\\", "n"]], dialect: CSVDialect(escape: .backslash, hasHeader: false)),
    Case(
      name: "escaped line ends", text: "a\\\nb,\"c\\\r\nd\"\ne\\\r\nf,g",
      records: [["a\nb", "'c\r\nd"], ["e\r\nf", "g"]], lines: [1, 4],
      dialect: CSVDialect(escape: .backslash, hasHeader: false)),
    Case(
      name: "escapes before what is checked", text: "a\\\0,b\\éc\\東\n", records: [["a\0", "béc東"]], problems: ["1 nul"],
      dialect: CSVDialect(escape: .backslash, hasHeader: false)),
    Case(
      name: "an escape at the end", text: "a\\", records: [["a\\"]], problems: ["1:0 danglingEscape"],
      dialect: CSVDialect(escape: .backslash, hasHeader: false)),
    Case(
      name: "an escaped quote at the beginning", text: #"\"a,b"#, records: [["\"a", "b"]],
      dialect: CSVDialect(escape: .backslash, hasHeader: false)),
    Case(
      name: "no quotes at all", text: "\"a,b\"\n", records: [["\"a", "b\""]],
      dialect: CSVDialect(quote: nil, hasHeader: false)),
    Case(
      name: "single quotes and bars", text: "'a|b'|c\"d\n''|'e''f'", records: [["'a|b", "c\"d"], ["'", "'e'f"]],
      dialect: CSVDialect(delimiter: UInt8(ascii: "|"), quote: UInt8(ascii: "'"), hasHeader: false)),
    Case(
      name: "tabs", text: "a\tb,c\n", records: [["a", "b,c"]], dialect: CSVDialect(delimiter: 0x09, hasHeader: false)),
    Case(
      name: "fields around the bounds of a block",
      text: String(repeating: "x", count: 62) + ",\"" + String(repeating: "y", count: 61) + "\"\"z\"\r\n"
        + String(repeating: "w", count: 63) + ",\r\n",
      records: [
        [String(repeating: "x", count: 62), "'" + String(repeating: "y", count: 61) + "\"z"],
        [String(repeating: "w", count: 63), ""],
      ], lines: [1, 2]),
  ]

  @Test(arguments: cases)
  func `a text becomes the records that stand in it`(_ example: Case) throws {
    let reading = try CSVReading(Array(example.text.utf8), example.dialect)
    #expect(reading.records.map(\.fields) == example.records)
    #expect(reading.problems == example.problems)
    if let lines = example.lines { #expect(reading.records.map(\.line) == lines) }
  }

  @Test(arguments: cases)
  func `where the bytes are cut makes no difference`(_ example: Case) throws {
    let bytes = Array(example.text.utf8)
    let whole = try CSVReading(bytes, example.dialect)
    #expect(try CSVReading(bytes, example.dialect, cuts: Array(bytes.indices)) == whole)
    for cut in bytes.indices { #expect(try CSVReading(bytes, example.dialect, cuts: [cut]) == whole, "cut at \(cut)") }
  }

  @Test(arguments: cases)
  func `where the blocks of the fast reader begin makes no difference`(_ example: Case) throws {
    for shift in 0..<66 {
      let bytes = Array(repeating: UInt8(ascii: "x"), count: shift) + [example.dialect.delimiter] + example.text.utf8
      let reading = try CSVReading(bytes, example.dialect)
      let slow = SlowCSV.read(bytes, example.dialect, limits: CSVLimits())
      #expect(reading.records == slow.records, "shifted by \(shift)")
      #expect(reading.problems.sorted() == slow.problems.sorted(), "shifted by \(shift)")
    }
  }

  @Test(arguments: cases)
  func `the slow reader says the same`(_ example: Case) throws {
    let bytes = Array(example.text.utf8)
    let reading = try CSVReading(bytes, example.dialect)
    let slow = SlowCSV.read(bytes, example.dialect, limits: CSVLimits())
    #expect(reading.records == slow.records)
    #expect(reading.problems.sorted() == slow.problems.sorted())
  }
}
