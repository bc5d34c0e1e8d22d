/// Swift source under construction, laid out as `swift format` would.
struct SwiftText: CustomStringConvertible {
  static let width = 120
  private var lines: [String] = []
  private var indentation = 0

  var description: String {
    let end = lines.lastIndex { !$0.isEmpty }.map { $0 + 1 } ?? 0
    return lines[..<end].joined(separator: "\n") + "\n"
  }

  mutating func line(_ text: String) {
    lines.append(text.isEmpty ? "" : String(repeating: "  ", count: indentation) + text)
  }

  /// An empty line, unless there is one already or a block has just begun.
  mutating func blank() {
    guard let last = lines.last, !last.isEmpty, !last.hasSuffix("{") else { return }
    lines.append("")
  }

  /// `head {`, the indented body, `}`. A `head` that is a closure's has its brace already.
  mutating func block(_ head: String, opening: Bool = true, _ body: (inout SwiftText) -> Void) {
    line(opening ? head + " {" : head)
    indented(body)
    if lines.last == "" { lines.removeLast() }
    line("}")
  }

  mutating func indented(_ body: (inout SwiftText) -> Void) {
    indentation += 1
    body(&self)
    indentation -= 1
  }

  /// `head(items)tail` on one line if it fits, else each item on a line of its own.
  mutating func list(_ head: String, _ items: [String], _ tail: String = "") {
    let single = "\(head)(\(items.joined(separator: ", ")))\(tail)"
    if fits(single) {
      line(single)
      return
    }
    line(head + "(")
    indented { text in
      for (index, item) in items.enumerated() { text.line(item + (index + 1 < items.count ? "," : "")) }
    }
    line(")" + tail)
  }

  /// `case label: head(items)tail`, on as few lines as it fits on.
  mutating func switchCase(_ label: String, _ head: String, _ items: [String] = [], _ tail: String = "") {
    let body = items.isEmpty ? head : "\(head)(\(items.joined(separator: ", ")))\(tail)"
    if fits("\(label): \(body)") {
      line("\(label): \(body)")
      return
    }
    line("\(label):")
    indented { text in
      if items.isEmpty { text.line(head) } else { text.list(head, items, tail) }
    }
  }

  /// `target = value`, in two lines when one is too short.
  mutating func assign(_ value: String, to target: String) {
    if fits("\(target) = \(value)") {
      line("\(target) = \(value)")
    } else {
      line("\(target) =")
      indented { $0.line(value) }
    }
  }

  /// `head(items)tail {`, the body, `}`.
  mutating func function(_ head: String, _ items: [String], _ tail: String, body: String) {
    list(head, items, tail + " {")
    indented { $0.line(body) }
    line("}")
  }

  func fits(_ text: String) -> Bool { indentation * 2 + text.count <= Self.width }

  /// Doc comment and deprecation of a declaration.
  mutating func annotations(_ annotations: Annotations, attribute: Bool = true) {
    documentation(annotations.documentation)
    guard let deprecation = annotations.deprecation else { return }
    if !attribute {
      line("/// - Warning: Deprecated.\(deprecation.isEmpty ? "" : " \(deprecation)")")
    } else if deprecation.isEmpty {
      line("@available(*, deprecated)")
    } else {
      line("@available(*, deprecated, message: \(SwiftLiteral.string(deprecation)))")
    }
  }

  mutating func documentation(_ lines: [String]) {
    for text in lines { line(text.isEmpty ? "///" : "/// \(text)") }
  }

  /// The imports of a generated file and the check of the runtime's version. `hidden` modules do not show in what the
  /// file declares for others.
  mutating func imports(
    _ modules: [String], hidden: Set<String> = [], options: SwiftOptions, usesUUID: Bool = false
  ) {
    let prefix = options.prefix
    let all = Set(modules).union(hidden).subtracting([options.module ?? ""]).sorted()
    for module in all { line("\(hidden.contains(module) ? "" : prefix)import \(module)") }
    if usesUUID {
      blank()
      line("#if canImport(FoundationEssentials)")
      indented { $0.line("\(prefix)import struct FoundationEssentials.UUID") }
      line("#else")
      indented { $0.line("\(prefix)import struct Foundation.UUID") }
      line("#endif")
    }
    blank()
    line("/// Fails to compile when HoldfastWire is of another generation than this file.")
    line("private let requiredRuntime: Void = RuntimeVersion.generation1")
    blank()
  }
}

/// Literals in Swift.
enum SwiftLiteral {
  static func string(_ text: String) -> String {
    text.quoted { control in "\\u{\(String(control, radix: 16))}" }
  }

  /// With `_` between groups of three digits where there are more than six.
  static func number(_ text: String) -> String {
    let isNegative = text.hasPrefix("-")
    let digits = text.drop { $0 == "-" }
    guard digits.count > 6, digits.allSatisfy(\.isNumber) else { return text }
    var grouped = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { grouped += "_" }
      grouped.append(digit)
    }
    return (isNegative ? "-" : "") + grouped
  }

  static func number(_ value: Int) -> String { number(String(value)) }
}
