import HoldfastCompiler
import Testing

/// What entities become in Swift.
@Suite struct EntityTests {
  private static let note = """
    entity Note = "note" version 2 merge fields {
      /// Drawn by the device.
      key id uuid
      1: title string
      2: likes int64 { merge counter }
      3: tags set<string> { merge set }
      5: folder uuid? { merge client }
      reserved 4
      lane by folder
      subject by title
      upgrade 1 { drop 4 }
    }
    """

  @Test func `an entity is a message with its key beside it`() {
    let swift = Snippets.swift(.entities, Self.note)
    #expect(swift.contains("public struct Note: Entity {\n  public static let messageName = \"notes.Note\"\n"))
    #expect(swift.contains("  /// Drawn by the device.\n  public let id: UUID\n  public var title: String = \"\"\n"))
    #expect(swift.contains("public init() { id = UUIDCoding.zero }"))
    #expect(swift.contains("  public init(id: UUID, title: String = \"\", likes: Int64 = 0, "))
    #expect(!swift.contains("UUIDCoding.size(id"), "the key is no field")
    #expect(
      swift.contains(
        """
          public init(entityKey: [UInt8], state: [UInt8]) throws(MessageDecodingError) {
            self.id = try UUIDCoding.entityKey(decoding: entityKey)
            try merge(decoding: state)
          }
        """))
  }

  @Test func `the description has the policy of each field`() {
    #expect(
      Snippets.swift(.entities, Self.note).contains(
        """
          public static let entityDescription = EntityDescription(
            type: "note",
            version: 2,
            fields: [
              FieldDescription(number: 1, name: "title", kind: .string, policy: .manual),
              FieldDescription(number: 2, name: "likes", kind: .int64, policy: .counter),
              FieldDescription(number: 3, name: "tags", kind: .string, many: true, policy: .set),
              FieldDescription(number: 5, name: "folder", kind: .uuid, policy: .client),
            ],
            policy: .manual,
            lane: 5,
            subject: 1
          )
        """))
  }

  @Test(arguments: ["server", "client", "timestamp", "manual", "custom"])
  func `a field without a policy takes the entity's`(_ policy: String) {
    let swift = Snippets.swift(
      .entities, "entity Note = \"note\" version 1 merge \(policy) { key id uuid  1: a bool  2: b set<uuid> }")
    #expect(swift.contains("name: \"a\", kind: .bool, policy: .\(policy))"))
    #expect(swift.contains("name: \"b\", kind: .uuid, many: true, policy: .\(policy))"))
    #expect(swift.contains("    policy: .\(policy)\n  )\n"))
  }

  @Test func `steps between versions are plain data`() {
    let swift = Snippets.swift(
      .entities,
      """
      entity Note = "note" version 4 merge fields {
        key id uuid  1: a bool  2: b bool
        reserved 3..5
        upgrade 2 { move 4 to 2 }
        upgrade 1 { drop 5  drop 3 }
      }
      """)
    #expect(
      swift.contains(
        """
          public static let entityUpgrades: [EntityUpgrade] = [
            EntityUpgrade(version: 1, drops: [3, 5]),
            EntityUpgrade(version: 2, moves: [.init(from: 4, to: 2)]),
          ]
        """))
    #expect(
      Snippets.swift(.entities, Self.note).contains("[EntityUpgrade] = [EntityUpgrade(version: 1, drops: [4])]\n"))
  }

  @Test func `long descriptions and steps are broken into lines`() {
    let name = String(repeating: "n", count: 60)
    let swift = Snippets.swift(
      .entities,
      """
      entity Note = "note" version 2 merge timestamp {
        key id uuid
        1: \(name) [bool]  2: b bool  3: c bool  4: d bool
        reserved 11..14
        upgrade 1 { move 11 to 1  move 12 to 2  move 13 to 3  move 14 to 4 }
      }
      """)
    #expect(swift.split(separator: "\n").allSatisfy { $0.count <= 120 }, "\(swift)")
    #expect(
      swift.contains(
        """
              FieldDescription(
                number: 1,
                name: "\(name)",
                kind: .bool,
                many: true,
                policy: .timestamp
              ),
        """))
    #expect(
      swift.contains(
        """
          public static let entityUpgrades: [EntityUpgrade] = [
            EntityUpgrade(
              version: 1,
              moves: [.init(from: 11, to: 1), .init(from: 12, to: 2), .init(from: 13, to: 3), .init(from: 14, to: 4)]
            ),
          ]
        """))
  }

  @Test func `the delta has the types of the fields`() {
    let swift = Snippets.swift(.entities, Self.note)
    #expect(
      swift.contains(
        """
          public struct Delta: EntityDelta {
            public var title: ValueDelta<String>?
            public var likes: CounterDelta<Int64>?
            public var tags: SetDelta<String>?
            public var folder: ValueDelta<UUID?>?
        """))
    #expect(swift.contains("case 1: title = ValueDelta(before: before.title, after: after.title)"))
    #expect(swift.contains("case 3: tags = SetDelta(tags, change, before: before.tags, after: after.tags)"))
  }

  @Test(arguments: [
    ("Note", "notes"), ("Diary", "diaries"), ("Day", "days"), ("Box", "boxes"), ("Branch", "branches"),
    ("LogEntry", "logEntries"), ("Address", "addresses"), ("URLNote", "urlNotes"), ("PDF", "pdfs"),
  ])
  func `the collection has the plural of the name`(_ name: String, _ plural: String) {
    let swift = Snippets.swift(.entities, "entity \(name) = \"x\" version 1 merge client { key id uuid  1: a bool }")
    #expect(
      swift.contains(
        """
        extension Replica {
          /// Every `\(name)` that the replica holds.
          public var \(plural): EntityCollection<\(name)> { collection(\(name).self) }
        }
        """))
    #expect(swift.contains("public typealias \(name)Conflict = EntityConflictOf<\(name)>\n"))
  }

  @Test func `where the plural is another, the definition says so`() {
    let swift = Snippets.swift(
      .entities, "entity Person = \"x\" version 1 merge client { key id uuid  1: a bool  collection people }")
    #expect(swift.contains("var people: EntityCollection<Person>"))
  }

  @Test func `entities and messages are in files of their own`() {
    let text = Self.note + "\nmessage M { 1: a bool }"
    #expect(!Snippets.swift(.messages, text).contains("Note"))
    #expect(!Snippets.swift(.entities, text).contains("struct M"))
    #expect(Snippets.swift(.messages, Self.note) == "" && Snippets.swift(.entities, "message M { }") == "")
    #expect(Snippets.swift(.client, Self.note) == "")
  }

  @Test func `a file without entities says so where there has to be one`() throws {
    let schema = try #require(Snippets.inPackage("message M { }").schema)
    let file = try #require(schema.roots.first)
    #expect(
      schema.swift(.entities, of: file, options: SwiftOptions(), always: true)
        == "// Generated by holdfast-codegen from notes.rpc. Do not edit.\n\n// The file declares no entity.\n")
  }

  @Test func `as protobuf an entity is a message of its fields`() throws {
    let schema = try #require(Snippets.inPackage(Self.note).schema)
    let file = try #require(schema.roots.first)
    #expect(
      schema.proto(of: file).text.contains(
        """
        // Entity "note", version 2. Its key, the uuid `id`, travels beside it.
        // Merge: manual. Lane: folder. Subject: title.
        message Note {
          reserved 4;
          // Merge: manual.
          string title = 1;
          // Merge: counter.
          int64 likes = 2;
          // A set: each element once, ascending.
          // Merge: set.
          repeated string tags = 3;
          // A UUID: 16 bytes, or none for the one of zeros.
          // Merge: client.
          bytes folder = 5 [features.field_presence = EXPLICIT];
        }
        """))
    let message = try #require(Snippets.inPackage("message Note { 1: title string }").schema)
    let entity = try #require(
      Snippets.inPackage("entity Note = \"n\" version 1 merge client { key id uuid  1: title string }").schema)
    #expect(entity.descriptorSet == message.descriptorSet)
  }

  @Test func `the reference tells key, lane, steps and policies`() throws {
    let reference = try #require(Snippets.inPackage(Self.note).schema).reference()
    #expect(
      reference.contains(
        """
        ### notes.Note

        Entity `note`, version 2.

        - Key: `id`, `uuid`; it is no part of the state
        - When one side deletes what the other changes: a person decides
        - Lane: operations stay behind those of the parent that `folder` names
        - Subject: it is about whom `title` names, and is erased with all else about them
        - After version 1: 4 is gone

        | number | field | type | merge | meaning |
        |---|---|---|---|---|
        | 1 | `title` | `string` | manual |  |
        | 2 | `likes` | `int64` | counter |  |
        | 3 | `tags` | set of `string` | set |  |
        | 5 | `folder` | `uuid`, optional | client |  |
        """))
  }
}
