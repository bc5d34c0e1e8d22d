/// Definition files after checking: names are resolved, and all that an emitter needs is at hand. Everything in it
/// has been found valid.
public struct Schema: Sendable {
  /// In the order in which they were given, imports after them.
  public let files: [File]
  let typesByName: [String: TypeDeclaration]

  /// A definition file.
  public struct File: Sendable {
    public let path: String
    public let package: String
    /// The paths of the files that it imports, as `File.path` has them.
    public let imports: [String]
    public let types: [TypeDeclaration]
    public let services: [Service]
    /// Whether it was asked for by itself and not only imported by another.
    public let isRoot: Bool

    /// The name without folder and extension: `notes` of `a/notes.rpc`.
    public var stem: String {
      let name = path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...]
      return String(name.hasSuffix(".rpc") ? name.dropLast(4) : name)
    }

    /// Its types and the types inside them, outer ones first.
    var allTypes: [TypeDeclaration] { types.flatMap(\.withNested) }
  }

  /// The files that were asked for.
  public var roots: [File] { files.filter(\.isRoot) }

  func type(of reference: TypeReference) -> TypeDeclaration {
    guard let type = typesByName[reference.qualifiedName] else {
      preconditionFailure("the checker resolves every reference: \(reference.qualifiedName)")
    }
    return type
  }
}

/// Text for people that belongs to a declaration.
public struct Annotations: Sendable, Hashable {
  public var documentation: [String] = []
  /// What to use instead (may be empty), or nil when it is not deprecated.
  public var deprecation: String?
}

public struct TypeDeclaration: Sendable {
  public enum Kind: Sendable, Hashable {
    case message, enumeration, union
    case error(number: Int)
  }

  public let kind: Kind
  public let name: String
  /// With package and outer types: `notes.Draft.Part`.
  public let qualifiedName: String
  /// Without the package: `Draft.Part`.
  public let swiftName: String
  public let annotations: Annotations
  public var fields: [Field] = []
  public var values: [EnumValue] = []
  public var nested: [TypeDeclaration] = []
  public var reservedNumbers: [ClosedRange<Int>] = []
  public var reservedNames: [String] = []
  /// Whether it holds itself by value, so that a union of it has to be indirect.
  public var isRecursive = false

  var withNested: [TypeDeclaration] { [self] + nested.flatMap(\.withNested) }
  /// By ascending number.
  var sortedFields: [Field] { fields.sorted { $0.number < $1.number } }
}

public struct EnumValue: Sendable, Hashable {
  public let number: Int
  public let name: String
  public let annotations: Annotations
}

public struct Field: Sendable, Hashable {
  public let number: Int
  public let name: String
  public let type: FieldType
  public let annotations: Annotations
  /// Whether its Swift storage goes through a box, since the type holds itself.
  public var isIndirect = false
}

public struct TypeReference: Sendable, Hashable {
  public let qualifiedName: String
  public let swiftName: String
  public let isEnumeration: Bool
}

public enum Element: Sendable, Hashable {
  case scalar(Scalar)
  case named(TypeReference)

  var isMessage: Bool {
    switch self {
    case .scalar(let scalar): scalar == .timestamp || scalar == .duration
    case .named(let reference): !reference.isEnumeration
    }
  }
}

public enum FieldType: Sendable, Hashable {
  /// The zero value is not written.
  case singular(Element)
  /// Absent or present.
  case optional(Element)
  /// Present or the default.
  case defaulted(Element, DefaultValue)
  case list(Element)
  case set(Element)
  case map(key: Scalar, value: Element)

  var element: Element {
    switch self {
    case .singular(let element), .optional(let element), .defaulted(let element, _), .list(let element),
      .set(let element), .map(_, let element):
      element
    }
  }
}

public enum DefaultValue: Sendable, Hashable {
  case bool(Bool)
  case signed(Int64)
  case unsigned(UInt64)
  /// As written, since it is exact so.
  case floating(String)
  case string(String)
  /// The name of an enum value.
  case value(String)
}

/// The types that need no declaration.
public enum Scalar: String, Sendable, Hashable, CaseIterable {
  case bool, int32, int64, uint32, uint64, sint32, sint64, fixed32, fixed64, sfixed32, sfixed64, float, double, string,
    bytes, timestamp, duration, uuid
}

public struct Service: Sendable {
  public let name: String
  public let number: Int
  public let qualifiedName: String
  public let annotations: Annotations
  /// As they are written.
  public let calls: [Call]
  public let reservedNumbers: [ClosedRange<Int>]
  public let reservedNames: [String]
}

public struct Call: Sendable {
  public enum Shape: String, Sendable { case unary, serverStream, clientStream, bidirectional }

  public let name: String
  public let number: Int
  public let shape: Shape
  public let request: TypeReference
  public let reply: TypeReference
  public let errors: [TypeReference]
  public let annotations: Annotations
  public var isIdempotent = false
  /// Whether the server keeps the outcome under the idempotency key, so that sending it again is safe.
  public var isKeyed = false
  public var deadlineMilliseconds: Int?
  /// `high`, `normal` or `low`.
  public var priority: String?
  public var requestLimit: Int?
  public var replyLimit: Int?
}
