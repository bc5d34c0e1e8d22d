/// A format that is no separated text, though a file of it may be called so: told by what its files begin with.
struct ForeignFormat {
  var name: String
  var advice: String

  static func found(in bytes: UnsafeRawBufferPointer) -> ForeignFormat? {
    if bytes.starts(with: Array("PK\u{3}\u{4}".utf8)) || bytes.starts(with: Array("PK\u{5}\u{6}".utf8)) {
      return archive(bytes)
    }
    for (start, name, advice) in starts where bytes.starts(with: start) && !isWord(start, in: bytes) {
      return ForeignFormat(name: name, advice: advice)
    }
    if bytes.count >= 262, bytes[257..<262].elementsEqual("ustar".utf8) {
      return ForeignFormat(name: "a tar archive", advice: unpack)
    }
    return markup(bytes) ?? JSONBeginning.format(of: bytes)
  }

  /// Formats that are text, but not this: pages that a server sent instead of a file, above all.
  private static func markup(_ bytes: UnsafeRawBufferPointer) -> ForeignFormat? {
    let text = bytes.drop { [0xEF, 0xBB, 0xBF, 0x20, ASCII.tab, ASCII.lineFeed, ASCII.carriageReturn].contains($0) }
    let beginning = String(decoding: text.prefix(16), as: UTF8.self).lowercased()
    for (start, name, advice) in markups where beginning.hasPrefix(start) {
      return ForeignFormat(name: name, advice: advice)
    }
    return nil
  }

  private static let markups: [(start: String, name: String, advice: String)] = [
    ("<!doctype html", "a web page (HTML)", "download the file itself, which may need a login"),
    ("<html", "a web page (HTML)", "download the file itself, which may need a login"),
    ("<?xml", "XML", export), ("{\\rtf", "a document (RTF)", export),
  ]

  /// Whether a beginning is only the first word of a text, as `GIF8` may be the name of a column: the formats that begin
  /// with a word go on with bytes that are in no text.
  private static func isWord(_ start: [UInt8], in bytes: UnsafeRawBufferPointer) -> Bool {
    func isOfText(_ byte: UInt8) -> Bool {
      byte >= 0x20 && byte < 0x7F || [ASCII.tab, ASCII.lineFeed, ASCII.carriageReturn].contains(byte)
    }
    return start.allSatisfy { isOfText($0) && $0 != UInt8(ascii: "%") } && bytes.prefix(64).allSatisfy(isOfText)
  }

  private static let unpack = "unpack it first"
  private static let export = "export it as CSV first"

  private static let starts: [(start: [UInt8], name: String, advice: String)] = [
    ([0x1F, 0x8B], "gzip", unpack),
    (Array("BZh".utf8), "bzip2", unpack),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], "xz", unpack),
    ([0x28, 0xB5, 0x2F, 0xFD], "zstd", unpack),
    ([0x04, 0x22, 0x4D, 0x18], "lz4", unpack),
    ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "a 7z archive", unpack),
    (Array("Rar!\u{1A}\u{7}".utf8), "a rar archive", unpack),
    ([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], "an old Office document (xls)", export),
    (Array("%PDF-".utf8), "a PDF", export),
    (Array("PAR1".utf8), "a Parquet file", export),
    (Array("ARROW1".utf8), "an Arrow file", export),
    (Array("ORC".utf8) + [0x0A], "an ORC file", export),
    (Array("Obj\u{1}".utf8), "an Avro file", export),
    (Array("SQLite format 3\u{0}".utf8), "an SQLite database", export),
    ([0x89, 0x50, 0x4E, 0x47], "a PNG image", export),
    ([0xFF, 0xD8, 0xFF], "a JPEG image", export),
    (Array("GIF8".utf8), "a GIF image", export),
    ([0x7F, 0x45, 0x4C, 0x46], "a program", export),
  ]

  /// Zip, and the documents that are zips: told by the names of what is in them.
  private static func archive(_ bytes: UnsafeRawBufferPointer) -> ForeignFormat {
    let names: [(part: String, name: String)] = [
      ("xl/", "an Excel workbook (xlsx)"), ("word/", "a Word document (docx)"),
      ("opendocument.spreadsheet", "an OpenDocument spreadsheet (ods)"),
    ]
    let text = String(decoding: bytes.prefix(4_096), as: UTF8.self)
    for (part, name) in names where text.contains(part) { return ForeignFormat(name: name, advice: export) }
    return ForeignFormat(name: "a zip archive", advice: unpack)
  }
}
