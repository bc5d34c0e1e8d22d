/// Lays a definition file out in the one way: two blanks of indentation, one construct a line, columns aligned,
/// what was written on one line kept there. Comments and single empty lines stay where they are.
package struct Formatter {
  private let source: SourceFile
  private let comments: [Comment]
  private var nextComment = 0
  /// The source line on which the last thing that was laid out ends.
  private var lastLine = 0

  /// The formatted text, or what keeps the file from being understood.
  package static func format(_ source: SourceFile) -> (text: String?, diagnostics: [Diagnostic]) {
    let (file, sink) = Parser.parse(source)
    guard sink.diagnostics.isEmpty else { return (nil, sink.diagnostics) }
    var formatter = Formatter(file)
    return (formatter.format(file), [])
  }

  private init(_ file: FileSyntax) {
    source = file.source
    comments = file.comments
  }

  private mutating func format(_ file: FileSyntax) -> String {
    var layout = Layout()
    var items: [(range: Range<Int>, content: Content)] = []
    if let package = file.package { items.append((package.range, .line("package \(package.name.text)"))) }
    for line in file.imports { items.append((line.range, .line("import \(source.text(line.path.range))"))) }
    for declaration in file.declarations { items.append((declaration.range, .declaration(declaration))) }
    items.sort { $0.range.lowerBound < $1.range.lowerBound }
    for (index, item) in items.enumerated() {
      let next = index + 1 < items.count ? items[index + 1].range.lowerBound : source.bytes.count
      if case .declaration = item.content, index > 0, case .line = items[index - 1].content { layout.blank() }
      leading(of: item.range, body: item.content.body, into: &layout)
      switch item.content {
      case .line(let text):
        layout.row(Row(columns: [text], comment: trailing(of: item.range, before: next)))
      case .declaration(let syntax):
        declaration(syntax, before: next, into: &layout)
      }
      lastLine = source.line(at: max(item.range.lowerBound, item.range.upperBound - 1))
    }
    remaining(before: source.bytes.count, into: &layout)
    return layout.lines.joined(separator: "\n") + (layout.lines.isEmpty ? "" : "\n")
  }

  private enum Content {
    case line(String)
    case declaration(DeclarationSyntax)

    var body: Range<Int>? {
      if case .declaration(let syntax) = self { syntax.body } else { nil }
    }
  }

  // MARK: Comments

  /// Writes what stands before an item: comments out of its middle, comments above it, and an empty line if there was
  /// one. Comments in its `body` stay for later.
  private mutating func leading(of range: Range<Int>, body: Range<Int>?, into layout: inout Layout) {
    let inside = range.lowerBound..<(body?.lowerBound ?? range.upperBound)
    var index = nextComment
    var above: [Comment] = []
    var hoisted: [Comment] = []
    while index < comments.count, comments[index].range.lowerBound < inside.upperBound {
      if comments[index].range.lowerBound < inside.lowerBound {
        above.append(comments[index])
      } else {
        hoisted.append(comments[index])
      }
      index += 1
    }
    nextComment = index
    // A comment out of the middle must not become documentation, nor part the item from its own.
    for comment in hoisted {
      if layout.needsBlank(lastLine, source.line(at: above.first?.range.lowerBound ?? range.lowerBound)) {
        layout.blank()
      }
      let slashes = comment.text.prefix { $0 == "/" }
      layout.comment(comment.isDocumentation ? "//" + comment.text.dropFirst(slashes.count) : comment.text)
      lastLine = source.line(at: above.first?.range.lowerBound ?? range.lowerBound)
    }
    for comment in above { write(comment, into: &layout) }
    if layout.needsBlank(lastLine, source.line(at: range.lowerBound)) { layout.blank() }
  }

  private mutating func write(_ comment: Comment, into layout: inout Layout) {
    let line = source.line(at: comment.range.lowerBound)
    if layout.needsBlank(lastLine, line) { layout.blank() }
    layout.comment(comment.text)
    lastLine = line
  }

  /// The comment that follows an item on its line, if nothing else stands between.
  private mutating func trailing(of range: Range<Int>, before next: Int) -> String? {
    guard nextComment < comments.count else { return nil }
    let comment = comments[nextComment]
    guard comment.range.lowerBound < next, !comment.startsLine,
      source.line(at: comment.range.lowerBound) == source.line(at: range.upperBound - 1)
    else { return nil }
    nextComment += 1
    return comment.text
  }

  private mutating func remaining(before end: Int, into layout: inout Layout) {
    while nextComment < comments.count, comments[nextComment].range.lowerBound < end {
      write(comments[nextComment], into: &layout)
      nextComment += 1
    }
  }

  // MARK: Declarations

  private mutating func declaration(_ syntax: DeclarationSyntax, before next: Int, into layout: inout Layout) {
    let number = syntax.number.map { " = \($0.value)" } ?? ""
    let entity = syntax.entity.map { head in
      " = \(source.text(head.type.range)) version \(head.version.value) merge \(head.merge.text)"
    }
    let head = "\(syntax.kind.rawValue) \(syntax.name.text)\(number)\(entity ?? "") {"
    if let single = singleLine(syntax, head: head) {
      layout.separate(isBlock: false)
      layout.row(Row(columns: [single], comment: trailing(of: syntax.range, before: next)))
      return
    }
    layout.separate(isBlock: true)
    var body = Layout(indentation: layout.indentation + 1)
    lastLine = source.line(at: syntax.body.lowerBound)
    for (index, member) in syntax.members.enumerated() {
      let end =
        index + 1 < syntax.members.count ? syntax.members[index + 1].range.lowerBound : syntax.body.upperBound - 1
      self.member(member, before: end, into: &body)
      lastLine = source.line(at: max(member.range.lowerBound, member.range.upperBound - 1))
    }
    remaining(before: syntax.body.upperBound - 1, into: &body)
    layout.block(head, body.lines, comment: trailing(of: syntax.range, before: next))
  }

  /// A declaration that was written on one line, has no comments inside and still fits.
  private func singleLine(_ syntax: DeclarationSyntax, head: String) -> String? {
    let hasComments = comments.contains { syntax.body.contains($0.range.lowerBound) }
    let isSingle = source.line(at: syntax.range.lowerBound) == source.line(at: syntax.range.upperBound - 1)
    guard !hasComments, isSingle || syntax.members.isEmpty else { return nil }
    var parts: [String] = []
    for member in syntax.members {
      guard let columns = columns(of: member) else { return nil }
      parts.append(columns.filter { !$0.isEmpty }.joined(separator: " "))
    }
    let text = parts.isEmpty ? "\(head) }" : "\(head) \(parts.joined(separator: "  ")) }"
    return text.count <= 100 ? text : nil
  }

  private mutating func member(_ member: MemberSyntax, before next: Int, into layout: inout Layout) {
    if case .declaration(let syntax) = member {
      leading(of: syntax.range, body: syntax.body, into: &layout)
      declaration(syntax, before: next, into: &layout)
      return
    }
    leading(of: member.range, body: nil, into: &layout)
    layout.row(Row(columns: columns(of: member) ?? [], comment: trailing(of: member.range, before: next)))
  }

  // MARK: Members

  /// The columns of a member; nil for a nested declaration.
  private func columns(of member: MemberSyntax) -> [String]? {
    switch member {
    case .field(let field):
      let value = field.defaultValue.map { " = \(source.text($0.range))" } ?? ""
      return ["\(field.number.value): \(field.name.text)", text(field.type) + value, text(field.options)]
    case .value(let value):
      return ["\(value.number.value): \(value.name.text)", text(value.options)]
    case .call(let call):
      let errors = call.errors.isEmpty ? "" : " throws \(call.errors.map(\.text).joined(separator: ", "))"
      let sides = "(\(text(call.request))) -> \(text(call.reply))"
      return ["call \(call.name.text)", "= \(call.number.value) \(sides)\(errors)", text(call.options)]
    case .reserved(let reserved):
      let numbers = reserved.numbers.map { numbers in
        numbers.numbers.count == 1
          ? "\(numbers.numbers.lowerBound)" : "\(numbers.numbers.lowerBound)..\(numbers.numbers.upperBound)"
      }
      return ["reserved " + (numbers + reserved.names.map { source.text($0.range) }).joined(separator: ", ")]
    case .key(let key): return ["key \(key.name.text)", key.type.text]
    case .lane(let line): return ["lane by \(line.name.text)"]
    case .subject(let line): return ["subject by \(line.name.text)"]
    case .collection(let line): return ["collection \(line.name.text)"]
    case .upgrade(let upgrade):
      let steps = upgrade.steps.map { step in
        step.target.map { "move \(step.number.value) to \($0.value)" } ?? "drop \(step.number.value)"
      }
      return ["upgrade \(upgrade.version.value) { \(steps.joined(separator: "  "))\(steps.isEmpty ? "" : " ")}"]
    case .deprecated(let option): return [text(option)]
    case .declaration: return nil
    }
  }

  private func text(_ type: TypeSyntax) -> String {
    let shape =
      switch type.shape {
      case .plain(let name): name.text
      case .list(let name): "[\(name.text)]"
      case .set(let name): "set<\(name.text)>"
      case .map(let key, let value): "map<\(key.text), \(value.text)>"
      }
    return shape + (type.isOptional ? "?" : "")
  }

  private func text(_ side: CallSyntax.Side) -> String { (side.isStream ? "stream " : "") + side.type.text }

  private func text(_ options: [OptionSyntax]) -> String {
    options.isEmpty ? "" : "{ \(options.map(text).joined(separator: "  ")) }"
  }

  private func text(_ option: OptionSyntax) -> String {
    option.name.text + (option.value.map { " " + source.text($0.range) } ?? "")
  }
}
