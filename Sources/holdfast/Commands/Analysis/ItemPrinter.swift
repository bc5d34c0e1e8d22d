import HoldfastContract

/// How items are printed.
enum ItemFormat: String, CaseIterable, Sendable {
  case table, csv, jsonl

  init(_ arguments: Arguments, _ console: Console) throws {
    let text = arguments["--format"] ?? (console.isJSON ? "jsonl" : "table")
    guard let format = Self(rawValue: text), !console.isJSON || format == .jsonl else {
      throw UsageError(message: "--format is \(Self.allCases.map(\.rawValue).joined(separator: ", ")), not \"\(text)\"")
    }
    self = format
  }
}

/// Prints items one after the other.
struct ItemPrinter {
  private let format: ItemFormat
  private let console: Console
  /// The findings that have a column of their own: those of the first item that has any.
  private var names: [String] = []
  private var hasHeader = false

  init(_ format: ItemFormat, _ console: Console) {
    (self.format, self.console) = (format, console)
  }

  mutating func print(_ block: ItemBlock) {
    for (place, result) in block.results.enumerated() {
      let (sequence, row) = (block.sequence + UInt64(place), block.row + UInt64(place))
      switch format {
      case .jsonl:
        var members: [(String, JSON)] = [
          ("sequence", .unsigned(sequence)), ("column", .string(block.column)), ("row", .unsigned(row)),
        ]
        members += result.error.isEmpty
          ? result.findings.map { ($0.name, JSON($0.value)) } : [("error", .string(result.error))]
        line(JSON.object(members).text)
      case .table:
        let text = result.error.isEmpty ? describe(result.findings) : "error: \(result.error)"
        line("\(sequence)\t\(block.column)\t\(row)\t\(text)")
      case .csv:
        if !hasHeader, !result.findings.isEmpty {
          names = result.findings.map(\.name)
          line((["sequence", "column", "row", "error"] + names).map(Self.quoted).joined(separator: ","))
          hasHeader = true
        }
        let values = names.map { name in
          result.findings.first { $0.name == name }.map { JSON($0.value).bare } ?? ""
        }
        line(
          (["\(sequence)", block.column, "\(row)", result.error] + values).map(Self.quoted).joined(separator: ","))
      }
    }
  }

  private func line(_ text: String) { console.result(bytes: Array((text + "\n").utf8)) }

  private static func quoted(_ field: String) -> String {
    guard field.utf8.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) else { return field }
    return "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
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
