/// Messages, enums, unions, errors and the descriptors of services.
struct MessagesEmitter {
  let schema: Schema
  let file: Schema.File
  let options: SwiftOptions
  var access: String { options.prefix }

  func emit(into text: inout SwiftText) {
    let usesUUID = file.allTypes.contains { type in
      type.fields.contains { $0.type.element == .scalar(.uuid) }
    }
    text.imports(["HoldfastWire"] + options.imports, options: options, usesUUID: usesUUID)
    for type in file.types {
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
      for field in fields { property(field, into: &text) }
      text.line("\(access)var unknownFields = UnknownFields()")
      text.blank()
      text.line("\(access)init() {}")
      text.blank()
      if !fields.isEmpty { memberwise(fields, into: &text) }
      coding(fields, into: &text)
      nested(type, into: &text)
    }
  }

  private func property(_ field: SwiftField, into text: inout SwiftText) {
    guard field.hasPrivateStorage else {
      text.annotations(field.field.annotations)
      // An optional begins as nil by itself.
      let isOptional = field.initialValue == "nil"
      text.line("\(access)var \(field.name): \(field.type)" + (isOptional ? "" : " = \(field.initialValue)"))
      return
    }
    let storage = field.storage(besides: [])
    let isOptional = field.initialValue == "nil"
    text.blank()
    text.line("private var \(storage): \(field.storedType)" + (isOptional ? "" : " = \(field.initialValue)"))
    text.annotations(field.field.annotations)
    text.block("\(access)var \(field.name): \(field.type)") { text in
      if let literal = field.defaultLiteral {
        text.line("get { \(storage) ?? \(literal) }")
        text.line("set { \(storage) = newValue }")
      } else if field.field.isIndirect {
        text.line("get { \(storage)?.value }")
        text.line("set { \(storage) = newValue.map { Indirect($0) } }")
      } else {
        text.line("get { \(storage) }")
        text.line("set { \(storage) = newValue }")
      }
    }
    guard field.defaultLiteral != nil else {
      text.blank()
      return
    }
    let annotations = Annotations(deprecation: field.field.annotations.deprecation)
    text.line("/// Whether `\(Names.camel(field.field.name))` was set.")
    text.annotations(annotations)
    text.line("\(access)var has\(Names.pascal(field.field.name)): Bool { \(storage) != nil }")
    text.line("/// Goes back to the default.")
    text.annotations(annotations)
    text.line("\(access)mutating func clear\(Names.pascal(field.field.name))() { \(storage) = nil }")
    text.blank()
  }

  private func memberwise(_ fields: [SwiftField], into text: inout SwiftText) {
    let parameters = fields.map { "\($0.name): \($0.parameterType) = \($0.initialValue)" }
    text.list("\(access)init", parameters, " {")
    text.indented { text in
      for field in fields {
        if field.field.isIndirect {
          text.assign("\(field.name).map { Indirect($0) }", to: field.storage(besides: []))
        } else if field.hasPrivateStorage {
          text.assign(field.name, to: field.storage(besides: []))
        } else {
          text.assign(field.name, to: "self.\(field.name)")
        }
      }
    }
    text.line("}")
    text.blank()
  }

  private func coding(_ fields: [SwiftField], into text: inout SwiftText) {
    if fields.isEmpty {
      text.line("\(access)var encodedSize: Int { unknownFields.bytes.count }")
    } else {
      text.block("\(access)var encodedSize: Int") { text in
        text.line("var size = unknownFields.bytes.count")
        for field in fields {
          let items = [field.storage(besides: ["size"]), field.numberArgument]
          text.list("size += \(field.coding).size\(field.verbSuffix)", items)
        }
        text.line("return size")
      }
    }
    text.blank()
    text.block("\(access)func encode(into writer: inout MessageWriter)") { text in
      text.line("writer.write(unknownFields)")
      for field in fields.reversed() {
        let items = [field.storage(besides: ["writer"]), field.numberArgument, "into: &writer"]
        text.list("\(field.coding).write\(field.verbSuffix)", items)
      }
    }
    text.blank()
    merge(into: &text) { text in
      for field in fields {
        let tags = field.tags.map(SwiftLiteral.number).joined(separator: ", ")
        let storage = field.storage(besides: ["reader", "tag"])
        let tag = field.verbSuffix == "List" || field.verbSuffix == "Set" ? ["tag: tag"] : []
        text.switchCase(
          "case \(tags)", "try \(field.coding).read\(field.verbSuffix)", ["&\(storage)"] + tag + ["from: &reader"])
      }
    }
  }

  private func merge(into text: inout SwiftText, cases: (inout SwiftText) -> Void) {
    text.block("\(access)mutating func merge(from reader: inout MessageReader) throws(MessageDecodingError)") { text in
      text.block("while true") { text in
        text.line("let tag = try reader.nextTag()")
        text.line("switch tag {")
        text.line("case 0: return")
        cases(&text)
        text.line("default: try reader.skip(tag, into: &unknownFields)")
        text.line("}")
      }
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
    merge(into: &text) { text in
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
