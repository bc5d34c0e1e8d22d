import HoldfastContract
import HoldfastSync

/// An entity type with a field for each way of merging, and operations on it.
enum Note {
  static let title: UInt32 = 1
  static let body: UInt32 = 2
  static let likes: UInt32 = 3
  static let tags: UInt32 = 4
  static let score: UInt32 = 5
  static let folder: UInt32 = 6

  static func description(version: UInt32 = 1, type: String = "note", policy: MergePolicy = .manual)
    -> EntityDescription
  {
    EntityDescription(
      type: type, version: version,
      fields: [
        FieldDescription(number: title, name: "title", kind: .string, policy: .manual),
        FieldDescription(number: body, name: "body", kind: .string, policy: .client),
        FieldDescription(number: likes, name: "likes", kind: .int64, policy: .counter),
        FieldDescription(number: tags, name: "tags", kind: .string, many: true, policy: .set),
        FieldDescription(number: score, name: "score", kind: .int64, policy: .timestamp),
        FieldDescription(number: folder, name: "folder", kind: .bytes, policy: .server),
      ],
      policy: policy, lane: folder)
  }

  /// The key of a note.
  static func key(_ number: UInt8) -> [UInt8] { [UInt8](repeating: number, count: 16) }
}

extension EntityOperation {
  /// An operation of no number yet.
  static func create(_ key: UInt8, type: String = "note", _ changes: FieldChange...) -> EntityOperation {
    EntityOperation(kind: .create, type: type, key: Note.key(key), changes: changes, schema: 1)
  }

  static func update(_ key: UInt8, base: UInt64, _ changes: FieldChange...) -> EntityOperation {
    EntityOperation(kind: .update, type: "note", key: Note.key(key), base: base, changes: changes, schema: 1)
  }

  static func delete(_ key: UInt8, base: UInt64) -> EntityOperation {
    EntityOperation(kind: .delete, type: "note", key: Note.key(key), base: base, schema: 1)
  }

  func at(_ time: Int64) -> EntityOperation {
    var operation = self
    operation.clock = ClockReading(time: time)
    return operation
  }

  /// Made in an opening of its replica's file, with so much added to it since.
  func opened(_ opening: UInt64, revision: UInt32 = 0) -> EntityOperation {
    var operation = self
    (operation.opening, operation.revision) = (opening, revision)
    return operation
  }

  func numbered(_ number: UInt64) -> EntityOperation {
    var operation = self
    operation.number = number
    return operation
  }

  func inGroup(_ group: UInt64) -> EntityOperation {
    var operation = self
    operation.group = group
    return operation
  }
}

extension FieldChange {
  static func text(_ field: UInt32, _ text: String) -> FieldChange {
    FieldChange(field: field, kind: .assign, after: bytes(field, Array(text.utf8)))
  }

  static func title(_ text: String) -> FieldChange { .text(Note.title, text) }

  static func folder(_ key: UInt8) -> FieldChange {
    FieldChange(field: Note.folder, kind: .assign, after: bytes(Note.folder, Note.key(key)))
  }

  static func like(_ amount: Int64) -> FieldChange {
    FieldChange(field: Note.likes, kind: .increment, amount: amount)
  }

  static func score(_ value: UInt8) -> FieldChange {
    FieldChange(field: Note.score, kind: .assign, after: [UInt8(Note.score << 3), value])
  }

  static func tag(_ text: String) -> FieldChange {
    FieldChange(field: Note.tags, kind: .insert, after: bytes(Note.tags, Array(text.utf8)))
  }

  /// A field of bytes or text.
  static func bytes(_ field: UInt32, _ content: [UInt8]) -> [UInt8] {
    var length: [UInt8] = []
    var rest = content.count
    repeat {
      length.append(UInt8(rest & 0x7f) | (rest > 0x7f ? 0x80 : 0))
      rest >>= 7
    } while rest > 0
    return [UInt8(field << 3 | 2)] + length + content
  }
}

extension [UInt8] {
  /// The state of a note with this title.
  static func title(_ text: String) -> [UInt8] { FieldChange.bytes(Note.title, Array(text.utf8)) }
}
