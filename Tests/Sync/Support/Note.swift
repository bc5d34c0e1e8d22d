import HoldfastContract
import Testing

@testable import HoldfastSync

/// An entity type with a field for each policy, and the bytes of its fields, written by hand.
enum Note {
  static let title: UInt32 = 1
  static let body: UInt32 = 2
  static let likes: UInt32 = 3
  static let tags: UInt32 = 4
  static let isRead: UInt32 = 5
  static let log: UInt32 = 6
  static let owner: UInt32 = 7
  static let folder: UInt32 = 8
  static let score: UInt32 = 9
  static let marks: UInt32 = 10
  static let drawing: UInt32 = 11

  static func description(policy: MergePolicy = .manual) -> EntityDescription {
    EntityDescription(
      type: "note", version: 1,
      fields: [
        FieldDescription(number: title, name: "title", kind: .string, policy: .manual),
        FieldDescription(number: body, name: "body", kind: .string, policy: .client),
        FieldDescription(number: likes, name: "likes", kind: .int64, policy: .counter),
        FieldDescription(number: tags, name: "tags", kind: .string, many: true, policy: .set),
        FieldDescription(number: isRead, name: "isRead", kind: .bool, policy: .timestamp),
        FieldDescription(number: log, name: "log", kind: .string, many: true, policy: .append),
        FieldDescription(number: owner, name: "owner", kind: .string, policy: .server),
        FieldDescription(number: folder, name: "folder", kind: .uuid, policy: .client),
        FieldDescription(number: score, name: "score", kind: .sint32, policy: .timestamp),
        FieldDescription(number: marks, name: "marks", kind: .uint32, many: true, policy: .set),
        FieldDescription(number: drawing, name: "drawing", kind: .message, policy: .custom),
      ],
      policy: policy, lane: folder)
  }

  static func shape(policy: MergePolicy = .manual) throws -> EntityShape {
    try EntityShape(description(policy: policy))
  }

  static let key: [UInt8] = Array(repeating: 7, count: 16)

  static func operation(
    _ number: UInt64 = 1, _ kind: OperationKind = .update, base: UInt64 = 0, at time: Int64 = 0,
    key: [UInt8] = key, _ changes: FieldChange...
  ) -> EntityOperation {
    operation(number, kind, base: base, at: time, key: key, changes)
  }

  static func operation(
    _ number: UInt64 = 1, _ kind: OperationKind = .update, base: UInt64 = 0, at time: Int64 = 0,
    key: [UInt8] = key, _ changes: [FieldChange]
  ) -> EntityOperation {
    EntityOperation(
      number: number, kind: kind, type: "note", key: key, base: base, changes: changes, schema: 1,
      clock: ClockReading(time: time))
  }
}

/// A text field.
func text(_ field: UInt32, _ texts: String...) -> [UInt8] {
  texts.flatMap { varint(UInt64(field << 3 | 2)) + [UInt8($0.utf8.count)] + Array($0.utf8) }
}

/// A field of a plain number.
func number(_ field: UInt32, _ value: UInt64) -> [UInt8] {
  [UInt8(field << 3)] + varint(value)
}

/// A field of packed numbers.
func packed(_ field: UInt32, _ values: UInt64...) -> [UInt8] {
  let bytes = values.flatMap(varint)
  return values.isEmpty ? [] : [UInt8(field << 3 | 2), UInt8(bytes.count)] + bytes
}

func varint(_ value: UInt64) -> [UInt8] {
  value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7f) | 0x80] + varint(value >> 7)
}

extension FieldChange {
  static func assign(_ field: UInt32, _ after: [UInt8], before: [UInt8] = []) -> FieldChange {
    FieldChange(field: field, kind: .assign, before: before, after: after)
  }

  static func increment(_ field: UInt32, _ amount: Int64) -> FieldChange {
    FieldChange(field: field, kind: .increment, amount: amount)
  }

  static func insert(_ field: UInt32, _ elements: [UInt8]) -> FieldChange {
    FieldChange(field: field, kind: .insert, after: elements)
  }

  static func remove(_ field: UInt32, _ elements: [UInt8]) -> FieldChange {
    FieldChange(field: field, kind: .remove, after: elements)
  }

  static func append(_ field: UInt32, _ elements: [UInt8]) -> FieldChange {
    FieldChange(field: field, kind: .append, after: elements)
  }
}

extension EntityFields {
  init(_ parts: [[UInt8]]) throws {
    try self.init(parts.flatMap { $0 })
  }
}
