/// Figures in Prometheus' text format: each metric with its help and type, then its samples, one a line.
struct MetricText {
  enum Kind: String {
    case counter, gauge, histogram, summary
  }

  typealias Label = (name: String, value: String)

  private(set) var text = ""
  private var metric = ""
  private var names: Set<String> = []

  /// Begins a metric, to which the samples belong that follow.
  mutating func metric(_ name: String, _ kind: Kind, _ help: String) {
    precondition(names.insert(name).inserted, "\(name) is one metric and is told once")
    metric = name
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
  }

  /// A metric without labels.
  mutating func counter(_ name: String, _ help: String, _ value: UInt64) {
    metric(name, .counter, help)
    sample([], value)
  }

  mutating func gauge(_ name: String, _ help: String, _ value: Int) {
    metric(name, .gauge, help)
    sample([], UInt64(clamping: value))
  }

  mutating func sample(_ labels: [Label], _ value: UInt64) { line("", labels, "\(value)") }
  mutating func sample(_ labels: [Label], real value: Double) { line("", labels, "\(value)") }

  /// - Parameters:
  ///   - bounds: ascending, in the metric's unit.
  ///   - counts: how many there were up to each bound and beyond the one before it, and then beyond all if one more is given.
  mutating func histogram(_ labels: [Label], _ bounds: [Double], _ counts: [UInt64], sum: Double) {
    var total: UInt64 = 0
    for (bound, count) in zip(bounds, counts) {
      total += count
      line("_bucket", labels + [("le", "\(bound)")], "\(total)")
    }
    total += counts.dropFirst(bounds.count).reduce(0, +)
    line("_bucket", labels + [("le", "+Inf")], "\(total)")
    line("_sum", labels, "\(sum)")
    line("_count", labels, "\(total)")
  }

  mutating func summary(_ labels: [Label], sum: Double, count: UInt64) {
    line("_sum", labels, "\(sum)")
    line("_count", labels, "\(count)")
  }

  private mutating func line(_ suffix: String, _ labels: [Label], _ value: String) {
    text += metric + suffix
    if !labels.isEmpty {
      text += "{" + labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }.joined(separator: ",") + "}"
    }
    text += " \(value)\n"
  }

  private static func escaped(_ value: String) -> String {
    var text = ""
    for character in value {
      switch character {
      case "\\": text += "\\\\"
      case "\"": text += "\\\""
      case "\n", "\r\n": text += "\\n"
      default: text.append(character)
      }
    }
    return text
  }
}
