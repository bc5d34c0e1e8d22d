/// An expression that goes on one line where it fits, and else has each part on a line of its own.
indirect enum SwiftTree {
  case text(String)
  /// `head(parts)`
  case call(String, [SwiftTree])
  /// `head[parts]`
  case array(String, [SwiftTree])

  /// On one line.
  var line: String {
    switch self {
    case .text(let text): text
    case .call(let head, let parts): "\(head)(\(parts.map(\.line).joined(separator: ", ")))"
    case .array(let head, let parts): "\(head)[\(parts.map(\.line).joined(separator: ", "))]"
    }
  }
}

extension SwiftText {
  mutating func tree(_ tree: SwiftTree, _ tail: String = "") {
    guard !fits(tree.line + tail) else { return line(tree.line + tail) }
    switch tree {
    case .text(let text): line(text + tail)
    case .call(let head, let parts):
      line(head + "(")
      indented { text in
        for (index, part) in parts.enumerated() { text.tree(part, index + 1 < parts.count ? "," : "") }
      }
      line(")" + tail)
    case .array(let head, let parts):
      line(head + "[")
      indented { text in
        for part in parts { text.tree(part, ",") }
      }
      line("]" + tail)
    }
  }
}
