/// An example of a message, in a form like JSON.
struct Example {
  let schema: Schema
  /// Messages inside messages are shown this deep.
  private static let depth = 3

  func lines(of reference: TypeReference) -> [String] {
    value(of: schema.type(of: reference), depth: 0, outer: []).split(separator: "\n").map(String.init)
  }

  private func value(of type: TypeDeclaration, depth: Int, outer: Set<String>) -> String {
    if type.fields.isEmpty { return "{}" }
    guard depth < Self.depth, !outer.contains(type.qualifiedName) else { return "{ … }" }
    let outer = outer.union([type.qualifiedName])
    let indent = String(repeating: "  ", count: depth + 1)
    // Of a union, one member.
    let fields = type.kind == .union ? Array(type.sortedFields.prefix(1)) : type.sortedFields
    let entries = fields.filter { $0.annotations.deprecation == nil }.map { field in
      "\(indent)\(JSON.string(field.name)): \(value(of: field, depth: depth + 1, outer: outer))"
    }
    if entries.isEmpty { return "{}" }
    return "{\n\(entries.joined(separator: ",\n"))\n\(String(repeating: "  ", count: depth))}"
  }

  private func value(of field: Field, depth: Int, outer: Set<String>) -> String {
    switch field.type {
    case .singular(let element), .optional(let element):
      value(of: element, depth: depth, outer: outer)
    case .defaulted(let element, let value):
      if case .value(let name) = value, case .named = element { JSON.string(name) } else { value.text }
    case .list(let element), .set(let element): "[\(value(of: element, depth: depth, outer: outer))]"
    case .map(let key, let element): "{\(self.key(key)): \(value(of: element, depth: depth, outer: outer))}"
    }
  }

  private func key(_ scalar: Scalar) -> String {
    switch scalar {
    case .string: "\"key\""
    case .bool: "\"true\""
    default: "\"1\""
    }
  }

  private func value(of element: Element, depth: Int, outer: Set<String>) -> String {
    switch element {
    case .named(let reference):
      let type = schema.type(of: reference)
      guard type.kind == .enumeration else { return value(of: type, depth: depth, outer: outer) }
      let shown = type.values.first { $0.number != 0 && $0.annotations.deprecation == nil } ?? type.values.first
      return JSON.string(shown?.name ?? "")
    case .scalar(let scalar):
      switch scalar {
      case .bool: return "true"
      case .string: return "\"text\""
      case .bytes: return "\"aG9sZGZhc3Q=\""
      case .float, .double: return "1.5"
      case .timestamp: return "\"2026-01-31T12:00:00Z\""
      case .duration: return "\"1.5s\""
      case .uuid: return "\"0f8fad5b-d9cb-469f-a165-70867728950e\""
      case .int32, .int64, .uint32, .uint64, .sint32, .sint64, .fixed32, .fixed64, .sfixed32, .sfixed64: return "1"
      }
    }
  }
}
