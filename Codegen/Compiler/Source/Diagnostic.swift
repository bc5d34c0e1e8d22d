/// Something that is wrong in a definition file, and where.
package struct Diagnostic: Sendable, Hashable {
  package enum Severity: String, Sendable { case error, warning }

  package let severity: Severity
  /// A stable name of the rule: `duplicate-number`.
  package let rule: String
  /// What is wrong, and what to do where that is not plain.
  package let message: String
  package let path: String
  /// Counted from 1.
  package let line: Int
  /// Counted from 1, in characters.
  package let column: Int
  /// How many characters the caret covers.
  package let width: Int
  /// The line of the source.
  package let source: String

  /// `path:line:column: error: message`, the line, and a caret under the place.
  package var description: String {
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
  package var json: String {
    "{\"severity\":\(JSON.string(severity.rawValue)),\"rule\":\(JSON.string(rule)),\"path\":\(JSON.string(path)),"
      + "\"line\":\(line),\"column\":\(column),\"message\":\(JSON.string(message))}"
  }
}

extension Diagnostic: CustomStringConvertible {}

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
