/// Entities: each a message of its numbered fields with its key beside them, a description for hubs, and the collection
/// that a replica has of it.
struct EntitiesEmitter {
  let schema: Schema
  let file: Schema.File
  let options: SwiftOptions
  private var access: String { options.prefix }
  private var body: MessageBodyEmitter { MessageBodyEmitter(access: access) }

  func emit(into text: inout SwiftText) {
    let entities = file.types.compactMap { type in type.entity.map { (type, $0) } }
    let usesUUID = entities.contains { type, entity in
      entity.key.type == .uuid || type.fields.contains { $0.type.element == .scalar(.uuid) }
    }
    let runtime = ["HoldfastContract", "HoldfastSDK", "HoldfastSync", "HoldfastWire"]
    text.imports(runtime + options.imports, options: options, usesUUID: usesUUID)
    for (type, entity) in entities {
      text.annotations(type.annotations, attribute: false)
      text.block("\(access)struct \(type.name): Entity") { self.entity(type, entity, into: &$0) }
      text.blank()
      text.line("/// An operation on a `\(type.name)` that waits for a decision.")
      text.line("\(access)typealias \(type.name)Conflict = EntityConflictOf<\(type.name)>")
      text.blank()
    }
    text.block("extension Replica") { text in
      for (type, entity) in entities {
        text.blank()
        text.line("/// Every `\(type.name)` that the replica holds.")
        let name = Names.swift(entity.collection)
        text.line("\(access)var \(name): EntityCollection<\(type.name)> { collection(\(type.name).self) }")
      }
    }
  }

  private func entity(_ type: TypeDeclaration, _ entity: Entity, into text: inout SwiftText) {
    let fields = type.sortedFields.map { SwiftField(field: $0, schema: schema) }
    let key = (name: Names.swift(entity.key.name), type: SwiftField.type(.scalar(entity.key.type)))
    let coding = SwiftField.coding(.scalar(entity.key.type))
    text.line("\(access)static let messageName = \(SwiftLiteral.string(type.qualifiedName))")
    text.blank()
    text.tree(description(type, entity))
    text.blank()
    text.tree(upgrades(entity))
    text.blank()
    text.annotations(entity.key.annotations)
    text.line("\(access)let \(key.name): \(key.type)")
    for field in fields { body.property(field, into: &text) }
    text.line("\(access)var unknownFields = UnknownFields()")
    text.blank()
    text.line("\(access)init() { \(key.name) = \(coding).zero }")
    text.blank()
    body.memberwise(fields, required: [key], into: &text)
    text.block("\(access)init(entityKey: [UInt8], state: [UInt8]) throws(MessageDecodingError)") { text in
      text.line("self.\(key.name) = try \(coding).entityKey(decoding: entityKey)")
      text.line("try merge(decoding: state)")
    }
    text.blank()
    text.block("\(access)static func entityKey(of key: \(key.type)) -> [UInt8]") { text in
      text.line("\(coding).entityKey(key)")
    }
    text.blank()
    text.line("\(access)var entityKey: [UInt8] { Self.entityKey(of: \(key.name)) }")
    text.blank()
    body.coding(fields, into: &text)
    text.blank()
    numbers(fields, into: &text)
    text.blank()
    EntityDeltaEmitter(type: type, fields: fields, access: access).emit(into: &text)
  }

  // MARK: Description

  private func description(_ type: TypeDeclaration, _ entity: Entity) -> SwiftTree {
    let fields = type.sortedFields.map { field in
      var parts = ["number: \(SwiftLiteral.number(field.number))", "name: \(SwiftLiteral.string(field.name))"]
      parts.append("kind: .\(field.type.kind.rawValue)")
      if field.type.isMany { parts.append("many: true") }
      parts.append("policy: .\((field.policy ?? entity.policy).rawValue)")
      return SwiftTree.call("FieldDescription", parts.map(SwiftTree.text))
    }
    var parts: [SwiftTree] = [
      .text("type: \(SwiftLiteral.string(entity.type))"), .text("version: \(SwiftLiteral.number(entity.version))"),
      .array("fields: ", fields), .text("policy: .\(entity.policy.rawValue)"),
    ]
    if let lane = entity.lane { parts.append(.text("lane: \(SwiftLiteral.number(lane))")) }
    if let subject = entity.subject { parts.append(.text("subject: \(SwiftLiteral.number(subject))")) }
    return .call("\(access)static let entityDescription = EntityDescription", parts)
  }

  private func upgrades(_ entity: Entity) -> SwiftTree {
    let upgrades = entity.upgrades.map { upgrade in
      var parts = [SwiftTree.text("version: \(SwiftLiteral.number(upgrade.version))")]
      if !upgrade.drops.isEmpty {
        parts.append(.array("drops: ", upgrade.drops.map { .text(SwiftLiteral.number($0)) }))
      }
      if !upgrade.moves.isEmpty {
        let moves = upgrade.moves.map { move in
          SwiftTree.call(
            ".init", [.text("from: \(SwiftLiteral.number(move.from))"), .text("to: \(SwiftLiteral.number(move.to))")])
        }
        parts.append(.array("moves: ", moves))
      }
      return SwiftTree.call("EntityUpgrade", parts)
    }
    return .array("\(access)static let entityUpgrades: [EntityUpgrade] = ", upgrades)
  }

  private func numbers(_ fields: [SwiftField], into text: inout SwiftText) {
    text.line("/// The fields by their numbers.")
    text.block("\(access)enum Field: UInt32, Sendable, CaseIterable") { text in
      for field in fields { text.line("case \(field.name) = \(SwiftLiteral.number(field.field.number))") }
    }
  }
}
