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
    var key: Entity.Key?
    if syntax.kind == .entity { checkKeyCount(of: syntax, in: file) }
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
      case .key(let syntax):
        checkName(syntax.name, what: "key", &members, file: file)
        key = key ?? self.key(syntax, in: file)
      case .call, .reserved, .lane, .subject, .collection, .upgrade: break
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
      // Without what is wrong with it, it is as good as a message.
      case .entity: entity(syntax, fields: fields, key: key, in: file).map { .entity($0) } ?? .message
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
    case .entity: Names.messageMembers.union(Names.entityMembers)
    case .service: Names.callMembers
    }
  }

  private func allowedNumbers(of kind: DeclarationSyntax.Kind) -> ClosedRange<Int> {
    switch kind {
    case .message, .error, .union, .entity: Limits.fieldNumbers
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
    checkName(name, what: what, &members, file: file)
  }

  private mutating func checkName(_ name: Name, what: String, _ members: inout MemberNames, file: Int) {
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
}
