import HoldfastContract

/// How items are printed.
enum ItemFormat: String, CaseIterable, Sendable {
  case table, csv, jsonl

  init(_ arguments: Arguments, _ console: Console) throws {
    let text = arguments["--format"] ?? (console.isJSON ? "jsonl" : "table")
    guard let format = Self(rawValue: text) else {
      throw UsageError(message: "--format is \(Self.allCases.map(\.rawValue).joined(separator: ", ")), not \"\(text)\"")
    }
    guard !console.isJSON || format == .jsonl else {
      throw UsageError(message: "--json prints items as jsonl, not as \(text)")
    }
    self = format
  }
}

extension Option {
  static let itemFormat = value(
    "--format", "FORMAT", "How items are printed: table, csv or jsonl. Default: table; with --json, jsonl.")
}

/// Prints items one after the other.
struct ItemPrinter {
  private let format: ItemFormat
  private let console: Console
  /// The findings that have a column of their own in CSV: those of the first block. What others find beside them stands in
  /// the last column.
  private var names: [String]?

  init(_ format: ItemFormat, _ console: Console) {
    (self.format, self.console) = (format, console)
  }

  /// Prints a block whole.
  mutating func print(_ block: ItemBlock) {
    var text = format == .csv ? header(before: block) : ""
    for (place, result) in block.results.enumerated() {
      let (sequence, row) = (block.sequence + UInt64(place), block.row + UInt64(place))
      switch format {
      case .jsonl:
        let outcome: (String, JSON) =
          result.error.isEmpty ? ("findings", .object(Self.members(result.findings))) : ("error", .string(result.error))
        let item = JSON.object([
          ("sequence", .unsigned(sequence)), ("column", .string(block.column)), ("row", .unsigned(row)), outcome,
        ])
        text += item.text + "\n"
      case .table:
        let outcome = result.error.isEmpty ? describe(result.findings) : "error: \(result.error)"
        text += "\(sequence)\t\(Self.cell(block.column))\t\(row)\t\(Self.cell(outcome))\n"
      case .csv:
        text += Self.record(["\(sequence)", block.column, "\(row)", result.error] + values(of: result.findings))
      }
    }
    console.result(bytes: Array(text.utf8))
  }

  /// The line of names, before the first item.
  private mutating func header(before block: ItemBlock) -> String {
    guard names == nil else { return "" }
    var found: [String] = []
    for finding in block.results.lazy.flatMap(\.findings) where !found.contains(finding.name) {
      found.append(finding.name)
    }
    names = found
    return Self.record(["sequence", "column", "row", "error"] + found + ["more"])
  }

  private func values(of findings: [NamedFinding]) -> [String] {
    let names = names ?? []
    let own = names.map { name in findings.first { $0.name == name }.map { JSON($0.value).bare } ?? "" }
    let others = findings.filter { !names.contains($0.name) }
    return own + [others.isEmpty ? "" : JSON.object(Self.members(others)).text]
  }

  private static func members(_ findings: [NamedFinding]) -> [(String, JSON)] {
    findings.map { ($0.name, JSON($0.value)) }
  }

  private static func record(_ fields: [String]) -> String { fields.map(quoted).joined(separator: ",") + "\n" }

  private static func quoted(_ field: String) -> String {
    guard field.utf8.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) else { return field }
    return "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }

  /// Text that stays in its line, and in its place there.
  private static func cell(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 < 0x20 }) else { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 ? " " : $0 }))
  }
}

/// Findings in one line.
func describe(_ findings: [NamedFinding]) -> String {
  findings.map { "\($0.name) \(JSON($0.value).bare)" }.joined(separator: ", ")
}

extension JSON {
  init(_ value: FoundValue) {
    switch value.value {
    case .text(let text): self = .string(text)
    case .number(let number): self = .number(number)
    case .integer(let integer): self = .integer(Int(clamping: integer))
    case .flag(let flag): self = .bool(flag)
    case .list(let list): self = .array(list.values.map(JSON.init))
    case .record(let record): self = .object(record.findings.map { ($0.name, JSON($0.value)) })
    case nil: self = .null
    }
  }

  /// As JSON, but for text, which stands alone.
  var bare: String { if case .string(let text) = self { text } else { text } }
}
