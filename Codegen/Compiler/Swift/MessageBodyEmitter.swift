/// What stands in a message's type: properties, initialiser, codec.
struct MessageBodyEmitter {
  let access: String

  func property(_ field: SwiftField, into text: inout SwiftText) {
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

  /// `required` is what comes before the fields and has no default: name and type.
  func memberwise(_ fields: [SwiftField], required: [(name: String, type: String)] = [], into text: inout SwiftText) {
    let parameters = fields.map { "\($0.name): \($0.parameterType) = \($0.initialValue)" }
    text.list("\(access)init", required.map { "\($0.name): \($0.type)" } + parameters, " {")
    text.indented { text in
      for (name, _) in required { text.assign(name, to: "self.\(name)") }
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

  func coding(_ fields: [SwiftField], into text: inout SwiftText) {
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

  func merge(into text: inout SwiftText, cases: (inout SwiftText) -> Void) {
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
}
