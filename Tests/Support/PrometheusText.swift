import Foundation

/// A text in Prometheus' format, read by its rules: what breaks one is told with its line.
public struct PrometheusText {
  public struct Broken: Error, CustomStringConvertible {
    public let description: String
  }

  /// The samples' values by their series, written as in the text: `name{label="value"}`.
  public private(set) var values: [String: Double] = [:]
  /// The metrics' types by their names.
  public private(set) var types: [String: String] = [:]
  private var helped: Set<String> = []
  /// The metric whose samples are being read.
  private var current: String?

  public var series: Set<String> { Set(values.keys) }

  /// The value of a series; 0 where there is none.
  public subscript(series: String) -> Double { values[series] ?? 0 }

  /// The sum of all series whose name and labels begin so.
  public func sum(_ prefix: String) -> Double {
    values.reduce(0) { $0 + ($1.key.hasPrefix(prefix) ? $1.value : 0) }
  }

  public init(_ text: String) throws(Broken) {
    guard text.hasSuffix("\n") else { throw Broken(description: "the last line does not end") }
    for line in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      if line.hasPrefix("# HELP ") {
        try help(line)
      } else if line.hasPrefix("# TYPE ") {
        try type(line)
      } else {
        try sample(line)
      }
    }
    try checkHistograms()
  }

  private mutating func help(_ line: String) throws(Broken) {
    let words = line.split(separator: " ", maxSplits: 3).map(String.init)
    guard words.count == 4, Self.isName(words[2]) else { throw Broken(description: "no help: \(line)") }
    guard helped.insert(words[2]).inserted else { throw Broken(description: "helped twice: \(line)") }
  }

  private mutating func type(_ line: String) throws(Broken) {
    let words = line.split(separator: " ").map(String.init)
    guard words.count == 4, helped.contains(words[2]), ["counter", "gauge", "histogram", "summary"].contains(words[3])
    else { throw Broken(description: "no type: \(line)") }
    guard types.updateValue(words[3], forKey: words[2]) == nil else {
      throw Broken(description: "typed twice: \(line)")
    }
    if words[3] == "counter", !words[2].hasSuffix("_total") {
      throw Broken(description: "a counter's name ends with _total: \(line)")
    }
    current = words[2]
  }

  private mutating func sample(_ line: String) throws(Broken) {
    let pattern = /([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(.*)\})? ([^ ]+)/
    guard let match = line.wholeMatch(of: pattern) else { throw Broken(description: "no sample: \(line)") }
    let name = String(match.1)
    guard let current, let type = types[current], Self.suffixes(of: type).contains(where: { current + $0 == name })
    else {
      throw Broken(description: "a sample of no metric above it: \(line)")
    }
    if let labels = match.3 { try check(labels: labels, line) }
    guard let value = match.4 == "+Inf" ? Double.infinity : Double(match.4), !value.isNaN else {
      throw Broken(description: "no number: \(line)")
    }
    if type != "gauge", value < 0 { throw Broken(description: "less than nothing: \(line)") }
    let series = name + (match.2.map(String.init) ?? "")
    guard values.updateValue(value, forKey: series) == nil else { throw Broken(description: "told twice: \(line)") }
  }

  private func check(labels: Substring, _ line: String) throws(Broken) {
    let pair = /[a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\["\\n])*"/
    var rest = labels
    var names: Set<Substring> = []
    while true {
      guard let match = rest.prefixMatch(of: pair), names.insert(match.0.prefix { $0 != "=" }).inserted else {
        throw Broken(description: "labels that cannot be read: \(line)")
      }
      rest = rest[match.range.upperBound...]
      if rest.isEmpty { return }
      guard rest.first == "," else { throw Broken(description: "labels that cannot be read: \(line)") }
      rest.removeFirst()
    }
  }

  private static func suffixes(of type: String) -> [String] {
    switch type {
    case "histogram": ["_bucket", "_sum", "_count"]
    case "summary": ["_sum", "_count", ""]
    default: [""]
    }
  }

  private static func isName(_ text: String) -> Bool { text.wholeMatch(of: /[a-zA-Z_:][a-zA-Z0-9_:]*/) != nil }

  /// A histogram's last bucket has all that were counted, and no bucket fewer than one before it.
  private func checkHistograms() throws(Broken) {
    for (name, type) in types where type == "histogram" {
      for (series, count) in values where series.hasPrefix(name + "_count") {
        let labels = series.dropFirst(name.count + "_count".count).dropFirst().dropLast()
        let prefix = name + "_bucket{" + (labels.isEmpty ? "" : labels + ",") + "le=\""
        let buckets = values.filter { $0.key.hasPrefix(prefix) }.map { bucket in
          (bound: bucket.key.dropFirst(prefix.count).dropLast(2), count: bucket.value)
        }
        guard buckets.first(where: { $0.bound == "+Inf" })?.count == count else {
          throw Broken(description: "\(series) is not what its buckets say")
        }
        let ordered = buckets.sorted { (Double($0.bound) ?? .infinity) < (Double($1.bound) ?? .infinity) }.map(\.count)
        guard ordered == ordered.sorted() else { throw Broken(description: "\(series) has buckets that shrink") }
      }
    }
  }
}
