/// Types, defaults and options of fields.
extension Checker {
  mutating func field(
    _ syntax: FieldSyntax, of owner: DeclarationSyntax, in file: Int, scope: [String]
  ) -> Field? {
    let isEntitys = owner.kind == .entity
    let annotations = annotations(
      syntax.documentation, syntax.options, allowing: isEntitys ? ["merge"] : [], in: file)
    guard let type = fieldType(syntax, of: owner, in: file, scope: scope) else { return nil }
    let policy = isEntitys ? policy(of: syntax, type, in: owner, file: file) : nil
    return Field(
      number: syntax.number.value, name: syntax.name.text, type: type, annotations: annotations, policy: policy)
  }

  private mutating func fieldType(
    _ syntax: FieldSyntax, of owner: DeclarationSyntax, in file: Int, scope: [String]
  ) -> FieldType? {
    let isPlain: Bool
    if case .plain = syntax.type.shape { isPlain = true } else { isPlain = false }
    if owner.kind == .union, !isPlain || syntax.type.isOptional || syntax.defaultValue != nil {
      error(
        "union-member", "a union's member is a plain type: no list, set, map, `?` or default", in: file,
        at: syntax.type.range)
      return nil
    }
    if !isPlain, syntax.type.isOptional {
      error(
        "optional", "a list, set or map is empty rather than absent: leave the `?` out", in: file, at: syntax.type.range
      )
    }
    switch syntax.type.shape {
    case .plain(let name):
      guard let element = element(name, in: file, scope: scope) else { return nil }
      guard let token = syntax.defaultValue else {
        return syntax.type.isOptional ? .optional(element) : .singular(element)
      }
      if syntax.type.isOptional {
        error("default", "a field with a default is never absent: leave the `?` out", in: file, at: syntax.type.range)
      }
      return defaultValue(token, of: element, in: file).map { .defaulted(element, $0) }
    case .list(let name):
      refuseDefault(syntax, in: file)
      return element(name, in: file, scope: scope).map(FieldType.list)
    case .set(let name):
      refuseDefault(syntax, in: file)
      guard let element = element(name, in: file, scope: scope) else { return nil }
      if element.isMessage || element == .scalar(.float) || element == .scalar(.double) {
        error(
          "set-element", "a set holds bool, whole numbers, string, bytes, uuid or an enum, not `\(name.text)`",
          in: file, at: name.range)
      }
      return .set(element)
    case .map(let key, let value):
      refuseDefault(syntax, in: file)
      let valueElement = element(value, in: file, scope: scope)
      guard let scalar = Scalar(rawValue: key.text), scalar.isMapKey else {
        error(
          "map-key", "a map's key is a bool, a whole number or a string, not `\(key.text)`", in: file, at: key.range)
        return nil
      }
      return valueElement.map { .map(key: scalar, value: $0) }
    }
  }

  private mutating func refuseDefault(_ syntax: FieldSyntax, in file: Int) {
    guard let token = syntax.defaultValue else { return }
    error("default", "a list, set or map has no default but empty", in: file, at: token.range)
  }

  private mutating func element(_ name: Name, in file: Int, scope: [String]) -> Element? {
    if let scalar = Scalar(rawValue: name.text) { return .scalar(scalar) }
    if name.text == "list" || name.text == "set" || name.text == "map" {
      error("unknown-type", "lists are written `[T]`, sets `set<T>`, maps `map<K, V>`", in: file, at: name.range)
      return nil
    }
    guard let (reference, found) = resolve(name, scope: scope, in: file) else { return nil }
    switch found.syntax.kind {
    case .service:
      error("unknown-type", "`\(name.text)` is a service, not a type", in: file, at: name.range)
      return nil
    case .entity:
      error(
        "entity-use", "`\(name.text)` is an entity and part of nothing else; name it by its key", in: file,
        at: name.range)
      return nil
    case .message, .enumeration, .union, .error: return .named(reference)
    }
  }

  // MARK: Defaults

  private mutating func defaultValue(_ token: Token, of element: Element, in file: Int) -> DefaultValue? {
    switch element {
    case .named(let reference):
      guard reference.isEnumeration, let type = declared[reference.qualifiedName] else {
        error("default", "a message has no default but empty", in: file, at: token.range)
        return nil
      }
      let isValue = type.syntax.members.contains {
        if case .value(let value) = $0 { value.name.text == token.text } else { false }
      }
      guard token.kind == .word, isValue else {
        error(
          "default", "the default of a `\(type.syntax.name.text)` is the name of one of its values", in: file,
          at: token.range)
        return nil
      }
      return .value(token.text)
    case .scalar(let scalar):
      let (value, expectation) = DefaultValue.parse(token, as: scalar)
      guard let value else {
        error("default", "`\(scalar.rawValue)` takes \(expectation) as a default", in: file, at: token.range)
        return nil
      }
      return value
    }
  }

  // MARK: Options

  /// Takes `deprecated`; of other options a field or value has only those that are allowed.
  mutating func annotations(
    _ documentation: [String], _ options: [OptionSyntax], allowing allowed: Set<String> = [], in file: Int
  ) -> Annotations {
    var annotations = Annotations(documentation: documentation)
    for option in options where !allowed.contains(option.name.text) {
      if option.name.text != "deprecated" {
        let place = option.name.text == "merge" ? "fields of entities" : "calls"
        error("option", "`\(option.name.text)` is an option of \(place)", in: file, at: option.name.range)
      } else if annotations.deprecation != nil {
        error("option", "`deprecated` stands here twice", in: file, at: option.range)
      } else {
        annotations.deprecation = option.value?.text ?? ""
      }
    }
    return annotations
  }
}
