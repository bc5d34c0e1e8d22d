/// A line of Prometheus' text format that is no comment: `name{label="value",…} number`.
struct MetricSample: Hashable {
  var name: String
  var labels: [Label] = []
  var value: Double

  struct Label: Hashable {
    var name: String
    var value: String
  }

  /// Nil for what is no such line, and for one that tells its time.
  init?(_ line: some StringProtocol) {
    var rest = Substring(line)
    name = String(Self.take(from: &rest) { $0 != "{" && $0 != " " })
    guard !name.isEmpty else { return nil }
    if rest.first == "{" {
      rest.removeFirst()
      while rest.first != "}" {
        guard let label = Self.label(from: &rest) else { return nil }
        labels.append(label)
        if rest.first == "," { rest.removeFirst() }
      }
      rest.removeFirst()
    }
    guard rest.first == " ", let value = Self.number(rest.dropFirst()) else { return nil }
    self.value = value
  }

  private static func take(from rest: inout Substring, while isPart: (Character) -> Bool) -> Substring {
    let part = rest.prefix(while: isPart)
    rest = rest[part.endIndex...]
    return part
  }

  private static func label(from rest: inout Substring) -> Label? {
    let name = take(from: &rest) { $0 != "=" }
    guard !name.isEmpty, rest.hasPrefix("=\"") else { return nil }
    rest.removeFirst(2)
    var value = ""
    while let character = rest.popFirst() {
      switch character {
      case "\"": return Label(name: String(name), value: value)
      case "\\":
        guard let escaped = rest.popFirst() else { return nil }
        value.append(escaped == "n" ? "\n" : escaped)
      default: value.append(character)
      }
    }
    return nil
  }

  private static func number(_ text: Substring) -> Double? {
    switch text {
    case "+Inf": .infinity
    case "-Inf": -.infinity
    case "NaN": .nan
    default: Double(text)
    }
  }

  var json: JSON {
    [
      "name": .string(name), "labels": .object(labels.map { ($0.name, .string($0.value)) }),
      // JSON has no number for these.
      "value": value.isFinite ? .number(value) : .string(value.isNaN ? "NaN" : value > 0 ? "+Inf" : "-Inf"),
    ]
  }
}
