/// What only entities have: a key, policies, a lane, a subject, a collection.
extension Checker {
  /// Checks what stands beside the fields of an entity. Nil when it is wrong.
  mutating func entity(_ syntax: DeclarationSyntax, fields: [Field], key: Entity.Key?, in file: Int) -> Entity? {
    guard let head = syntax.entity else { return nil }
    let type = entityType(head.type, in: file)
    let version = head.version.value
    if !Limits.entityVersions.contains(version) {
      error(
        "number-range", "versions of entities go from 1 to \(Limits.entityVersions.upperBound)", in: file,
        at: head.version.range)
    }
    let policy = MergePolicy(ofEntity: head.merge.text)
    if policy == nil {
      error(
        "merge", "an entity merges by one of \(MergePolicy.namesForEntities)", in: file, at: head.merge.range)
    }
    let lane = self.lane(of: syntax, fields: fields, in: file)
    let subject = self.subject(of: syntax, fields: fields, in: file)
    let collection = self.collection(of: syntax, in: file)
    let upgrades = self.upgrades(of: syntax, to: version, in: file)
    checkFieldCount(of: syntax, in: file)
    guard let type, let policy, let key else { return nil }
    return Entity(
      type: type, version: version, policy: policy, key: key, lane: lane, subject: subject, collection: collection,
      upgrades: upgrades)
  }

  private mutating func entityType(_ name: Name, in file: Int) -> String? {
    let isPlain = name.text.utf8.allSatisfy { byte in
      UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
        || Array("_-.".utf8).contains(byte)
    }
    guard isPlain, 1...Limits.entityTypeBytes ~= name.text.utf8.count else {
      error(
        "entity-type",
        "an entity's name on the wire has small letters, digits, `_`, `-` and `.`, "
          + "\(Limits.entityTypeBytes) at most", in: file, at: name.range)
      return nil
    }
    return name.text
  }

  private mutating func checkFieldCount(of syntax: DeclarationSyntax, in file: Int) {
    let count = syntax.members.count { if case .field = $0 { true } else { false } }
    if count > Limits.entityFields || count == 0 && syntax.isWhole {
      error("entity-field", "an entity has 1 to \(Limits.entityFields) fields", in: file, at: syntax.name.range)
    }
  }

  // MARK: Keys

  /// Checks the key's type; its name is checked with those of the fields.
  mutating func key(_ syntax: KeySyntax, in file: Int) -> Entity.Key? {
    guard let type = Scalar(rawValue: syntax.type.text), type.isEntityKey else {
      error(
        "entity-key", "a key is a uuid, a string, bytes or a whole number, not `\(syntax.type.text)`", in: file,
        at: syntax.type.range)
      return nil
    }
    return Entity.Key(
      name: syntax.name.text, type: type, annotations: Annotations(documentation: syntax.documentation))
  }

  /// Reports keys after the first, or that there is none.
  mutating func checkKeyCount(of syntax: DeclarationSyntax, in file: Int) {
    let keys = syntax.members.compactMap { if case .key(let key) = $0 { key } else { nil } }
    if keys.isEmpty, syntax.isWhole {
      error("entity-key", "an entity has a key, as in `key id uuid`", in: file, at: syntax.name.range)
    }
    for key in keys.dropFirst() { error("entity-key", "an entity has one key", in: file, at: key.range) }
  }

  // MARK: Policies

  /// Who prevails in an entity's field: what its options say, or else its entity.
  mutating func policy(
    of syntax: FieldSyntax, _ type: FieldType, in owner: DeclarationSyntax, file: Int
  ) -> MergePolicy? {
    let options = syntax.options.filter { $0.name.text == "merge" }
    for option in options.dropFirst() { error("option", "`merge` stands here twice", in: file, at: option.range) }
    guard let option = options.first else { return owner.entity.flatMap { MergePolicy(ofEntity: $0.merge.text) } }
    guard let word = option.value, let policy = MergePolicy(rawValue: word.text) else {
      error("merge", "a field merges by one of \(MergePolicy.names)", in: file, at: option.value?.range ?? option.range)
      return nil
    }
    switch (policy, type) {
    case (.counter, .singular(.scalar(let scalar))) where scalar.isWholeNumber: break
    case (.counter, _):
      error("merge", "a counter is a whole number without `?` and default", in: file, at: word.range)
    case (.set, .set), (.append, .list): break
    case (.set, _): error("merge", "only a `set<T>` merges as a set", in: file, at: word.range)
    case (.append, _): error("merge", "only a list, `[T]`, merges by what is appended", in: file, at: word.range)
    case (.manual, _), (.server, _), (.client, _), (.timestamp, _), (.custom, _): break
    }
    return policy
  }

  // MARK: Lanes, subjects and collections

  private mutating func lane(of syntax: DeclarationSyntax, fields: [Field], in file: Int) -> Int? {
    let lines = syntax.members.compactMap { if case .lane(let line) = $0 { line } else { nil } }
    guard let (name, field) = field(named: lines, rule: "lane", of: syntax, among: fields, in: file) else { return nil }
    switch field.type {
    case .singular(.scalar(let scalar)) where scalar.isEntityKey,
      .optional(.scalar(let scalar)) where scalar.isEntityKey:
      guard field.policy != .counter else { break }
      return field.number
    case .singular, .optional, .defaulted, .list, .set, .map: break
    }
    error(
      "lane", "`\(name.text)` cannot be a parent's key: that is a uuid, a string, bytes or a whole number, no counter",
      in: file, at: name.range)
    return nil
  }

  private mutating func subject(of syntax: DeclarationSyntax, fields: [Field], in file: Int) -> Int? {
    let lines = syntax.members.compactMap { if case .subject(let line) = $0 { line } else { nil } }
    guard let (name, field) = field(named: lines, rule: "subject", of: syntax, among: fields, in: file) else {
      return nil
    }
    switch field.type {
    case .singular(.scalar(.string)), .singular(.scalar(.uuid)), .optional(.scalar(.string)), .optional(.scalar(.uuid)):
      return field.number
    case .singular, .optional, .defaulted, .list, .set, .map: break
    }
    error("subject", "`\(name.text)` cannot name a subject: that is a string or a uuid", in: file, at: name.range)
    return nil
  }

  /// The field that the one line of its kind names.
  private mutating func field(
    named lines: [EntityLineSyntax], rule: String, of syntax: DeclarationSyntax, among fields: [Field], in file: Int
  ) -> (Name, Field)? {
    for line in lines.dropFirst() { error(rule, "an entity has one \(rule)", in: file, at: line.range) }
    guard let name = lines.first?.name else { return nil }
    if let field = fields.first(where: { $0.name == name.text }) { return (name, field) }
    // A field of which something else is wrong has been reported already.
    let written = syntax.members.compactMap { if case .field(let field) = $0 { field.name.text } else { nil } }
    guard syntax.isWhole, !written.contains(name.text) else { return nil }
    let hint = Spelling.closest(to: name.text, in: written).map { "; did you mean `\($0)`?" } ?? ""
    error(rule, "there is no field `\(name.text)`\(hint)", in: file, at: name.range)
    return nil
  }

  private mutating func collection(of syntax: DeclarationSyntax, in file: Int) -> String {
    let lines = syntax.members.compactMap { if case .collection(let line) = $0 { line } else { nil } }
    for line in lines.dropFirst() { error("collection", "an entity has one collection", in: file, at: line.range) }
    guard let name = lines.first?.name else { return Names.plural(Names.uncapitalised(syntax.name.text)) }
    if !isLowerName(name.text) {
      error(
        "name", "`\(name.text)`: a collection's name begins with a small letter, as in `notes`", in: file,
        at: name.range)
    }
    return Names.camel(name.text)
  }

  // MARK: Beyond one entity

  /// Names on the wire and collections are unique in everything that one program uses.
  mutating func checkEntityNames(_ built: [Schema.File]) {
    var types: [String: String] = [:]
    var collections: [String: String] = [:]
    for (index, file) in built.enumerated() {
      for type in file.types {
        guard let entity = type.entity, let place = declared[type.qualifiedName], let head = place.syntax.entity,
          place.file == index
        else { continue }
        if let earlier = types[entity.type] {
          error(
            "duplicate-name", "`\(earlier)` is called \"\(entity.type)\" on the wire already", in: index,
            at: head.type.range)
        }
        types[entity.type] = types[entity.type] ?? type.name
        let line = place.syntax.members.compactMap { if case .collection(let line) = $0 { line.name } else { nil } }
        let range = (line.first ?? place.syntax.name).range
        if let earlier = collections[entity.collection] {
          error(
            "duplicate-name",
            "the collection of `\(earlier)` is called `\(entity.collection)` already; name this one: `collection NAME`",
            in: index, at: range)
        } else if Names.replicaMembers.contains(entity.collection) {
          error(
            "name", "a replica has a `\(entity.collection)` of its own; name the collection: `collection NAME`",
            in: index, at: range)
        }
        collections[entity.collection] = collections[entity.collection] ?? type.name
      }
    }
  }

  /// What generated code of entities needs, no declaration of the same program may be called.
  mutating func checkEntityTypes() {
    guard files.contains(where: { $0.syntax.declarations.contains { $0.kind == .entity } }) else { return }
    for (index, file) in files.enumerated() {
      for declaration in file.syntax.declarations where Names.entityTypes.contains(declaration.name.text) {
        error(
          "name", "`\(declaration.name.text)` would hide a type that generated Swift needs; choose another name",
          in: index, at: declaration.name.range)
      }
    }
  }
}
