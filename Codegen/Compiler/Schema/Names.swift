/// Names in Swift and in protobuf for the names of a definition.
enum Names {
  /// `message_bytes` and `messageBytes` are both `messageBytes`.
  static func camel(_ name: String) -> String {
    let parts = name.split(separator: "_")
    guard let first = parts.first else { return name }
    return String(first) + parts.dropFirst().map { capitalised(String($0)) }.joined()
  }

  /// `createToken` and `create_token` are both `CreateToken`.
  static func pascal(_ name: String) -> String { capitalised(camel(name)) }

  /// `expiresIn` and `expires_in` are both `EXPIRES_IN`.
  static func upperSnake(_ name: String) -> String {
    var result = ""
    var previousIsLower = false
    for character in name {
      if character.isUppercase, previousIsLower { result += "_" }
      previousIsLower = character.isLowercase || character.isNumber
      result += character.uppercased()
    }
    return result
  }

  static func capitalised(_ name: String) -> String {
    name.prefix(1).uppercased() + name.dropFirst()
  }

  /// `Note` is `note`, `URLNote` is `urlNote`, `URL` is `url`.
  static func uncapitalised(_ name: String) -> String {
    let capitals = name.prefix { $0.isUppercase }.count
    let isWord = capitals > 1 && capitals < name.count
    return name.prefix(isWord ? capitals - 1 : capitals).lowercased() + name.dropFirst(isWord ? capitals - 1 : capitals)
  }

  /// A member or parameter name, in backticks where Swift wants them.
  static func swift(_ name: String) -> String {
    let name = camel(name)
    return keywords.contains(name) ? "`\(name)`" : name
  }

  /// Swift's reserved words that can be names only in backticks.
  private static let keywords: Set<String> = [
    "as", "associatedtype", "break", "case", "catch", "class", "continue", "default", "defer", "deinit", "do", "else",
    "enum", "extension", "fallthrough", "false", "fileprivate", "for", "func", "guard", "if", "import", "in",
    "inout", "internal", "is", "let", "nil", "operator", "precedencegroup", "private", "protocol", "public", "repeat",
    "rethrows", "return", "static", "struct", "subscript", "super", "switch", "throw", "throws", "true", "try",
    "typealias", "var", "where", "while",
  ]

  /// More than one of what `name` says: `notes`, `boxes`, `diaries`. Where English is otherwise, the definition says so.
  static func plural(_ name: String) -> String {
    let vowels = "aeiou"
    if name.hasSuffix("y"), let before = name.dropLast().last, !vowels.contains(before.lowercased()) {
      return name.dropLast() + "ies"
    }
    return name + (["s", "x", "z", "ch", "sh"].contains { name.hasSuffix($0) } ? "es" : "s")
  }

  /// Names that a member cannot have, even in backticks.
  static let impossibleMembers: Set<String> = ["self", "init", "Type", "Protocol", "Self"]

  /// Members that generated messages have anyway.
  static let messageMembers: Set<String> = [
    "unknownFields", "encodedSize", "encode", "encoded", "merge", "hashValue", "hash", "messageName",
  ]
  /// Members that generated entities have besides.
  static let entityMembers: Set<String> = [
    "entityDescription", "entityUpgrades", "entityKey", "entityState", "rawValue", "allCases",
  ]
  /// Members of a replica, beside which the collections stand.
  static let replicaMembers: Set<String> = [
    "batch", "close", "collection", "conflicts", "connect", "currentStatus", "disconnect", "discard", "edit", "explain",
    "export", "handle", "lastFailure", "parked", "prune", "resolve", "resolveConflicts", "retry", "setFilters",
    "status", "sync", "verify",
  ]
  static let enumMembers: Set<String> = ["rawValue", "description", "hashValue", "hash"]
  static let unionMembers: Set<String> = [
    "unknownFields", "encodedSize", "encode", "encoded", "merge", "hashValue", "hash", "messageName",
  ]
  static let errorMembers: Set<String> = ["package", "number"]
  static let callMembers: Set<String> = ["descriptor", "client", "register", "state"]

  /// Types of Swift, HoldfastWire and HoldfastRPC that generated code uses by these names.
  static let takenTypes: Set<String> = [
    "Any", "AnyObject", "Array", "AsyncSequence", "Bool", "Character", "Codable", "CustomStringConvertible",
    "Dictionary", "Double", "Duration", "Equatable", "Error", "Float", "Hashable", "Hasher", "Int", "Int32", "Int64",
    "Iterator", "Never", "Optional", "Protocol", "RawRepresentable", "RawValue", "Result", "Self", "Sendable",
    "Sequence", "Set", "String", "Task", "Type", "UInt", "UInt32", "UInt64", "UInt8", "UnsafeRawBufferPointer", "Void",
    "BoolCoding", "BytesCoding", "DoubleCoding", "DurationCoding", "EnumCoding", "Fixed32Coding", "Fixed64Coding",
    "FloatCoding", "Int32Coding", "Int64Coding", "MapCoding", "MessageCoding", "SFixed32Coding", "SFixed64Coding",
    "SInt32Coding", "SInt64Coding", "StringCoding", "TimestampCoding", "UInt32Coding", "UInt64Coding", "UUIDCoding",
    "CallContext", "CallError", "CallOptions", "DeclaredError", "DeclaredFailure", "DecodingLimits", "Dispatcher",
    "FieldCoding", "Indirect", "Lock", "Message", "MessageDecodingError", "MessageReader", "MessageWriter",
    "MethodDescriptor", "MethodSummary", "OpenEnum", "ReplyStream", "ReplyWriter", "RequestStream", "RPCClient",
    "RuntimeVersion", "ServiceDescriptor", "StreamCall", "Timestamp", "UUID", "UnknownFields", "UploadCall",
  ]
  /// Types of Swift, HoldfastContract, HoldfastSync and HoldfastSDK that generated entities use by these names, and those that
  /// every entity has inside itself.
  static let entityTypes: Set<String> = [
    "CaseIterable", "CounterDelta", "Delta", "Entity", "EntityCollection", "EntityConflictOf", "EntityDelta",
    "EntityDescription", "EntityKey", "EntityUpgrade", "Field", "FieldChange", "FieldDescription", "ListDelta",
    "Replica", "SetDelta", "ValueDelta",
  ]
}
