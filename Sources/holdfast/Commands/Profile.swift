import HoldfastAnalysis

extension Command {
  static let profile = Command(
    name: "profile",
    summary: "Shows what is in the columns of a CSV file, and which of them are worth a text analysis.",
    details: """
      Reads the file once, in memory that does not grow with it, and needs no hub. Of each column it tells the type, nulls
      (empty fields and NULL, NA, N/A, NaN, None, nil, \\N, -, --, ? in any case), distinct values, a histogram (of the
      numbers, or else of the lengths) and what is typical. Digits that begin with a zero, such as 01321, stay text.

      Delimiter, encoding and header are found out from the beginning of the file unless they are given. Estimates are
      marked with ~; what is wrong in the file is told with its lines.
      """,
    positionals: [Positional(name: "FILE", summary: "The file: separated text in UTF-8, UTF-16 or Latin-1.")],
    options: [
      .value("--delimiter", "C", "What separates fields: one character, or \"tab\"."),
      .value("--encoding", "NAME", "utf-8, utf-16le, utf-16be, latin-1 or windows-1252."),
      .flag("--no-header", "The first record is one like the others."),
      .value("--rows", "N", "Look at the first N rows only."),
    ],
    examples: [
      "holdfast profile reviews.csv", "holdfast profile export.csv --delimiter ';' --encoding latin-1 --json",
    ],
    run: { arguments, console in
      let path = arguments.positional("FILE") ?? ""
      let run = ProfileRun(
        path: path, delimiter: try arguments["--delimiter"].map(delimiter),
        encoding: try arguments["--encoding"].map(encoding), hasHeader: arguments.has("--no-header") ? false : nil,
        rows: try arguments.count("--rows", in: 1...Int.max) ?? .max, console: console)
      let profiled = try run.run()
      console.result(ProfileTable(profiled).text, json: profiled.json)
      return .done
    })

  private static func delimiter(_ text: String) throws(UsageError) -> UInt8 {
    if text == "tab" || text == "\\t" { return UInt8(ascii: "\t") }
    guard let byte = text.utf8.first, text.utf8.count == 1 else {
      throw UsageError(message: "--delimiter takes one character of ASCII, or \"tab\", not \"\(text)\"")
    }
    return byte
  }

  private static func encoding(_ text: String) throws(UsageError) -> CSVEncoding {
    let names: [String: CSVEncoding] = [
      "utf-8": .utf8, "utf8": .utf8, "utf-16le": .utf16LittleEndian, "utf-16be": .utf16BigEndian, "latin-1": .latin1,
      "latin1": .latin1, "iso-8859-1": .latin1, "windows-1252": .windows1252, "cp1252": .windows1252,
    ]
    guard let encoding = names[text.lowercased()] else {
      throw UsageError(
        message: "--encoding takes utf-8, utf-16le, utf-16be, latin-1 or windows-1252, not \"\(text)\"",
        hint: Spelling.hint(for: text.lowercased(), among: names.keys.sorted()))
    }
    return encoding
  }
}
