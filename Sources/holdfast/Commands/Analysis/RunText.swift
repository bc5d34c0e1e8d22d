import HoldfastContract

/// Runs in the words of the command line.
enum RunText {
  static func state(_ state: RunState) -> String {
    switch state {
    case .running: "running"
    case .done: "done"
    case .cancelled: "cancelled"
    case .failed: "failed"
    default: "unknown"
    }
  }

  /// "5f3…  running  1200 of 5000 items  2024-05-01T10:00:00.000Z  sentiment  title, text"
  static func row(_ status: RunStatus) -> String {
    [
      "\(status.run)", state(status.state), amount(status), status.began.text, status.options.chain,
      status.options.columns.joined(separator: ","),
    ].joined(separator: "\t")
  }

  /// All that there is to say of a run, in lines.
  static func page(_ status: RunStatus) -> String {
    let what = isWaiting(status) ? ", waits for a worker" : (status.left.map { ", " + left($0) } ?? "")
    var lines = [
      "\(state(status.state)), \(amount(status))\(what)",
      "chain \(status.options.chain), file \(status.file), by \(status.by)",
      "began \(status.began.text)" + (status.ended.map { ", ended \($0.text)" } ?? ""),
      "\(status.tokens) tokens, cost \(status.cost)",
    ]
    if !status.failure.isEmpty { lines.append("failed: \(status.failure)") }
    return (lines + status.columns.map(column)).joined(separator: "\n")
  }

  /// How many items there are, of how many where that is known yet.
  static func amount(_ status: RunStatus) -> String {
    status.total > 0 ? "\(status.done) of \(status.total) items" : "\(status.done) items"
  }

  /// "title: 500 items, 2 errors; positive 300, negative 20"
  static func column(_ column: ColumnStatus) -> String {
    "\(column.column): \(column.done) items, \(column.errors) errors"
      + (column.worker.isEmpty ? "" : ", by \(column.worker)")
      + (column.summary.isEmpty ? "" : "; \(describe(column.summary))")
  }

  /// How far a run is, in one line: "analysis  [===    ]  40%  400 of 1000 items, 12 s left (9 s to 15 s)".
  static func progress(_ status: RunStatus) -> String {
    let what = isWaiting(status) ? ", waits for a worker" : (status.left.map { ", " + left($0) } ?? "")
    guard status.total > 0 else { return "analysis  \(amount(status))\(what)" }
    return ProgressBar.line("analysis", done: Int(clamping: status.done), of: Int(clamping: status.total)) { "\($0)" }
      + " items" + what
  }

  /// Whether a run goes on, and nobody works for it.
  static func isWaiting(_ status: RunStatus) -> Bool {
    status.state == .running && (status.total == 0 || status.done < status.total)
      && status.columns.allSatisfy(\.worker.isEmpty)
  }

  private static func left(_ estimate: RunEstimate) -> String {
    "\(Quantity.describe(seconds: estimate.seconds)) left (\(Quantity.describe(seconds: estimate.lower)) to "
      + "\(Quantity.describe(seconds: estimate.upper)))"
  }

  static func json(_ status: RunStatus) -> JSON {
    var members: [(String, JSON)] = [
      ("run", .string("\(status.run)")), ("state", .string(state(status.state))), ("file", .string("\(status.file)")),
      ("chain", .string(status.options.chain)), ("done", .unsigned(status.done)), ("total", .unsigned(status.total)),
      ("columns", .array(status.columns.map(json))), ("tokens", .unsigned(status.tokens)),
      ("cost", .string(status.cost)), ("began", .string(status.began.text)),
      ("ended", status.ended.map { .string($0.text) } ?? .null), ("by", .string(status.by)),
      ("waiting", .bool(isWaiting(status))),
    ]
    if let left = status.left {
      members.append(
        ("left", ["seconds": .number(left.seconds), "lower": .number(left.lower), "upper": .number(left.upper)]))
    }
    if !status.failure.isEmpty { members.append(("failure", .string(status.failure))) }
    return .object(members)
  }

  private static func json(_ column: ColumnStatus) -> JSON {
    [
      "column": .string(column.column), "done": .unsigned(column.done), "errors": .unsigned(column.errors),
      "worker": .string(column.worker), "summary": .object(column.summary.map { ($0.name, JSON($0.value)) }),
    ]
  }
}
