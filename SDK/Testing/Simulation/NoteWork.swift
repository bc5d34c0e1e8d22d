internal import HoldfastContract
internal import HoldfastSDK
internal import HoldfastSync

/// The entities that every simulation works on: folders, and notes in them with a field for each policy.
enum NoteWork {
  static let folders = ["f0", "f1"]
  static let notes = ["n0", "n1", "n2", "n3"]

  private enum Field {
    static let title: UInt32 = 1
    static let body: UInt32 = 2
    static let place: UInt32 = 3
    static let read: UInt32 = 4
    static let likes: UInt32 = 5
    static let tags: UInt32 = 6
    static let log: UInt32 = 7
    static let folder: UInt32 = 8
    static let drawing: UInt32 = 9
    /// In version 2; in version 1 it had another number.
    static let mood: UInt32 = 10
    static let retired: UInt32 = 11
    static let formerMood: UInt32 = 12
  }

  static let folder = SimulatedEntity(
    versions: [
      EntityType(
        EntityDescription(
          type: "folder", version: 1,
          fields: [FieldDescription(number: 1, name: "name", kind: .string, policy: .client)], policy: .client))
    ],
    keys: folders,
    change: { _, _, _, random in FieldBytes.text(1, word(&random)) })

  /// - Parameter policy: of notes that are deleted on one side and changed on another.
  static func note(_ policy: MergePolicy) -> SimulatedEntity {
    SimulatedEntity(
      versions: [
        EntityType(description(policy, version: 1)),
        EntityType(
          description(policy, version: 2),
          upgrades: [
            EntityUpgrade(
              version: 1, drops: [Field.retired], moves: [.init(from: Field.formerMood, to: Field.mood)])
          ]),
      ],
      keys: notes, change: change,
      resolver: { found in
        let operation = found.operation
        // The program decides about what only it understands, and leaves the rest to a person.
        guard operation.refusal?.fields == [Field.drawing] else { return nil }
        return operation.content.number.isMultiple(of: 2) ? .mine : .server
      })
  }

  /// What a filter asks for that wants the notes of one folder, and everything else.
  static func filters(folder: String) -> [EntityFilter] {
    [
      EntityFilter(type: "note", equal: FieldBytes.text(Field.folder, folder)), EntityFilter(type: "folder"),
      EntityFilter(type: TallyWork.type),
    ]
  }

  private static func description(_ policy: MergePolicy, version: UInt32) -> EntityDescription {
    var fields = [
      FieldDescription(number: Field.title, name: "title", kind: .string, policy: .manual),
      FieldDescription(number: Field.body, name: "body", kind: .string, policy: .client),
      FieldDescription(number: Field.place, name: "place", kind: .string, policy: .server),
      FieldDescription(number: Field.read, name: "read", kind: .string, policy: .timestamp),
      FieldDescription(number: Field.likes, name: "likes", kind: .int64, policy: .counter),
      FieldDescription(number: Field.tags, name: "tags", kind: .string, many: true, policy: .set),
      FieldDescription(number: Field.log, name: "log", kind: .string, many: true, policy: .append),
      FieldDescription(number: Field.folder, name: "folder", kind: .string, policy: .client),
      FieldDescription(number: Field.drawing, name: "drawing", kind: .string, policy: .custom),
    ]
    if version == 1 {
      fields.append(FieldDescription(number: Field.retired, name: "retired", kind: .string, policy: .client))
      fields.append(FieldDescription(number: Field.formerMood, name: "mood", kind: .string, policy: .client))
    } else {
      fields.append(FieldDescription(number: Field.mood, name: "mood", kind: .string, policy: .client))
    }
    return EntityDescription(type: "note", version: version, fields: fields, policy: policy, lane: Field.folder)
  }

  private static func word(_ random: inout SeededGenerator) -> String { "w\(random.next() % 30)" }

  @Sendable private static func change(
    _ key: [UInt8], _ state: [UInt8]?, _ version: UInt32, _ random: inout SeededGenerator
  ) throws -> [UInt8] {
    var fields = try EntityFields(state ?? [])
    for _ in 0...(random.next() % 3) {
      let number = UInt32(1 + random.next() % 11)
      switch number {
      case Field.likes:
        fields[number] = FieldBytes.number(number, FieldBytes.number(in: fields[number]) &+ 1 &+ random.next() % 5)
      case Field.tags:
        fields[number] = (0..<(random.next() % 4)).flatMap {
          FieldBytes.text(number, "t\($0 * 2 + random.next() % 2)")
        }
      case Field.log: fields[number] += FieldBytes.text(number, word(&random))
      case Field.folder:
        fields[number] = FieldBytes.text(number, folders[Int(random.next() % UInt64(folders.count))])
      case Field.mood:
        let field = version == 1 ? Field.formerMood : number
        fields[field] = FieldBytes.text(field, word(&random))
      case Field.retired: if version == 1 { fields[number] = FieldBytes.text(number, word(&random)) }
      default: fields[number] = random.next() % 8 == 0 ? [] : FieldBytes.text(number, word(&random))
      }
    }
    return fields.message
  }
}

/// Fields of messages, written by hand.
enum FieldBytes {
  static func text(_ field: UInt32, _ text: String) -> [UInt8] {
    text.isEmpty ? [] : varint(UInt64(field << 3 | 2)) + varint(UInt64(text.utf8.count)) + Array(text.utf8)
  }

  static func number(_ field: UInt32, _ value: UInt64) -> [UInt8] {
    value == 0 ? [] : varint(UInt64(field << 3)) + varint(value)
  }

  /// What a field of a number holds.
  static func number(in bytes: [UInt8]) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    for byte in bytes.drop(while: { $0 & 0x80 != 0 }).dropFirst() {
      value |= UInt64(byte & 0x7f) << shift
      shift += 7
    }
    return value
  }

  /// The texts of a field that holds many.
  static func texts(in bytes: [UInt8]) -> [String] {
    var texts: [String] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      rest = rest.drop { $0 & 0x80 != 0 }.dropFirst()
      guard let count = rest.first, rest.count > Int(count) else { return texts }
      texts.append(String(decoding: rest.dropFirst().prefix(Int(count)), as: UTF8.self))
      rest = rest.dropFirst(1 + Int(count))
    }
    return texts
  }

  private static func varint(_ value: UInt64) -> [UInt8] {
    value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7f) | 0x80] + varint(value >> 7)
  }
}
