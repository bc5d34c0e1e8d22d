import HoldfastCompiler
import HoldfastContract
import HoldfastSync
import Testing

/// What the checker takes for an entity, hubs and devices take as well.
@Suite struct EntityShapeTests {
  private static let types = [
    "bool", "int32", "int64", "uint32", "uint64", "sint32", "sint64", "fixed32", "fixed64", "sfixed32", "sfixed64",
    "float", "double", "string", "bytes", "timestamp", "duration", "uuid", "Colour", "Part", "Choice",
  ]
  private static let shapes = ["T", "T?", "[T]", "set<T>", "map<string, T>"]

  private func description(_ entity: Entity, _ type: TypeDeclaration) throws -> EntityDescription {
    EntityDescription(
      type: entity.type, version: UInt32(entity.version),
      fields: try type.fields.map { field in
        FieldDescription(
          number: UInt32(field.number), name: field.name, kind: try kind(field.type.kind), many: field.type.isMany,
          policy: try policy(try #require(field.policy)))
      },
      policy: try policy(entity.policy), lane: UInt32(entity.lane ?? 0),
      subject: UInt32(entity.subject ?? 0))
  }

  /// By its name in the protocol.
  private func kind(_ kind: HoldfastCompiler.FieldKind) throws -> HoldfastContract.FieldKind {
    try #require((0..<100).map(HoldfastContract.FieldKind.init).first { $0.description == kind.rawValue })
  }

  private func policy(_ policy: HoldfastCompiler.MergePolicy) throws -> HoldfastContract.MergePolicy {
    try #require((0..<100).map(HoldfastContract.MergePolicy.init).first { $0.description == policy.rawValue })
  }

  private func shape(_ text: String) throws -> EntityShape? {
    let types = "\nenum Colour { 0: none }\nmessage Part { 1: a bool }\nunion Choice { 1: a bool }"
    guard let schema = Snippets.inPackage(text + types).schema else { return nil }
    let type = try #require(schema.roots.first?.types.first)
    return try EntityShape(description(try #require(type.entity), type))
  }

  @Test(arguments: shapes, HoldfastCompiler.MergePolicy.allCases)
  func `each field that may have a policy can be merged by it`(
    _ shape: String, _ policy: HoldfastCompiler.MergePolicy
  ) throws {
    var taken: [String] = []
    for type in Self.types {
      let field = shape.replacing("T", with: type)
      let text =
        "entity Note = \"note\" version 1 merge client { key id uuid  1: a \(field) { merge \(policy.rawValue) } }"
      guard let found = try self.shape(text) else { continue }
      #expect(found[1].policy == (try self.policy(policy)) && found[1].elements != nil)
      taken.append(type)
    }
    switch policy {
    case .counter: #expect(taken.count == (shape == "T" ? 10 : 0), "\(taken)")
    case .set: #expect(taken.count == (shape == "set<T>" ? 15 : 0), "\(taken)")
    case .append: #expect(taken.count == (shape == "[T]" ? 21 : 0), "\(taken)")
    case .manual, .server, .client, .timestamp, .custom:
      #expect(taken.count == (shape == "set<T>" ? 15 : 21), "\(taken)")
    }
  }

  @Test(arguments: types, shapes)
  func `each field that may be a lane names a parent`(_ type: String, _ shape: String) throws {
    let field = shape.replacing("T", with: type)
    let text = "entity Note = \"note\" version 1 merge server { key id uuid  1: a \(field)  lane by a }"
    let key = "entity Note = \"note\" version 1 merge server { key id \(type)  1: a bool }"
    let found = try self.shape(text)
    let isKey = try self.shape(key) != nil
    #expect((found != nil) == (isKey && (shape == "T" || shape == "T?")), "what can be a key can be a parent's")
  }

  @Test(arguments: types, shapes)
  func `a text or a uuid may be a subject`(_ type: String, _ shape: String) throws {
    let field = shape.replacing("T", with: type)
    let text = "entity Note = \"note\" version 1 merge server { key id uuid  1: a \(field)  subject by a }"
    let isOne = ["string", "uuid"].contains(type) && (shape == "T" || shape == "T?")
    #expect((try self.shape(text) != nil) == isOne)
  }

  @Test(arguments: ["fields", "server", "client", "timestamp", "manual", "custom"])
  func `each policy of an entity is one for whole entities`(_ policy: String) throws {
    let found = try shape("entity Note = \"note\" version 1 merge \(policy) { key id uuid  1: a bool }")
    #expect(found?.policy.description == (policy == "fields" ? "manual" : policy))
  }

  @Test func `the longest name and the most fields are taken by both`() throws {
    let fields = (1...1000).map { "\($0): f\($0) bool" }.joined(separator: "\n")
    let name = String(repeating: "n", count: 128)
    let largest = "entity Note = \"\(name)\" version 4294967295 merge fields { key id uuid\n\(fields)\n}"
    #expect(try shape(largest) != nil)
    #expect(try shape(largest.replacing("1: f1 ", with: "1001: other bool\n1: f1 ")) == nil)
    #expect(try shape(largest.replacing("\"n", with: "\"nn")) == nil)
  }
}
