import HoldfastContract

@testable import HoldfastSDK

/// An entity type with a field for each policy that tests need, and the bytes of its fields, written by hand.
enum NoteType {
  static let title: UInt32 = 1
  static let body: UInt32 = 2
  static let likes: UInt32 = 3
  static let tags: UInt32 = 4
  static let folder: UInt32 = 5
  static let drawing: UInt32 = 6

  static func description(policy: MergePolicy = .manual, version: UInt32 = 1) -> EntityDescription {
    EntityDescription(
      type: "note", version: version,
      fields: [
        FieldDescription(number: title, name: "title", kind: .string, policy: .manual),
        FieldDescription(number: body, name: "body", kind: .string, policy: .client),
        FieldDescription(number: likes, name: "likes", kind: .int64, policy: .counter),
        FieldDescription(number: tags, name: "tags", kind: .string, many: true, policy: .set),
        FieldDescription(number: folder, name: "folder", kind: .string, policy: .client),
        FieldDescription(number: drawing, name: "drawing", kind: .string, policy: .custom),
      ],
      policy: policy, lane: folder)
  }
}

/// A note's state.
func note(
  _ title: String = "", body: String = "", likes: UInt64 = 0, tags: [String] = [], folder: String = ""
) -> [UInt8] {
  text(NoteType.title, title) + text(NoteType.body, body)
    + (likes == 0 ? [] : [UInt8(NoteType.likes << 3)] + varint(likes))
    + tags.flatMap { text(NoteType.tags, $0) } + text(NoteType.folder, folder)
}

private func text(_ field: UInt32, _ text: String) -> [UInt8] {
  text.isEmpty ? [] : [UInt8(field << 3 | 2)] + varint(UInt64(text.utf8.count)) + Array(text.utf8)
}

private func varint(_ value: UInt64) -> [UInt8] {
  value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7f) | 0x80] + varint(value >> 7)
}

extension EntityRef {
  /// A note.
  static func note(_ key: String) -> EntityRef { EntityRef(type: "note", key: Array(key.utf8)) }
}
