/// Makes a syntax tree of tokens. After a mistake it goes on at the next line or closing brace, so that one run
/// tells all mistakes of a file.
struct Parser {
  /// A mistake has been reported; the parser looks for a place to go on.
  struct Mistake: Error {}

  let source: SourceFile
  private let tokens: [Token]
  private var index = 0
  private var depth = 0
  let comments: [Comment]
  var sink: DiagnosticSink

  private init(_ source: SourceFile) {
    let lexer = Lexer.lex(source)
    self.source = source
    tokens = lexer.tokens
    comments = lexer.comments
    sink = lexer.sink
  }

  /// The tree of a file and what is wrong with it. The tree holds all that could be understood.
  static func parse(_ source: SourceFile) -> (FileSyntax, DiagnosticSink) {
    var parser = Parser(source)
    let file = parser.file()
    return (file, parser.sink)
  }

  private mutating func file() -> FileSyntax {
    var file = FileSyntax(source: source, comments: comments)
    while token.kind != .end, !sink.isFull {
      let start = index
      do throws(Mistake) {
        switch token.text {
        case "package" where token.kind == .word: try package(into: &file)
        case "import" where token.kind == .word: try importLine(into: &file)
        default: file.declarations.append(try declaration())
        }
      } catch {
        if index == start { index += 1 }
        recover(closing: false)
      }
    }
    return file
  }

  private mutating func package(into file: inout FileSyntax) throws(Mistake) {
    let start = advance().range.lowerBound
    let name = try dottedName("the package's name")
    if file.package != nil {
      sink.error("package", "a file has one package", at: start..<name.range.upperBound)
    } else if !file.imports.isEmpty || !file.declarations.isEmpty {
      sink.error("package", "the package comes before everything else", at: start..<name.range.upperBound)
    }
    file.package = file.package ?? PackageSyntax(name: name, range: start..<name.range.upperBound)
  }

  private mutating func importLine(into file: inout FileSyntax) throws(Mistake) {
    let start = advance().range.lowerBound
    guard token.kind == .string else { throw expected("a path in quotes, as in `import \"common.rpc\"`") }
    let path = advance()
    if !file.declarations.isEmpty {
      sink.error("import", "imports come before declarations", at: start..<path.range.upperBound)
    }
    let name = Name(text: path.text, range: path.range)
    file.imports.append(ImportSyntax(path: name, range: start..<path.range.upperBound))
  }

  // MARK: Declarations

  private mutating func declaration() throws(Mistake) -> DeclarationSyntax {
    guard token.kind == .word else { throw expected("a declaration: message, enum, union, error, entity or service") }
    guard let kind = DeclarationSyntax.Kind(rawValue: token.text) else {
      throw mistake(
        "declaration", "unknown declaration `\(token.text)`; there are message, enum, union, error, entity and service",
        at: token.range)
    }
    let documentation = documentation(of: token)
    let start = advance().range.lowerBound
    let name = try word("the name of the \(kind.rawValue)")
    var number: NumberSyntax?
    var entity: EntityHeadSyntax?
    switch kind {
    case .error, .service:
      guard accept("=") else { throw expected("`= NUMBER` after the name of the \(kind.rawValue)") }
      number = try self.number("the number of the \(kind.rawValue)")
    case .entity: entity = try entityHead()
    case .message, .enumeration, .union: break
    }
    let open = try symbol("{", after: "the name")
    depth += 1
    defer { depth -= 1 }
    var members: [MemberSyntax] = []
    var isWhole = true
    if depth > Limits.nesting {
      sink.error("nesting", "messages nest at most \(Limits.nesting) deep", at: name.range)
      skipBody()
    }
    while !isSymbol("}"), token.kind != .end, !sink.isFull {
      if kind != .message, beginsDeclarationAtMargin { break }
      let first = index
      do throws(Mistake) {
        members.append(try member(of: kind))
      } catch {
        isWhole = false
        if index == first { skipOne() }
        recover(closing: true)
      }
    }
    if !accept("}"), !sink.isFull {
      sink.error("brace", "this `{` of `\(name.text)` is never closed", at: open.range)
    }
    let end = index > 0 ? tokens[index - 1].range.upperBound : open.range.upperBound
    return DeclarationSyntax(
      kind: kind, name: name, number: number, entity: entity, documentation: documentation, members: members,
      isWhole: isWhole, range: start..<end, body: open.range.lowerBound..<end)
  }

  /// `message` and the like without indentation inside an enum or service: a brace was forgotten before it.
  private var beginsDeclarationAtMargin: Bool {
    token.startsLine && token.kind == .word && DeclarationSyntax.Kind(rawValue: token.text) != nil
      && source.position(at: token.range.lowerBound).column == 1
  }

  private mutating func member(of kind: DeclarationSyntax.Kind) throws(Mistake) -> MemberSyntax {
    if token.kind == .number {
      switch kind {
      case .message, .union, .error, .entity: return .field(try field())
      case .enumeration: return .value(try value())
      case .service: throw expected("a call, as in `call save = 1 (Draft) -> Receipt`")
      }
    }
    guard token.kind == .word else { throw expected(Self.contents(of: kind)) }
    switch (token.text, kind) {
    case ("reserved", _): return .reserved(try reserved())
    case ("deprecated", _): return .deprecated(try option())
    case ("call", .service): return .call(try call())
    case ("key", .entity): return .key(try key())
    case ("lane", .entity): return .lane(try lane())
    case ("subject", .entity): return .subject(try subject())
    case ("collection", .entity): return .collection(try collection())
    case ("upgrade", .entity): return .upgrade(try upgrade())
    case ("message", .message), ("enum", .message), ("union", .message): return .declaration(try declaration())
    default: throw expected(Self.contents(of: kind))
    }
  }

  private static func contents(of kind: DeclarationSyntax.Kind) -> String {
    switch kind {
    case .message: "a field (`1: title string`), a nested message, enum or union, `reserved` or `}`"
    case .error: "a field (`1: title string`), `reserved` or `}`"
    case .union: "a member (`1: text string`), `reserved` or `}`"
    case .enumeration: "a value (`1: created`), `reserved` or `}`"
    case .entity: "the key (`key id uuid`), a field, `lane`, `subject`, `collection`, `upgrade`, `reserved` or `}`"
    case .service: "a call (`call save = 1 (Draft) -> Receipt`), `reserved` or `}`"
    }
  }

  // MARK: Tokens

  var token: Token { tokens[index] }

  /// Takes the current token. The `end` token stays.
  @discardableResult
  mutating func advance() -> Token {
    let current = tokens[index]
    if current.kind != .end { index += 1 }
    return current
  }

  /// The end of the token before the current one.
  var previousEnd: Int { index > 0 ? tokens[index - 1].range.upperBound : 0 }

  func isSymbol(_ text: String) -> Bool { token.kind == .symbol && token.text == text }
  func isWord(_ text: String) -> Bool { token.kind == .word && token.text == text }

  mutating func accept(_ text: String) -> Bool {
    guard isSymbol(text) else { return false }
    advance()
    return true
  }

  mutating func acceptWord(_ text: String) -> Bool {
    guard isWord(text) else { return false }
    advance()
    return true
  }

  mutating func symbol(_ text: String, after place: String) throws(Mistake) -> Token {
    guard isSymbol(text) else { throw expected("`\(text)` after \(place)") }
    return advance()
  }

  mutating func word(_ what: String) throws(Mistake) -> Name {
    guard token.kind == .word else { throw expected(what) }
    let word = advance()
    return Name(text: word.text, range: word.range)
  }

  mutating func dottedName(_ what: String) throws(Mistake) -> Name {
    var name = try word(what)
    while accept(".") {
      let part = try word("a name after `.`")
      name = Name(text: name.text + "." + part.text, range: name.range.lowerBound..<part.range.upperBound)
    }
    return name
  }

  mutating func number(_ what: String) throws(Mistake) -> NumberSyntax {
    guard token.kind == .number else { throw expected(what) }
    let number = advance()
    guard let value = Int(number.text) else {
      throw mistake("number", "`\(number.text)` is not a whole number", at: number.range)
    }
    return NumberSyntax(value: value, range: number.range)
  }

  // MARK: Mistakes

  mutating func mistake(_ rule: String, _ message: String, at range: Range<Int>) -> Mistake {
    sink.error(rule, message, at: range)
    return Mistake()
  }

  /// Reports that something else should stand here; at the end of the line before when that is where it is missing.
  mutating func expected(_ what: String) -> Mistake {
    if token.startsLine || token.kind == .end, index > 0 {
      let end = previousEnd
      return mistake("syntax", "expected \(what)", at: end..<end)
    }
    return mistake("syntax", "expected \(what), found `\(source.text(token.range))`", at: token.range)
  }

  /// Skips to the next line that is not inside braces opened on the way, or to the brace that closes this body.
  private mutating func recover(closing: Bool) {
    var open = 0
    while token.kind != .end {
      if open == 0, token.startsLine { return }
      if open == 0, closing, isSymbol("}") { return }
      if isSymbol("{") { open += 1 }
      if isSymbol("}"), open > 0 { open -= 1 }
      index += 1
    }
  }

  /// Steps over the token that nothing could begin with, and over the body that it opens.
  private mutating func skipOne() {
    let isOpening = isSymbol("{")
    advance()
    guard isOpening else { return }
    skipBody()
    advance()
  }

  /// Skips to the brace that closes the body that has just been opened.
  private mutating func skipBody() {
    var open = 0
    while token.kind != .end {
      if isSymbol("{") { open += 1 }
      if isSymbol("}") {
        if open == 0 { return }
        open -= 1
      }
      index += 1
    }
  }

  /// The `///` lines directly above a token that begins its line.
  func documentation(of token: Token) -> [String] {
    guard token.startsLine else { return [] }
    var line = source.line(at: token.range.lowerBound)
    var low = 0
    var high = comments.count
    while low < high {
      let middle = (low + high) / 2
      if comments[middle].range.lowerBound < token.range.lowerBound { low = middle + 1 } else { high = middle }
    }
    var lines: [String] = []
    while low > 0 {
      let comment = comments[low - 1]
      guard comment.isDocumentation, comment.startsLine, source.line(at: comment.range.lowerBound) == line - 1 else {
        break
      }
      let text = comment.text.dropFirst(3)
      lines.append(String(text.first == " " ? text.dropFirst() : text))
      line -= 1
      low -= 1
    }
    return lines.reversed()
  }
}

extension SourceFile {
  func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
}
