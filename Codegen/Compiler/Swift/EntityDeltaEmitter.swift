/// What operations change in an entity, by the names and types of its fields.
struct EntityDeltaEmitter {
  let type: TypeDeclaration
  let fields: [SwiftField]
  let access: String

  func emit(into text: inout SwiftText) {
    text.line("/// What operations change; nil: not this field.")
    text.block("\(access)struct Delta: EntityDelta") { text in
      for field in fields { text.line("\(access)var \(field.name): \(deltaType(field))?") }
      text.blank()
      text.line("\(access)init() {}")
      text.blank()
      text.block("\(access)init(changes: [FieldChange]) throws(MessageDecodingError)") { text in
        text.block("for change in changes") { text in
          text.line("let (before, after) = try \(type.name).states(of: change)")
          text.line("switch change.field {")
          for field in fields { assignment(field, into: &text) }
          text.line("default: break")
          text.line("}")
        }
      }
    }
  }

  private func assignment(_ field: SwiftField, into text: inout SwiftText) {
    let target = field.name(besides: ["changes", "change", "before", "after"])
    let states = ["before: before.\(field.current)", "after: after.\(field.current)"]
    let earlier = kind(field) == nil ? [] : [target, "change"]
    text.switchCase(
      "case \(SwiftLiteral.number(field.field.number))", "\(target) = \(deltaName(field))", earlier + states)
  }

  /// Of fields that merge by what is added; nil for those that get a new value.
  private func kind(_ field: SwiftField) -> String? {
    switch field.field.policy {
    case .counter: "CounterDelta"
    case .set: "SetDelta"
    case .append: "ListDelta"
    case .manual, .server, .client, .timestamp, .custom, nil: nil
    }
  }

  private func deltaName(_ field: SwiftField) -> String { kind(field) ?? "ValueDelta" }

  private func deltaType(_ field: SwiftField) -> String {
    let value = kind(field) == nil ? field.type : SwiftField.type(field.field.type.element)
    return "\(deltaName(field))<\(value)>"
  }
}
