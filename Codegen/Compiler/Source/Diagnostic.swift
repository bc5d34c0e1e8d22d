/// Something that is wrong in a definition file, and where.
public struct Diagnostic: Sendable, Hashable {
  public enum Severity: String, Sendable { case error, warning }

  public let severity: Severity
  /// A stable name of the rule: `duplicate-number`.
  public let rule: String
  /// What is wrong, and what to do where that is not plain.
  public let message: String
  public let path: String
  /// Counted from 1.
  public let line: Int
  /// Counted from 1, in characters.
  public let column: Int
  /// How many characters the caret covers.
  public let width: Int
  /// The line of the source.
  public let source: String

  /// `path:line:column: error: message`, the line, and a caret under the place.
  public var description: String {
    let number = String(line)
    let margin = String(repeating: " ", count: number.count)
    let indent = source.prefix(column - 1).map { $0 == "\t" ? "\t" : " " }.joined()
    let caret = "^" + String(repeating: "~", count: max(0, width - 1))
    return """
      \(path):\(line):\(column): \(severity.rawValue): \(message)
       \(number) | \(source)
       \(margin) | \(indent)\(caret)
      """
  }

  /// One JSON object.
  public var json: String {
    "{\"severity\":\(JSON.string(severity.rawValue)),\"rule\":\(JSON.string(rule)),\"path\":\(JSON.string(path)),"
      + "\"line\":\(line),\"column\":\(column),\"message\":\(JSON.string(message))}"
  }
}

extension Diagnostic: CustomStringConvertible {}

/// The little of JSON that tools read from us.
public enum JSON {
  /// A quoted string.
  public static func string(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

/// Collects the diagnostics of one file, up to a bound.
struct DiagnosticSink {
  let source: SourceFile
  private(set) var diagnostics: [Diagnostic] = []

  init(_ source: SourceFile) { self.source = source }

  var isFull: Bool { diagnostics.count >= Limits.diagnosticsPerFile }

  mutating func error(_ rule: String, _ message: String, at range: Range<Int>) {
    report(.error, rule, message, at: range)
  }

  mutating func warning(_ rule: String, _ message: String, at range: Range<Int>) {
    report(.warning, rule, message, at: range)
  }

  private mutating func report(_ severity: Diagnostic.Severity, _ rule: String, _ message: String, at range: Range<Int>)
  {
    guard !isFull else { return }
    let start = source.position(at: range.lowerBound)
    let end = source.position(at: range.upperBound)
    let line = source.lineText(start.line - 1)
    let width = end.line == start.line ? end.column - start.column : line.count - start.column + 1
    diagnostics.append(
      Diagnostic(
        severity: severity, rule: rule, message: message, path: source.path, line: start.line, column: start.column,
        width: max(1, width), source: line))
  }
}
