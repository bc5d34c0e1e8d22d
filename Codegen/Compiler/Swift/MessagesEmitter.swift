/// Messages, enums, unions, errors and the descriptors of services.
struct MessagesEmitter {
  let schema: Schema
  let file: Schema.File
  let options: SwiftOptions
  private var access: String { options.prefix }
  private var body: MessageBodyEmitter { MessageBodyEmitter(access: access) }

  func emit(into text: inout SwiftText) {
    let types = file.types.filter { $0.entity == nil }
    let usesUUID = types.flatMap(\.withNested).contains { type in
      type.fields.contains { $0.type.element == .scalar(.uuid) }
    }
    text.imports(["HoldfastWire"] + options.imports, options: options, usesUUID: usesUUID)
    for type in types {
      emit(type, into: &text)
      text.blank()
    }
    for service in file.services {
      ServiceEmitter(service: service, options: options).emit(into: &text)
      text.blank()
    }
  }

  private func emit(_ type: TypeDeclaration, into text: inout SwiftText) {
    text.annotations(type.annotations, attribute: false)
    switch type.kind {
    case .enumeration: enumeration(type, into: &text)
    case .union: union(type, into: &text)
    case .message, .error: message(type, into: &text)
    case .entity: break
    }
  }

  private func nested(_ type: TypeDeclaration, into text: inout SwiftText) {
    for inner in type.nested {
      text.blank()
      emit(inner, into: &text)
    }
  }

  // MARK: Enums

  private func enumeration(_ type: TypeDeclaration, into text: inout SwiftText) {
    text.block("\(access)struct \(type.name): OpenEnum, CustomStringConvertible") { text in
      text.line("\(access)let rawValue: Int32")
      text.blank()
      text.line("\(access)init(rawValue: Int32) { self.rawValue = rawValue }")
      text.blank()
      for value in type.values {
        text.annotations(value.annotations)
        let number = SwiftLiteral.number(value.number)
        text.line("\(access)static let \(Names.swift(value.name)) = \(type.name)(rawValue: \(number))")
      }
      text.blank()
      text.line("/// The value's name, or its number where this version knows no name.")
      text.block("\(access)var description: String") { text in
        text.line("switch rawValue {")
        for value in type.values {
          text.line("case \(SwiftLiteral.number(value.number)): \(SwiftLiteral.string(Names.camel(value.name)))")
        }
        text.line("default: \"\(type.name)(\\(rawValue))\"")
        text.line("}")
      }
    }
  }

  // MARK: Messages

  private func message(_ type: TypeDeclaration, into text: inout SwiftText) {
    let fields = type.sortedFields.map { SwiftField(field: $0, schema: schema) }
    let conformance = if case .error = type.kind { "DeclaredError" } else { "Message" }
    text.block("\(access)struct \(type.name): \(conformance)") { text in
      text.line("\(access)static let messageName = \(SwiftLiteral.string(type.qualifiedName))")
      if case .error(let number) = type.kind {
        text.line("\(access)static let package = \(SwiftLiteral.string(file.package))")
        text.line("\(access)static let number: UInt32 = \(SwiftLiteral.number(number))")
      }
      text.blank()
      for field in fields { body.property(field, into: &text) }
      text.line("\(access)var unknownFields = UnknownFields()")
      text.blank()
      text.line("\(access)init() {}")
      text.blank()
      if !fields.isEmpty { body.memberwise(fields, into: &text) }
      body.coding(fields, into: &text)
      nested(type, into: &text)
    }
  }

  // MARK: Unions

  private func union(_ type: TypeDeclaration, into text: inout SwiftText) {
    let fields = type.sortedFields.map { SwiftField(field: $0, schema: schema) }
    text.block("\(access)struct \(type.name): Message") { text in
      text.line("\(access)static let messageName = \(SwiftLiteral.string(type.qualifiedName))")
      text.blank()
      text.line("/// The one that it is.")
      let indirect = type.isRecursive ? "indirect " : ""
      text.block("\(access)\(indirect)enum Value: Sendable, Hashable") { text in
        for field in fields {
          text.annotations(field.field.annotations, attribute: false)
          text.line("case \(field.name)(\(field.type))")
        }
      }
      text.blank()
      text.line("/// Nil when nothing was set, or something that only a newer version knows.")
      text.line("\(access)var value: Value?")
      text.line("\(access)var unknownFields = UnknownFields()")
      text.blank()
      text.line("\(access)init() {}")
      text.blank()
      text.line("\(access)init(_ value: Value) { self.value = value }")
      for field in fields {
        text.blank()
        text.annotations(field.field.annotations)
        text.block("\(access)static func \(field.name)(_ value: \(field.type)) -> \(type.name)") { text in
          text.line("\(type.name)(.\(field.name)(value))")
        }
      }
      text.blank()
      unionCoding(fields, into: &text)
    }
  }

  private func unionCoding(_ fields: [SwiftField], into text: inout SwiftText) {
    text.block("\(access)var encodedSize: Int") { text in
      text.line("let size = unknownFields.bytes.count")
      text.line("switch value {")
      text.line("case nil: return size")
      for field in fields {
        text.switchCase(
          "case .\(field.name)(let value)", "return size + \(field.coding).sizeOptional",
          ["value", field.numberArgument])
      }
      text.line("}")
    }
    text.blank()
    text.block("\(access)func encode(into writer: inout MessageWriter)") { text in
      text.line("writer.write(unknownFields)")
      text.line("switch value {")
      text.line("case nil: break")
      for field in fields {
        text.switchCase(
          "case .\(field.name)(let value)", "\(field.coding).writeOptional",
          ["value", field.numberArgument, "into: &writer"])
      }
      text.line("}")
    }
    text.blank()
    body.merge(into: &text) { text in
      for field in fields {
        text.line("case \(SwiftLiteral.number(field.tags[0])):")
        text.indented { text in
          text.line("var member: \(field.type)?")
          if field.field.type.element.isMessage {
            // Taken out, not copied: what the member holds is then changed in place, and reading stays linear however
            // often the member is repeated.
            text.line("if case .\(field.name)(let current) = value.take() { member = current }")
          }
          text.line("try \(field.coding).readOptional(&member, from: &reader)")
          text.line("value = member.map { .\(field.name)($0) }")
        }
      }
    }
  }
}
