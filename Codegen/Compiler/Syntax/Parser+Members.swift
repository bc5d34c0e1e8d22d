extension Parser {
  /// `1: title string = "new" { deprecated }`
  mutating func field() throws(Mistake) -> FieldSyntax {
    let documentation = documentation(of: token)
    let number = try number("a field's number")
    _ = try symbol(":", after: "the number")
    let name = try word("the field's name")
    let type = try type()
    var defaultValue: Token?
    if accept("=") {
      guard token.kind == .word || token.kind == .number || token.kind == .string, !token.startsLine else {
        throw expected("a default: a number, a string, true, false or the name of an enum value")
      }
      defaultValue = advance()
    }
    let options = try options()
    return FieldSyntax(
      number: number, name: name, type: type, defaultValue: defaultValue, options: options,
      documentation: documentation, range: number.range.lowerBound..<previousEnd)
  }

  /// `1: created`
  mutating func value() throws(Mistake) -> ValueSyntax {
    let documentation = documentation(of: token)
    let number = try number("a value's number")
    _ = try symbol(":", after: "the number")
    let name = try word("the value's name")
    let options = try options()
    return ValueSyntax(
      number: number, name: name, options: options, documentation: documentation,
      range: number.range.lowerBound..<previousEnd)
  }

  /// `call find = 2 (Query) -> stream Draft throws Gone { idempotent }`
  mutating func call() throws(Mistake) -> CallSyntax {
    let documentation = documentation(of: token)
    let start = advance().range.lowerBound
    let name = try word("the call's name")
    _ = try symbol("=", after: "the call's name")
    let number = try number("the call's number")
    _ = try symbol("(", after: "the call's number")
    let request = try side("the request's type")
    _ = try symbol(")", after: "the request")
    _ = try symbol("->", after: "the request")
    let reply = try side("the reply's type")
    var errors: [Name] = []
    if acceptWord("throws") {
      repeat { errors.append(try dottedName("the name of an error")) } while accept(",")
    }
    let options = try options()
    return CallSyntax(
      name: name, number: number, request: request, reply: reply, errors: errors, options: options,
      documentation: documentation, range: start..<previousEnd)
  }

  private mutating func side(_ what: String) throws(Mistake) -> CallSyntax.Side {
    let isStream = acceptWord("stream")
    return CallSyntax.Side(isStream: isStream, type: try dottedName(what))
  }

  /// `reserved 6, 9..12, "colour"`
  mutating func reserved() throws(Mistake) -> ReservedSyntax {
    let start = advance().range.lowerBound
    var numbers: [ReservedSyntax.Numbers] = []
    var names: [Name] = []
    repeat {
      if token.kind == .string {
        let name = advance()
        names.append(Name(text: name.text, range: name.range))
        continue
      }
      let first = try number("a number, a range (`9..12`) or a name in quotes")
      let last = accept("..") ? try number("the end of the range") : first
      let range = first.range.lowerBound..<last.range.upperBound
      guard first.value <= last.value else {
        throw mistake("reserved", "the range ends before it begins", at: range)
      }
      numbers.append(ReservedSyntax.Numbers(numbers: first.value...last.value, range: range))
    } while accept(",")
    return ReservedSyntax(numbers: numbers, names: names, range: start..<previousEnd)
  }

  /// `T`, `T?`, `[T]`, `set<T>` or `map<K, V>`
  private mutating func type() throws(Mistake) -> TypeSyntax {
    let start = token.range.lowerBound
    let shape: TypeSyntax.Shape
    if isSymbol("["), !token.startsLine {
      advance()
      shape = .list(try dottedName("the type of the list's elements"))
      _ = try symbol("]", after: "the type of the elements")
    } else {
      guard !token.startsLine else { throw expected("the field's type") }
      let name = try dottedName("the field's type")
      if name.text == "set", accept("<") {
        shape = .set(try dottedName("the type of the set's elements"))
        _ = try symbol(">", after: "the type of the elements")
      } else if name.text == "map", accept("<") {
        let key = try dottedName("the type of the map's keys")
        _ = try symbol(",", after: "the type of the keys")
        shape = .map(key: key, value: try dottedName("the type of the map's values"))
        _ = try symbol(">", after: "the type of the values")
      } else {
        shape = .plain(name)
      }
    }
    let isOptional = accept("?")
    return TypeSyntax(shape: shape, isOptional: isOptional, range: start..<previousEnd)
  }

  // MARK: Options

  private enum OptionValue { case none, number, word, text }

  /// The options of the language. Where each may stand is the checker's business.
  private static let knownOptions: [String: OptionValue] = [
    "deprecated": .text, "deadline": .number, "priority": .word, "idempotent": .none, "keyed": .none,
    "request limit": .number, "reply limit": .number, "merge": .word,
  ]

  private mutating func options() throws(Mistake) -> [OptionSyntax] {
    guard accept("{") else { return [] }
    var options: [OptionSyntax] = []
    do throws(Mistake) {
      while !isSymbol("}") { options.append(try option()) }
    } catch {
      // What the mistake left of this block is skipped, but not what seems to be the next member.
      while !isSymbol("}"), !isSymbol("{"), token.kind != .end {
        if token.startsLine, token.kind == .number || isWord("call") { throw error }
        advance()
      }
      guard isSymbol("}") else { throw error }
    }
    advance()
    return options
  }

  /// One option; also the line `deprecated` of a body.
  mutating func option() throws(Mistake) -> OptionSyntax {
    var name = try word("an option or `}`")
    if name.text == "request" || name.text == "reply", isWord("limit") {
      let limit = advance()
      name = Name(text: name.text + " limit", range: name.range.lowerBound..<limit.range.upperBound)
    }
    guard let expectedValue = Self.knownOptions[name.text] else {
      let known = Self.knownOptions.keys.sorted().joined(separator: ", ")
      throw mistake("option", "unknown option `\(name.text)`; there are \(known)", at: name.range)
    }
    var value: Token?
    switch expectedValue {
    case .none: break
    case .text where token.kind == .string && !token.startsLine: value = advance()
    case .text: break
    case .number:
      guard token.kind == .number else { throw expected("a number with its unit after `\(name.text)`") }
      value = advance()
    case .word:
      guard token.kind == .word else { throw expected("a word after `\(name.text)`") }
      value = advance()
    }
    return OptionSyntax(name: name, value: value, range: name.range.lowerBound..<previousEnd)
  }
}
