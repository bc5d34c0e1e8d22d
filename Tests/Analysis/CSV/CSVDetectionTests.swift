import HoldfastAnalysis
import Testing

@Suite struct CSVDetectionTests {
  static func detect(_ bytes: [UInt8], isWhole: Bool = true) throws -> CSVDetection {
    try bytes.withUnsafeBytes { try CSVDetection.detect(prefix: $0, isWhole: isWhole) }
  }

  struct Case: CustomTestStringConvertible {
    var text: String
    var delimiter: Character = ","
    var quote: Character? = "\""
    var escape = CSVDialect.Escape.doubled
    var header = true
    var testDescription: String { String(text.prefix(60)) }
  }

  static let cases: [Case] = [
    Case(text: "id,name,age\n1,Ann,30\n2,Bob,41\n"),
    Case(text: "id;name;price\n1;Ann, the first;3,50\n2;Bob;4,25\n3;Eve, and more, still;1,00\n", delimiter: ";"),
    Case(text: "price;weight\n1,5;2,5\n3,5;4,5\n", delimiter: ";"),
    Case(text: "id\tname\ttext\n1\tAnn\tHello, world\n2\tBob\tIt's \"fine\"\n", delimiter: "\t"),
    Case(text: "id|at|what\n1|12:30|a, b\n2|13:45|c\n", delimiter: "|"),
    Case(text: "id:name:age\n1:Ann:30\n2:Bob:41\n", delimiter: ":"),
    Case(text: "id~name~age\n1~Ann~30\n2~Bob~41\n", delimiter: "~"),
    Case(text: "id\u{1}name\u{1}age\n1\u{1}Ann\u{1}30\n2\u{1}Bob\u{1}41\n", delimiter: "\u{1}"),
    Case(text: "1,Ann,30\n2,Bob,41\n3,Eve,27\n", header: false),
    Case(text: "Ann,red\nBob,blue\nEve,red\nAnn,red\n", header: false),
    Case(text: "'id','text'\n'1','a,b'\n'2','c''d,e'\n", quote: "'"),
    Case(text: "id,text\n1,\"a \\\"b\\\" c, d\"\n2,\"e, \\\"f\\\"\"\n", escape: .backslash),
    Case(text: "id,path\n1,\"C:\\dir\\\"\n2,\"D:\\a, b\\\"\n"),
    Case(text: "id,text\n1,\"a,b\nc,d,e\"\n2,\"f\"\"g\nh\"\n"),
    Case(text: "text\nIt was good, really.\nI liked it.\nWell, no, not at all.\n", delimiter: ";"),
    Case(text: "name\nAnn\nBob\n"),
    Case(text: "id,name,email\n"),
    Case(text: "id,name,age\r\n1,Ann,30\r\n2,Bob\r\n3,Eve,30\r\n"),
    Case(text: "review,stars\n\"Good, but a bit long\",3\n\"I didn't like it\",1\n", header: true),
    Case(text: "date,time\n2024-01-02,12:30\n2024-01-03,13:30\n"),
  ]

  @Test(arguments: cases)
  func `delimiter, quotes and header are found`(_ example: Case) throws {
    for (encoding, bytes) in Self.encoded(example.text) {
      let found = try Self.detect(bytes)
      #expect(found.dialect.encoding == encoding)
      let isOneColumn = found.reasons.contains { $0.contains("one column") }
      if !isOneColumn { #expect(found.dialect.delimiter == example.delimiter.asciiValue, "\(found)") }
      #expect(found.dialect.quote == example.quote?.asciiValue, "\(found)")
      #expect(found.dialect.escape == example.escape, "\(found)")
      #expect(found.dialect.hasHeader == example.header, "\(found)")
    }
  }

  private static func encoded(_ text: String) -> [(CSVEncoding, [UInt8])] {
    let little = text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    let big = text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    return [
      (.utf8, Array(text.utf8)), (.utf8, [0xEF, 0xBB, 0xBF] + text.utf8), (.utf16LittleEndian, little),
      (.utf16LittleEndian, [0xFF, 0xFE] + little), (.utf16BigEndian, big), (.utf16BigEndian, [0xFE, 0xFF] + big),
    ]
  }

  @Test func `a single column of text is not split at its commas`() throws {
    let found = try Self.detect(Array("text\nIt was good, really.\nI liked it.\nWell, no, not at all.\n".utf8))
    #expect(found.dialect.delimiter != UInt8(ascii: ","))
    #expect(found.reasons[1] == "no delimiter splits the records evenly: one column")
  }

  @Test func `quotes are quotes also where each value has as many delimiters in it`() throws {
    let values = ["It was great, and I love it, truly.", "It was bad, and late, and wrong."]
    let rows = (0..<200).map { row in
      "\(row)," + Array(repeating: "\"\(values[row % 2])\"", count: 5).joined(separator: ",")
    }
    let found = try Self.detect(Array(("id,a,b,c,d,e\n" + rows.joined(separator: "\n") + "\n").utf8))
    #expect(found.dialect.delimiter == UInt8(ascii: ","))
    #expect(found.dialect.quote == UInt8(ascii: "\""))
    #expect(found.dialect.hasHeader)
  }

  @Test func `an encoding is told by its bytes`() throws {
    #expect(try Self.detect(Array("name\nzürich\n".utf8)).dialect.encoding == .utf8)
    #expect(try Self.detect(Array("name\nz".utf8) + [0xFC] + Array("rich\n".utf8)).dialect.encoding == .latin1)
    #expect(try Self.detect(Array("a\n".utf8) + [0x93, 0x61, 0x94, 0xFC, 0x0A]).dialect.encoding == .windows1252)
    #expect(try Self.detect(Array("a\n".utf8) + [0x81, 0x93, 0x0A]).dialect.encoding == .latin1)
    let mixed = try Self.detect(Array("name\nzürich\nköln\n".utf8) + [0xFC, 0x0A])
    #expect(mixed.dialect.encoding == .utf8)
    #expect(mixed.encodingConfidence < 0.8)
    #expect(mixed.reasons[0] == "2 characters beyond ASCII are UTF-8, and 1 are not: encodings are mixed")
    let cutOff = try Self.detect(Array("name\nzürich\nz".utf8) + [0xC3], isWhole: false)
    #expect(cutOff.dialect.encoding == .utf8)
    #expect(cutOff.encodingConfidence > 0.9)
  }

  @Test func `UTF-16 of scripts without zeros is told by its delimiters`() throws {
    let text = "番号,名前\n一,東京都千代田区\n二,大阪府大阪市\n"
    let little = text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    #expect(try Self.detect(little).dialect.encoding == .utf16LittleEndian)
  }

  @Test func `an empty file has the usual dialect, without a header`() throws {
    let found = try Self.detect([])
    #expect(found.dialect == CSVDialect(hasHeader: false))
    #expect(found.delimiterConfidence == 0)
    let marked = try Self.detect([0xEF, 0xBB, 0xBF])
    #expect(marked.hasByteOrderMark)
    #expect(marked.dialect == CSVDialect(hasHeader: false))
  }

  @Test func `of a cut file the last record is not counted`() throws {
    let found = try Self.detect(Array("id,name\n1,Ann\n2,Bob\n3".utf8), isWhole: false)
    #expect(found.reasons[1] == "100 % of 3 records have 2 fields separated by ‘,’, quoted with ‘\"’")
  }

  static let binaries: [(start: [UInt8], name: String)] = [
    ([0x1F, 0x8B, 8, 0, 0, 0], "gzip"), (Array("PK\u{3}\u{4}....mimetype".utf8), "a zip archive"),
    (Array("PK\u{3}\u{4}....xl/workbook.xml".utf8), "an Excel workbook (xlsx)"),
    ([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], "an old Office document (xls)"),
    (Array("%PDF-1.7\n".utf8), "a PDF"), (Array("PAR1\u{15}\u{4}".utf8), "a Parquet file"),
    (Array("SQLite format 3\u{0}".utf8), "an SQLite database"), ([0x28, 0xB5, 0x2F, 0xFD], "zstd"),
    (Array(repeating: 0, count: 257) + Array("ustar\u{0}00".utf8), "a tar archive"),
    ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], "a PNG image"), (Array("GIF89a\u{10}\u{0}".utf8), "a GIF image"),
    (Array("<!DOCTYPE html>\n<html>".utf8), "a web page (HTML)"),
    (Array("\n <HTML lang=en>".utf8), "a web page (HTML)"),
    (Array("<?xml version=\"1.0\"?>".utf8), "XML"), (Array("{\\rtf1\\ansi".utf8), "a document (RTF)"),
    (Array(#"{"id": 1, "name": "Ann, \"A\"", "tags": [], "at": {}}"#.utf8), "JSON"),
    ([0xEF, 0xBB, 0xBF] + Array("[{\"id\": -1.5e3}, [true, nul".utf8), "JSON"), (Array("[1, 2, 3]\n".utf8), "JSON"),
    (Array("{\"id\": 1}\n{\"id\": 2}\n{\"i".utf8), "JSON in lines"),
  ]

  @Test(arguments: binaries)
  func `what is no text is refused by its name`(_ start: [UInt8], _ name: String) throws {
    let error = #expect(throws: CSVError.self) { try Self.detect(start) }
    #expect(error?.code == .notText)
    #expect(error?.message.hasPrefix("the data is \(name), ") == true, "\(String(describing: error))")
  }

  @Test(arguments: [
    "[id],[name]\n[1],[Ann]\n", "{id},{name}\n1,Ann\n", "{\"a\":1}\tx\n{\"a\":2}\ty\n", "[1],[2]\n[3],[4]\n",
    "[nil]\n[x]\n",
    "{\"a\",\"b\"}\n", "{\"a\":1,2\n", "[1}\n", "<5,>6\n1,2\n", "GIF8\n1\n", "ORC\n1\n", "PAR1,PAR2\n1,2\n",
  ])
  func `what only begins like another format is separated text`(_ text: String) throws {
    #expect(try Self.detect(Array(text.utf8)).dialect.encoding == .utf8)
  }

  @Test(arguments: [1, 3, 100])
  func `a quote that nothing closes does not make the others text`(_ good: Int) throws {
    let texts = ["\"short, and good\"", "\"good\"", "\"said \"\"no\"\", twice\"", "plain"]
    let lines = (0..<good).map { "\($0),\(texts[$0 % 3]),\(texts[3])\n" }.joined()
    for end in ["\(good),\"cut off", "\(good),\"cut off\n", "\(good),ok,\"cut, off", "\(good),\"cut\noff, here"] {
      let found = try Self.detect(Array(("id,text,more\n" + lines + end).utf8))
      #expect(found.dialect == CSVDialect(), "\(end) \(found)")
    }
  }

  @Test func `quotes that open and never close are text`() throws {
    for text in ["size,price\n\"5 inch,1\n7 inch,2\n8 inch,3\n9 inch,3\n", "a,\"\nb,1\nc,2\nd,3\ne,4\n"] {
      let found = try Self.detect(Array(text.utf8))
      #expect(found.dialect.quote == nil, "\(found)")
      #expect(found.dialect.delimiter == UInt8(ascii: ","), "\(found)")
    }
  }

  @Test func `what has no name but is no text is refused`() throws {
    var random = SeededGenerator(state: 4)
    let noise = (0..<4_096).map { _ in UInt8.random(in: 0...255, using: &random) }
    #expect(throws: CSVError.self) { try Self.detect(noise) }
    #expect(throws: CSVError.self) { try Self.detect(Array(repeating: 0, count: 4_096)) }
    let wide = "id,name\n".unicodeScalars.flatMap { scalar -> [UInt8] in [UInt8(scalar.value), 0, 0, 0] }
    let error = #expect(throws: CSVError.self) { try Self.detect(wide) }
    #expect(error?.code == .unsupportedEncoding)
  }

  @Test func `a NUL or two do not make a file binary`() throws {
    let found = try Self.detect(Array("id,name\n1,An\u{0}n\n2,B\u{0}ob\n3,Eve\n4,Max\n5,Ida\n".utf8))
    #expect(found.dialect.encoding == .utf8)
    #expect(found.dialect.delimiter == UInt8(ascii: ","))
  }
}
