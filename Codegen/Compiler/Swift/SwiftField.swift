/// How a field of a message looks in Swift.
struct SwiftField {
  let field: Field
  let schema: Schema

  /// The property's and parameter's name.
  var name: String { Names.swift(field.name) }
  private var plainName: String { Names.camel(field.name) }

  /// Whether the stored property is a private one behind the public one.
  var hasPrivateStorage: Bool {
    if case .defaulted = field.type { return true }
    return field.isIndirect || field.annotations.deprecation != nil
  }

  /// The stored property's name as it is written inside functions that have locals of their own.
  func storage(besides locals: Set<String>) -> String {
    if hasPrivateStorage { return "_" + plainName }
    return name(besides: locals)
  }

  /// The property's name inside functions that have locals of their own.
  func name(besides locals: Set<String>) -> String { locals.contains(plainName) ? "self.\(name)" : name }

  /// What the property reads as, said so that nothing warns of a deprecated one.
  var current: String {
    guard field.annotations.deprecation != nil else { return name }
    return "_" + plainName + (defaultLiteral.map { " ?? \($0)" } ?? "")
  }

  /// The property's type.
  var type: String {
    switch field.type {
    case .singular(let element), .defaulted(let element, _): Self.type(element)
    case .optional(let element): Self.type(element) + "?"
    case .list(let element): "[\(Self.type(element))]"
    case .set(let element): "Set<\(Self.type(element))>"
    case .map(let key, let value): "[\(Self.type(.scalar(key))): \(Self.type(value))]"
    }
  }

  /// The parameter's type in the initialiser, and that of the storage.
  var storedType: String {
    if case .defaulted(let element, _) = field.type { return Self.type(element) + "?" }
    if field.isIndirect { return "Indirect<\(Self.type(field.type.element))>?" }
    return type
  }

  var parameterType: String {
    if case .defaulted(let element, _) = field.type { return Self.type(element) + "?" }
    return type
  }

  /// The value when nothing was said, of storage and parameter.
  var initialValue: String {
    switch field.type {
    case .singular(let element): zero(element)
    case .optional, .defaulted: "nil"
    case .list, .set: "[]"
    case .map: "[:]"
    }
  }

  private func zero(_ element: Element) -> String {
    switch element {
    case .named(let reference) where reference.isEnumeration:
      enumValue(schema.type(of: reference).values.first { $0.number == 0 }, of: reference)
    case .named(let reference): "\(reference.swiftName)()"
    case .scalar(.bool): "false"
    case .scalar(.string): "\"\""
    case .scalar(.bytes): "[]"
    case .scalar(.timestamp): "Timestamp(seconds: 0)"
    case .scalar(.duration): ".zero"
    case .scalar(.uuid): "UUIDCoding.zero"
    case .scalar: "0"
    }
  }

  /// What a field with a default reads as while it is absent.
  var defaultLiteral: String? {
    guard case .defaulted(let element, let value) = field.type else { return nil }
    switch value {
    case .bool(let value): return value ? "true" : "false"
    case .signed(let value): return SwiftLiteral.number(String(value))
    case .unsigned(let value): return SwiftLiteral.number(String(value))
    case .floating(let text): return SwiftLiteral.number(text)
    case .string(let text): return SwiftLiteral.string(text)
    case .value(let name):
      guard case .named(let reference) = element else { return nil }
      return enumValue(schema.type(of: reference).values.first { $0.name == name }, of: reference)
    }
  }

  /// A deprecated value by its number, since generated code is to compile without warnings.
  private func enumValue(_ value: EnumValue?, of reference: TypeReference) -> String {
    guard let value, value.annotations.deprecation == nil else {
      return "\(reference.swiftName)(rawValue: \(SwiftLiteral.number(value?.number ?? 0)))"
    }
    return "." + Names.swift(value.name)
  }

  // MARK: Coding

  /// `StringCoding`, `MessageCoding<Draft>`, `MapCoding<StringCoding, BoolCoding>`
  var coding: String {
    switch field.type {
    case .map(let key, let value): "MapCoding<\(Self.coding(.scalar(key))), \(Self.coding(value))>"
    default: Self.coding(field.type.element)
    }
  }

  /// `field: 12`
  var numberArgument: String { "field: \(SwiftLiteral.number(field.number))" }

  /// The ending of `size…`, `write…` and `read…`.
  var verbSuffix: String {
    switch field.type {
    case .singular, .map: ""
    case .optional, .defaulted: "Optional"
    case .list: "List"
    case .set: "Set"
    }
  }

  /// The tags that begin this field on the wire; the first is the one that is written.
  var tags: [Int] {
    let own = field.number << 3 | wireType
    switch field.type {
    case .list(let element), .set(let element):
      return element.isPackable ? [field.number << 3 | 2, own] : [own]
    case .singular, .optional, .defaulted, .map: return [own]
    }
  }

  private var wireType: Int {
    if case .map = field.type { return 2 }
    return field.type.element.wireType
  }

  static func type(_ element: Element) -> String {
    switch element {
    case .named(let reference): reference.swiftName
    case .scalar(let scalar):
      switch scalar {
      case .bool: "Bool"
      case .int32, .sint32, .sfixed32: "Int32"
      case .int64, .sint64, .sfixed64: "Int64"
      case .uint32, .fixed32: "UInt32"
      case .uint64, .fixed64: "UInt64"
      case .float: "Float"
      case .double: "Double"
      case .string: "String"
      case .bytes: "[UInt8]"
      case .timestamp: "Timestamp"
      case .duration: "Duration"
      case .uuid: "UUID"
      }
    }
  }

  static func coding(_ element: Element) -> String {
    switch element {
    case .named(let reference):
      reference.isEnumeration ? "EnumCoding<\(reference.swiftName)>" : "MessageCoding<\(reference.swiftName)>"
    case .scalar(let scalar):
      switch scalar {
      case .bool: "BoolCoding"
      case .int32: "Int32Coding"
      case .int64: "Int64Coding"
      case .uint32: "UInt32Coding"
      case .uint64: "UInt64Coding"
      case .sint32: "SInt32Coding"
      case .sint64: "SInt64Coding"
      case .fixed32: "Fixed32Coding"
      case .fixed64: "Fixed64Coding"
      case .sfixed32: "SFixed32Coding"
      case .sfixed64: "SFixed64Coding"
      case .float: "FloatCoding"
      case .double: "DoubleCoding"
      case .string: "StringCoding"
      case .bytes: "BytesCoding"
      case .timestamp: "TimestampCoding"
      case .duration: "DurationCoding"
      case .uuid: "UUIDCoding"
      }
    }
  }
}

extension Element {
  /// Protobuf's number for how the element travels.
  var wireType: Int {
    switch self {
    case .named(let reference): reference.isEnumeration ? 0 : 2
    case .scalar(let scalar):
      switch scalar {
      case .bool, .int32, .int64, .uint32, .uint64, .sint32, .sint64: 0
      case .fixed64, .sfixed64, .double: 1
      case .string, .bytes, .timestamp, .duration, .uuid: 2
      case .fixed32, .sfixed32, .float: 5
      }
    }
  }

  /// Whether a list of it travels as one packed field.
  var isPackable: Bool { wireType != 2 }
}
