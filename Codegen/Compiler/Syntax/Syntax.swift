/// A definition file as it is written: nothing is resolved or checked yet.
struct FileSyntax: Sendable {
  let source: SourceFile
  var package: PackageSyntax?
  var imports: [ImportSyntax] = []
  var declarations: [DeclarationSyntax] = []
  var comments: [Comment] = []
}

/// A piece of text and where it stands.
struct Name: Sendable, Equatable {
  let text: String
  let range: Range<Int>
}

/// `package notes`
struct PackageSyntax: Sendable {
  let name: Name
  let range: Range<Int>
}

/// `import "common.rpc"`
struct ImportSyntax: Sendable {
  let path: Name
  let range: Range<Int>
}

/// A message, enum, union, error, entity or service with its body.
struct DeclarationSyntax: Sendable {
  enum Kind: String, Sendable, CaseIterable {
    case message
    case enumeration = "enum"
    case union, error, entity, service
  }

  let kind: Kind
  let name: Name
  /// `= 7` of an error or a service.
  let number: NumberSyntax?
  /// Of an entity.
  let entity: EntityHeadSyntax?
  let documentation: [String]
  var members: [MemberSyntax]
  /// Whether all of the body could be understood, so that what is not among the members is not there.
  let isWhole: Bool
  /// From the first word to the closing brace.
  let range: Range<Int>
  /// From the opening to the closing brace.
  let body: Range<Int>
}

/// What may stand in a body.
enum MemberSyntax: Sendable {
  case field(FieldSyntax)
  case value(ValueSyntax)
  case call(CallSyntax)
  case declaration(DeclarationSyntax)
  case reserved(ReservedSyntax)
  case key(KeySyntax)
  case lane(EntityLineSyntax)
  case subject(EntityLineSyntax)
  case collection(EntityLineSyntax)
  case upgrade(UpgradeSyntax)
  /// A line `deprecated`, which marks the whole declaration.
  case deprecated(OptionSyntax)

  var range: Range<Int> {
    switch self {
    case .field(let field): field.range
    case .value(let value): value.range
    case .call(let call): call.range
    case .declaration(let declaration): declaration.range
    case .reserved(let reserved): reserved.range
    case .key(let key): key.range
    case .lane(let line), .subject(let line), .collection(let line): line.range
    case .upgrade(let upgrade): upgrade.range
    case .deprecated(let option): option.range
    }
  }
}

struct NumberSyntax: Sendable {
  let value: Int
  let range: Range<Int>
}

/// `1: title string = "new" { deprecated }`
struct FieldSyntax: Sendable {
  let number: NumberSyntax
  let name: Name
  let type: TypeSyntax
  let defaultValue: Token?
  let options: [OptionSyntax]
  let documentation: [String]
  let range: Range<Int>
}

/// `1: created`
struct ValueSyntax: Sendable {
  let number: NumberSyntax
  let name: Name
  let options: [OptionSyntax]
  let documentation: [String]
  let range: Range<Int>
}

/// `T`, `T?`, `[T]`, `set<T>` or `map<K, V>`
struct TypeSyntax: Sendable {
  enum Shape: Sendable {
    case plain(Name)
    case list(Name)
    case set(Name)
    case map(key: Name, value: Name)
  }

  let shape: Shape
  let isOptional: Bool
  let range: Range<Int>
}

/// `call find = 2 (Query) -> stream Draft throws Gone { idempotent }`
struct CallSyntax: Sendable {
  struct Side: Sendable {
    let isStream: Bool
    let type: Name
  }

  let name: Name
  let number: NumberSyntax
  let request: Side
  let reply: Side
  let errors: [Name]
  let options: [OptionSyntax]
  let documentation: [String]
  let range: Range<Int>
}

/// `reserved 6, 9..12, "colour"`
struct ReservedSyntax: Sendable {
  struct Numbers: Sendable {
    let numbers: ClosedRange<Int>
    let range: Range<Int>
  }

  var numbers: [Numbers] = []
  var names: [Name] = []
  let range: Range<Int>
}

/// One entry of `{ deadline 2s  idempotent }`. `name` may be of two words: `request limit`.
struct OptionSyntax: Sendable {
  let name: Name
  let value: Token?
  let range: Range<Int>
}
