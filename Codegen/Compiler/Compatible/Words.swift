extension TypeDeclaration.Kind {
  var withArticle: String {
    switch self {
    case .message: "a message"
    case .enumeration: "an enum"
    case .union: "a union"
    case .error: "an error"
    case .entity: "an entity"
    }
  }
}

extension FieldType {
  /// What kind of field it is.
  var label: String {
    switch self {
    case .singular: "a plain field"
    case .optional: "optional"
    case .defaulted: "a field with a default"
    case .list: "a list"
    case .set: "a set"
    case .map: "a map"
    }
  }

  var elementName: String {
    if case .map(let key, let value) = self { return "map<\(key.rawValue), \(value.definitionName)>" }
    return element.definitionName
  }
}

extension Element {
  /// As a definition file has it.
  var definitionName: String {
    switch self {
    case .scalar(let scalar): scalar.rawValue
    case .named(let reference): reference.swiftName
    }
  }
}

extension DefaultValue {
  /// As a definition file has it.
  var text: String {
    switch self {
    case .bool(let value): String(value)
    case .signed(let value): String(value)
    case .unsigned(let value): String(value)
    case .floating(let text), .value(let text): text
    case .string(let text): JSON.string(text)
    }
  }
}

extension Call.Shape {
  var words: String {
    switch self {
    case .unary: "one request, one reply"
    case .serverStream: "one request, a stream of replies"
    case .clientStream: "a stream of requests, one reply"
    case .bidirectional: "streams both ways"
    }
  }
}

extension MergePolicy {
  /// Who prevails, in words.
  var meaning: String {
    switch self {
    case .manual: "a person decides"
    case .server: "the hub prevails"
    case .client: "the device prevails"
    case .timestamp: "the later prevails"
    case .counter: "increments add up"
    case .set: "elements come and go one by one"
    case .append: "what each appends is kept"
    case .custom: "the program decides, on the device"
    }
  }
}
