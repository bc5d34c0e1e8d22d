package import HoldfastContract
import HoldfastWire

/// What keeps operations in order: those that share a lane take effect in the order in which they were made.
///
/// Each entity's key is a lane, and so is the parent that it names. An operation takes both, so that a child stays behind
/// its parent and the child's own children behind the child.
package struct Lane: Hashable, Sendable {
  /// A key: of a field, what it holds, without tag and length.
  package let key: [UInt8]

  package init(key: [UInt8]) {
    self.key = key
  }

  /// All of the key at once: an array hashes its elements one by one.
  package func hash(into hasher: inout Hasher) {
    key.withUnsafeBytes { hasher.combine(bytes: $0) }
  }
}

extension EntityShape {
  /// The lanes of an operation: its entity's own, that of the parent before it, and that of the parent after it.
  ///
  /// `fields` is the entity before the operation, nil when there is none.
  package func lanes(of operation: EntityOperation, on fields: EntityFields?) throws(SyncError) -> [Lane] {
    var lanes = [Lane(key: operation.key)]
    guard description.lane != 0 else { return lanes }
    let named = operation.changes.filter { $0.field == description.lane && $0.kind == .assign }.map(\.after)
    for bytes in [fields?[description.lane] ?? []] + named {
      guard let key = try payload(of: bytes), !key.isEmpty else { continue }
      let lane = Lane(key: key)
      if !lanes.contains(lane) { lanes.append(lane) }
    }
    return lanes
  }

  /// What the field of the lane, or of the subject, holds, without tag and length; nil when it has no value.
  func payload(of bytes: [UInt8]) throws(SyncError) -> [UInt8]? {
    do {
      return try PayloadMessage(decoding: bytes).payload
    } catch {
      throw SyncError(.malformed, "\(type): a field that names a parent or a subject is malformed", cause: error)
    }
  }
}

/// Finds what follows the tag of a message's last field, and the length if it has one.
private struct PayloadMessage: Message {
  static let messageName = ""
  private(set) var payload: [UInt8]?
  var unknownFields = UnknownFields()

  init() {}

  var encodedSize: Int { unknownFields.bytes.count }
  func encode(into writer: inout MessageWriter) { writer.write(unknownFields) }

  mutating func merge(from reader: inout MessageReader) throws(MessageDecodingError) {
    while true {
      let tag = try reader.nextTag()
      if tag == 0 { return }
      if tag & 7 == WireType.lengthDelimited.rawValue {
        var bytes: [UInt8] = []
        try BytesCoding.read(&bytes, from: &reader)
        payload = bytes
      } else {
        var record = UnknownFields()
        try reader.skip(tag, into: &record)
        payload = Array(record.bytes.drop { $0 & 0x80 != 0 }.dropFirst())
      }
    }
  }
}
