extension Checker {
  /// Checks a type's members and builds what can be built of it.
  mutating func type(_ syntax: DeclarationSyntax, in file: Int, scope: [String]) -> TypeDeclaration {
    let name = syntax.name.text
    let inner = scope + [name]
    let qualifiedName = inner.joined(separator: ".")
    var annotations = Annotations(documentation: syntax.documentation)
    var members = MemberNames(taken: takenMembers(of: syntax.kind), numbers: allowedNumbers(of: syntax.kind))
    for case .reserved(let reserved) in syntax.members { reserve(reserved, in: &members, file: file) }

    var fields: [Field] = []
    var values: [EnumValue] = []
    var nested: [TypeDeclaration] = []
    for member in syntax.members {
      switch member {
      case .field(let field):
        checkMember(field.number, field.name, what: "field", &members, file: file)
        if let built = self.field(field, of: syntax, in: file, scope: inner) { fields.append(built) }
      case .value(let value):
        checkMember(value.number, value.name, what: "value", &members, file: file)
        values.append(
          EnumValue(
            number: value.number.value, name: value.name.text,
            annotations: self.annotations(value.documentation, value.options, in: file)))
      case .declaration(let declaration):
        nested.append(type(declaration, in: file, scope: inner))
      case .deprecated(let option): annotations.deprecation = option.value?.text ?? ""
      case .call, .reserved: break
      }
    }
    checkDerivedMembers(fields, of: syntax, in: file)
    if syntax.kind == .enumeration, !values.contains(where: { $0.number == 0 }) {
      error(
        "enum-zero", "an enum has a value 0, which stands for \"nothing was said\": `0: unknown`", in: file,
        at: syntax.name.range)
    }
    if syntax.kind == .union, fields.isEmpty,
      !syntax.members.contains(where: { if case .field = $0 { true } else { false } })
    {
      error("union-member", "a union has at least one member", in: file, at: syntax.name.range)
    }
    let kind: TypeDeclaration.Kind =
      switch syntax.kind {
      case .enumeration: .enumeration
      case .union: .union
      case .error: .error(number: syntax.number?.value ?? 0)
      case .message, .service: .message
      }
    return TypeDeclaration(
      kind: kind, name: name, qualifiedName: qualifiedName,
      swiftName: declared[qualifiedName]?.swiftName ?? name, annotations: annotations, fields: fields, values: values,
      nested: nested, reservedNumbers: members.reservedNumbers.map(\.numbers),
      reservedNames: members.reservedNames.sorted())
  }

  // MARK: Numbers and names of members

  /// What the members of one declaration have used so far.
  struct MemberNames {
    let taken: Set<String>
    let numbers: ClosedRange<Int>
    var reservedNumbers: [ReservedSyntax.Numbers] = []
    var reservedNames: Set<String> = []
    var byNumber: [Int: String] = [:]
    var names: Set<String> = []
  }

  private func takenMembers(of kind: DeclarationSyntax.Kind) -> Set<String> {
    switch kind {
    case .message: Names.messageMembers
    case .error: Names.messageMembers.union(Names.errorMembers)
    case .union: Names.unionMembers
    case .enumeration: Names.enumMembers
    case .service: Names.callMembers
    }
  }

  private func allowedNumbers(of kind: DeclarationSyntax.Kind) -> ClosedRange<Int> {
    switch kind {
    case .message, .error, .union: Limits.fieldNumbers
    case .enumeration: Limits.enumNumbers
    case .service: Limits.callNumbers
    }
  }

  mutating func reserve(_ syntax: ReservedSyntax, in members: inout MemberNames, file: Int) {
    for numbers in syntax.numbers {
      if !members.numbers.contains(numbers.numbers.lowerBound) || !members.numbers.contains(numbers.numbers.upperBound)
      {
        error(
          "number-range", "numbers here go from \(members.numbers.lowerBound) to \(members.numbers.upperBound)",
          in: file, at: numbers.range)
      } else if members.reservedNumbers.contains(where: { $0.numbers.overlaps(numbers.numbers) }) {
        error("reserved", "this is reserved already", in: file, at: numbers.range)
      } else {
        members.reservedNumbers.append(numbers)
      }
    }
    for name in syntax.names {
      if !isLowerName(name.text) || name.text.contains(where: { !($0.isLetter || $0.isNumber || $0 == "_") }) {
        error("reserved", "a reserved name is the name of a field, value or call", in: file, at: name.range)
      } else if !members.reservedNames.insert(name.text).inserted {
        error("reserved", "this is reserved already", in: file, at: name.range)
      }
    }
  }

  mutating func checkMember(
    _ number: NumberSyntax, _ name: Name, what: String, _ members: inout MemberNames, file: Int
  ) {
    if !members.numbers.contains(number.value) {
      error(
        "number-range",
        "a \(what)'s number goes from \(members.numbers.lowerBound) to \(members.numbers.upperBound)", in: file,
        at: number.range)
    } else if members.numbers == Limits.fieldNumbers, Limits.protobufNumbers.contains(number.value) {
      error("number-range", "protobuf keeps the numbers 19000 to 19999 for itself", in: file, at: number.range)
    } else if let earlier = members.byNumber[number.value] {
      error(
        "duplicate-number", "number \(number.value) belongs to `\(earlier)` already", in: file, at: number.range)
    } else if members.reservedNumbers.contains(where: { $0.numbers.contains(number.value) }) {
      error("reserved", "number \(number.value) is reserved", in: file, at: number.range)
    }
    members.byNumber[number.value] = members.byNumber[number.value] ?? name.text

    let swiftName = Names.camel(name.text)
    if !isLowerName(name.text) {
      error(
        "name", "`\(name.text)`: a \(what)'s name begins with a small letter, as in `due_date` or `dueDate`", in: file,
        at: name.range)
    } else if members.reservedNames.contains(name.text) {
      error("reserved", "the name `\(name.text)` is reserved", in: file, at: name.range)
    } else if members.taken.contains(swiftName) || Names.impossibleMembers.contains(swiftName) {
      error("name", "generated Swift has another use for the name `\(swiftName)`", in: file, at: name.range)
    } else if !members.names.insert(swiftName).inserted {
      error("duplicate-name", "there is a \(what) `\(swiftName)` already", in: file, at: name.range)
    }
  }

  /// `size uint32 = 1` also makes `hasSize` and `clearSize`, and a union's `value` is a name of its own.
  private mutating func checkDerivedMembers(_ fields: [Field], of syntax: DeclarationSyntax, in file: Int) {
    let names = Set(fields.map { Names.camel($0.name) })
    for case .field(let field) in syntax.members where field.defaultValue != nil {
      for derived in ["has", "clear"].map({ $0 + Names.pascal(field.name.text) }) where names.contains(derived) {
        error(
          "duplicate-name", "`\(field.name.text)` has a default and so a member `\(derived)`, which is also a field",
          in: file, at: field.name.range)
      }
    }
  }

  // MARK: Fields

  private mutating func field(
    _ syntax: FieldSyntax, of owner: DeclarationSyntax, in file: Int, scope: [String]
  ) -> Field? {
    let annotations = annotations(syntax.documentation, syntax.options, in: file)
    guard let type = fieldType(syntax, of: owner, in: file, scope: scope) else { return nil }
    return Field(number: syntax.number.value, name: syntax.name.text, type: type, annotations: annotations)
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
    if found.syntax.kind == .service {
      error("unknown-type", "`\(name.text)` is a service, not a type", in: file, at: name.range)
      return nil
    }
    return .named(reference)
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

  /// Takes `deprecated`; any other option has no place on a field or value.
  mutating func annotations(_ documentation: [String], _ options: [OptionSyntax], in file: Int) -> Annotations {
    var annotations = Annotations(documentation: documentation)
    for option in options {
      if option.name.text != "deprecated" {
        error("option", "`\(option.name.text)` is an option of calls", in: file, at: option.name.range)
      } else if annotations.deprecation != nil {
        error("option", "`deprecated` stands here twice", in: file, at: option.range)
      } else {
        annotations.deprecation = option.value?.text ?? ""
      }
    }
    return annotations
  }
}
