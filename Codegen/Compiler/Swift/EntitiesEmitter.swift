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
    description(type, entity, into: &text)
    text.blank()
    upgrades(entity, into: &text)
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

  private func description(_ type: TypeDeclaration, _ entity: Entity, into text: inout SwiftText) {
    text.line("\(access)static let entityDescription = EntityDescription(")
    text.indented { text in
      text.line("type: \(SwiftLiteral.string(entity.type)),")
      text.line("version: \(SwiftLiteral.number(entity.version)),")
      let fields = type.sortedFields.map { field in
        let many = field.type.isMany ? ", many: true" : ""
        let policy = (field.policy ?? entity.policy).rawValue
        return "FieldDescription(number: \(SwiftLiteral.number(field.number)), "
          + "name: \(SwiftLiteral.string(field.name)), kind: .\(field.type.kind.rawValue)\(many), policy: .\(policy))"
      }
      array("fields: ", fields, ",", into: &text)
      text.line("policy: .\(entity.policy.rawValue)" + (entity.lane == nil ? ")" : ","))
      if let lane = entity.lane { text.line("lane: \(SwiftLiteral.number(lane)))") }
    }
  }

  private func upgrades(_ entity: Entity, into text: inout SwiftText) {
    let upgrades = entity.upgrades.map { upgrade in
      var items = ["version: \(SwiftLiteral.number(upgrade.version))"]
      if !upgrade.drops.isEmpty {
        items.append("drops: [\(upgrade.drops.map { SwiftLiteral.number($0) }.joined(separator: ", "))]")
      }
      if !upgrade.moves.isEmpty {
        let moves = upgrade.moves.map { move in
          ".init(from: \(SwiftLiteral.number(move.from)), to: \(SwiftLiteral.number(move.to)))"
        }
        items.append("moves: [\(moves.joined(separator: ", "))]")
      }
      return "EntityUpgrade(\(items.joined(separator: ", ")))"
    }
    array("\(access)static let entityUpgrades: [EntityUpgrade] = ", upgrades, "", into: &text)
  }

  /// `head[items]tail`, each item on a line of its own unless there is only one.
  private func array(_ head: String, _ items: [String], _ tail: String, into text: inout SwiftText) {
    let single = "\(head)[\(items.joined())]\(tail)"
    if items.count < 2, text.fits(single) {
      text.line(single)
      return
    }
    text.line(head + "[")
    text.indented { text in
      for item in items { text.line(item + ",") }
    }
    text.line("]" + tail)
  }

  private func numbers(_ fields: [SwiftField], into text: inout SwiftText) {
    text.line("/// The fields by their numbers.")
    text.block("\(access)enum Field: UInt32, Sendable, CaseIterable") { text in
      for field in fields { text.line("case \(field.name) = \(SwiftLiteral.number(field.field.number))") }
    }
  }
}
