package import HoldfastContract
import HoldfastWire

/// What an operation that another version of the program has queued comes to in this one. It is never dropped.
package enum OperationUpgrade: Hashable, Sendable {
  /// It means this in the version at hand, and may be sent.
  case current(EntityOperation)
  /// It waits for a newer program or for somebody to decide, and this is why.
  case parked(SyncError)
}

extension EntityShape {
  /// Brings an operation to this version of its entity.
  ///
  /// Each version's step is taken in turn. A version without a step changes nothing, so that an operation stays as it is
  /// where all of its fields are still there and of the same kind. `origin` is the description of the operation's own
  /// version, nil when it is no longer known; the kinds are then told by the bytes alone.
  ///
  /// The content changes by this: an operation that has been sent, and whose outcome is not known, stays what it was.
  package func upgrade(
    _ operation: EntityOperation, by steps: [EntityUpgrade], from origin: EntityDescription?
  ) -> OperationUpgrade {
    if operation.schema == description.version { return .current(operation) }
    do {
      return .current(try upgraded(operation, by: steps, from: origin))
    } catch {
      return .parked(error)
    }
  }

  private func upgraded(
    _ operation: EntityOperation, by steps: [EntityUpgrade], from origin: EntityDescription?
  ) throws(SyncError) -> EntityOperation {
    guard operation.schema < description.version else {
      throw SyncError(
        .version,
        "the operation is of version \(operation.schema) of \(type), and this program knows version "
          + "\(description.version)")
    }
    var result = operation
    result.schema = description.version
    result.changes = []
    for change in operation.changes {
      guard let number = number(of: change.field, since: operation.schema, by: steps) else { continue }
      try check(change.field, now: number, from: origin)
      result.changes.append(try change.renumbered(number))
    }
    // Of one field, elements in stay before elements out: the order of equals is kept.
    result.changes = result.changes.enumerated()
      .sorted { ($0.element.field, $0.offset) < ($1.element.field, $1.offset) }.map(\.element)
    return try checked(result)
  }

  /// The number that a field of `version` has now, nil when it has been dropped.
  private func number(of field: UInt32, since version: UInt32, by steps: [EntityUpgrade]) -> UInt32? {
    var number = field
    for step in steps.filter({ version..<description.version ~= $0.version }).sorted(by: { $0.version < $1.version }) {
      if step.drops.contains(number) { return nil }
      number = step.moves.first { $0.from == number }?.to ?? number
    }
    return number
  }

  /// Throws unless the field is there and holds what it held in `origin`.
  private func check(_ field: UInt32, now number: UInt32, from origin: EntityDescription?) throws(SyncError) {
    guard let now = description.fields.first(where: { $0.number == number }) else {
      throw SyncError(.version, "version \(description.version) of \(type) has no field \(number)")
    }
    guard let was = origin?.fields.first(where: { $0.number == field }) else { return }
    guard was.many == now.many, now.kind.reads(was.kind) else {
      throw SyncError(
        .version,
        "\(type).\(was.name) was \(was.many ? "several of " : "")\(was.kind), and in version \(description.version) "
          + "\(now.name) is \(now.many ? "several of " : "")\(now.kind)")
    }
  }
}

extension FieldKind {
  /// Whether bytes of the other kind mean the same in this one.
  fileprivate func reads(_ other: FieldKind) -> Bool {
    switch (other, self) {
    case (.int32, .int64), (.uint32, .uint64), (.uint32, .int64), (.sint32, .sint64), (.string, .bytes),
      (.uuid, .bytes):
      true
    default: self == other
    }
  }
}

extension FieldChange {
  /// The same change of the field with another number.
  fileprivate func renumbered(_ number: UInt32) throws(SyncError) -> FieldChange {
    if number == field { return self }
    var change = self
    change.field = number
    do {
      change.before = try FieldRecords(decoding: before).bytes(of: number)
      change.after = try FieldRecords(decoding: after).bytes(of: number)
    } catch {
      throw SyncError(.malformed, "the change of field \(field) is malformed", cause: error)
    }
    return change
  }
}

/// A message's records, each under a new number.
private struct FieldRecords: Message {
  static let messageName = ""
  private var records: [Record] = []
  var unknownFields = UnknownFields()

  private struct Record: Hashable {
    let wireType: UInt32
    /// What follows the tag.
    let payload: [UInt8]
  }

  init() {}

  /// All records with the same number.
  func bytes(of number: UInt32) -> [UInt8] {
    records.flatMap { record in
      var tag = number << 3 | record.wireType
      var bytes: [UInt8] = []
      while tag >= 0x80 {
        bytes.append(UInt8(truncatingIfNeeded: tag) | 0x80)
        tag >>= 7
      }
      return bytes + [UInt8(tag)] + record.payload
    }
  }

  var encodedSize: Int { unknownFields.bytes.count }
  func encode(into writer: inout MessageWriter) { writer.write(unknownFields) }

  mutating func merge(from reader: inout MessageReader) throws(MessageDecodingError) {
    while true {
      let tag = try reader.nextTag()
      if tag == 0 { return }
      guard tag & 7 != WireType.groupStart.rawValue else {
        throw MessageDecodingError(.malformed, "no field of an entity is a group", path: [tag >> 3])
      }
      var record = UnknownFields()
      try reader.skip(tag, into: &record)
      records.append(
        Record(wireType: tag & 7, payload: Array(record.bytes.drop { $0 & 0x80 != 0 }.dropFirst())))
    }
  }
}
