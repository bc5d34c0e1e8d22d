/// Definition files after checking: names are resolved, and all that an emitter needs is at hand. Everything in it
/// has been found valid.
package struct Schema: Sendable {
  /// In the order in which they were given, imports after them.
  package let files: [File]
  let typesByName: [String: TypeDeclaration]

  /// A definition file.
  package struct File: Sendable {
    package let path: String
    package let package: String
    /// The paths of the files that it imports, as `File.path` has them.
    package let imports: [String]
    package let types: [TypeDeclaration]
    package let services: [Service]
    /// Whether it was asked for by itself and not only imported by another.
    package let isRoot: Bool

    /// The name without folder and extension: `notes` of `a/notes.rpc`.
    package var stem: String {
      let name = path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...]
      return String(name.hasSuffix(".rpc") ? name.dropLast(4) : name)
    }

    /// Its types and the types inside them, outer ones first.
    var allTypes: [TypeDeclaration] { types.flatMap(\.withNested) }
  }

  /// The files that were asked for.
  package var roots: [File] { files.filter(\.isRoot) }

  func type(of reference: TypeReference) -> TypeDeclaration {
    guard let type = typesByName[reference.qualifiedName] else {
      preconditionFailure("the checker resolves every reference: \(reference.qualifiedName)")
    }
    return type
  }
}

/// Text for people that belongs to a declaration.
package struct Annotations: Sendable, Hashable {
  package var documentation: [String] = []
  /// What to use instead (may be empty), or nil when it is not deprecated.
  package var deprecation: String?
}

package struct TypeDeclaration: Sendable {
  package enum Kind: Sendable, Hashable {
    case message, enumeration, union
    case error(number: Int)
    case entity(Entity)
  }

  package let kind: Kind
  package let name: String
  /// With package and outer types: `notes.Draft.Part`.
  package let qualifiedName: String
  /// Without the package: `Draft.Part`.
  package let swiftName: String
  package let annotations: Annotations
  package var fields: [Field] = []
  package var values: [EnumValue] = []
  package var nested: [TypeDeclaration] = []
  package var reservedNumbers: [ClosedRange<Int>] = []
  package var reservedNames: [String] = []
  /// Whether it holds itself by value, so that a union of it has to be indirect.
  package var isRecursive = false

  var withNested: [TypeDeclaration] { [self] + nested.flatMap(\.withNested) }
  /// What makes it an entity, if it is one.
  package var entity: Entity? { if case .entity(let entity) = kind { entity } else { nil } }
  /// By ascending number.
  var sortedFields: [Field] { fields.sorted { $0.number < $1.number } }
}

package struct EnumValue: Sendable, Hashable {
  package let number: Int
  package let name: String
  package let annotations: Annotations
}

package struct Field: Sendable, Hashable {
  package let number: Int
  package let name: String
  package let type: FieldType
  package let annotations: Annotations
  /// Who prevails in it; of an entity's field.
  package var policy: MergePolicy?
  /// Whether its Swift storage goes through a box, since the type holds itself.
  package var isIndirect = false
}

package struct TypeReference: Sendable, Hashable {
  package let qualifiedName: String
  package let swiftName: String
  package let isEnumeration: Bool
}

package enum Element: Sendable, Hashable {
  case scalar(Scalar)
  case named(TypeReference)

  var isMessage: Bool {
    switch self {
    case .scalar(let scalar): scalar == .timestamp || scalar == .duration
    case .named(let reference): !reference.isEnumeration
    }
  }
}

package enum FieldType: Sendable, Hashable {
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

package enum DefaultValue: Sendable, Hashable {
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
package enum Scalar: String, Sendable, Hashable, CaseIterable {
  case bool, int32, int64, uint32, uint64, sint32, sint64, fixed32, fixed64, sfixed32, sfixed64, float, double, string,
    bytes, timestamp, duration, uuid
}

package struct Service: Sendable {
  package let name: String
  package let number: Int
  package let qualifiedName: String
  package let annotations: Annotations
  /// As they are written.
  package let calls: [Call]
  package let reservedNumbers: [ClosedRange<Int>]
  package let reservedNames: [String]
}

package struct Call: Sendable {
  package enum Shape: String, Sendable { case unary, serverStream, clientStream, bidirectional }

  package let name: String
  package let number: Int
  package let shape: Shape
  package let request: TypeReference
  package let reply: TypeReference
  package let errors: [TypeReference]
  package let annotations: Annotations
  package var isIdempotent = false
  /// Whether the server keeps the outcome under the idempotency key, so that sending it again is safe.
  package var isKeyed = false
  package var deadlineMilliseconds: Int?
  /// `high`, `normal` or `low`.
  package var priority: String?
  package var requestLimit: Int?
  package var replyLimit: Int?
}
