/// One line of several columns and perhaps a comment behind it.
struct Row {
  var columns: [String]
  var comment: String?
}

/// Lines under construction; rows next to each other get their columns aligned.
struct Layout {
  let indentation: Int
  private var finished: [String] = []
  private var pending: [Piece] = []
  /// What was added last, to know where an empty line belongs.
  private var last: Last = .nothing

  fileprivate enum Piece {
    case comment(String)
    case row(Row)
  }

  private enum Last { case nothing, blank, comment, row, block }

  init(indentation: Int = 0) { self.indentation = indentation }

  var lines: [String] {
    var copy = self
    copy.align()
    while copy.finished.last == "" { copy.finished.removeLast() }
    return copy.finished
  }

  mutating func comment(_ text: String) {
    if last == .block { blank() }
    pending.append(.comment(text))
    last = .comment
  }

  mutating func row(_ row: Row) {
    if last == .block { blank() }
    pending.append(.row(row))
    last = .row
  }

  /// An empty line, which also ends the group of rows that are aligned with each other.
  mutating func blank() {
    guard last != .nothing, last != .blank else { return }
    align()
    finished.append("")
    last = .blank
  }

  /// Whether the source had empty lines between these two lines.
  func needsBlank(_ before: Int, _ line: Int) -> Bool { last != .nothing && line - before > 1 }

  /// Sets a declaration off from what stands before it, unless both are single lines.
  mutating func separate(isBlock: Bool) {
    guard last != .comment, last != .nothing else { return }
    if isBlock || last == .block { blank() }
  }

  mutating func block(_ head: String, _ body: [String], comment: String?) {
    align()
    finished.append(indented(head))
    finished += body
    finished.append(indented("}" + (comment.map { "  \($0)" } ?? "")))
    last = .block
  }

  private func indented(_ text: String) -> String { String(repeating: "  ", count: indentation) + text }

  /// Moves the pending rows to the finished lines.
  private mutating func align() {
    var texts = pending.map { piece in
      switch piece {
      case .comment(let text): text
      case .row(let row): row.columns.first ?? ""
      }
    }
    let columnCount = pending.map(\.columnCount).max() ?? 0
    for column in 1..<max(1, columnCount + 1) {
      let isLast = column == columnCount
      let filled = pending.indices.filter { index in
        guard case .row(let row) = pending[index] else { return false }
        return isLast ? row.comment != nil : column < row.columns.count && !row.columns[column].isEmpty
      }
      let width = filled.map { texts[$0].count }.max() ?? 0
      for index in filled {
        guard case .row(let row) = pending[index] else { continue }
        let text = isLast ? row.comment ?? "" : row.columns[column]
        // `call save = 1`: the equals sign follows after one blank.
        let gap = text.hasPrefix("= ") ? 1 : 2
        texts[index] += String(repeating: " ", count: width - texts[index].count + gap) + text
      }
    }
    finished += texts.map(indented)
    pending = []
  }
}

extension Layout.Piece {
  fileprivate var columnCount: Int {
    if case .row(let row) = self { row.columns.count } else { 0 }
  }
}
