extension Parser {
  /// `= "note" version 2 merge fields`
  mutating func entityHead() throws(Mistake) -> EntityHeadSyntax {
    guard accept("="), token.kind == .string, !token.startsLine else {
      throw expected("`= \"NAME\"` after the name of the entity: what it is called on the wire")
    }
    let type = advance()
    guard acceptWord("version") else { throw expected("`version` and the number of the entity's version") }
    let version = try number("the number of the entity's version")
    guard acceptWord("merge"), token.kind == .word, !token.startsLine else {
      throw expected("`merge` and who prevails: \(MergePolicy.namesForEntities)")
    }
    let merge = advance()
    return EntityHeadSyntax(
      type: Name(text: type.text, range: type.range), version: version,
      merge: Name(text: merge.text, range: merge.range))
  }

  /// `key id uuid`
  mutating func key() throws(Mistake) -> KeySyntax {
    let documentation = documentation(of: token)
    let start = advance().range.lowerBound
    let name = try word("the key's name")
    guard !token.startsLine else { throw expected("the key's type") }
    let type = try dottedName("the key's type")
    return KeySyntax(name: name, type: type, documentation: documentation, range: start..<previousEnd)
  }

  /// `lane by folder`
  mutating func lane() throws(Mistake) -> EntityLineSyntax {
    let start = advance().range.lowerBound
    guard acceptWord("by") else { throw expected("`by` and the field that names the parent") }
    return EntityLineSyntax(name: try word("the field that names the parent"), range: start..<previousEnd)
  }

  /// `subject by author`
  mutating func subject() throws(Mistake) -> EntityLineSyntax {
    let start = advance().range.lowerBound
    guard acceptWord("by") else { throw expected("`by` and the field that names whom the entity is about") }
    return EntityLineSyntax(
      name: try word("the field that names whom the entity is about"), range: start..<previousEnd)
  }

  /// `collection diaries`
  mutating func collection() throws(Mistake) -> EntityLineSyntax {
    let start = advance().range.lowerBound
    return EntityLineSyntax(name: try word("the collection's name"), range: start..<previousEnd)
  }

  /// `upgrade 1 { drop 4  move 2 to 6 }`
  mutating func upgrade() throws(Mistake) -> UpgradeSyntax {
    let start = advance().range.lowerBound
    let version = try number("the version that the step starts from")
    _ = try symbol("{", after: "the version")
    var steps: [UpgradeSyntax.Step] = []
    do throws(Mistake) {
      while !isSymbol("}") { steps.append(try upgradeStep()) }
    } catch {
      // The brace that is skipped to must not close the entity.
      while !isSymbol("}"), !token.startsLine, token.kind != .end { advance() }
      if isSymbol("}") { advance() }
      throw error
    }
    advance()
    return UpgradeSyntax(version: version, steps: steps, range: start..<previousEnd)
  }

  private mutating func upgradeStep() throws(Mistake) -> UpgradeSyntax.Step {
    let start = token.range.lowerBound
    if acceptWord("drop") {
      let number = try number("the number of the field to drop")
      return UpgradeSyntax.Step(number: number, target: nil, range: start..<previousEnd)
    }
    guard acceptWord("move") else { throw expected("`drop 4`, `move 2 to 6` or `}`") }
    let number = try number("the number of the field to move")
    guard acceptWord("to") else { throw expected("`to` and the number that the field has now") }
    let target = try self.number("the number that the field has now")
    return UpgradeSyntax.Step(number: number, target: target, range: start..<previousEnd)
  }
}
