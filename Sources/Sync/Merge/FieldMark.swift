package import HoldfastContract
package import HoldfastWire

/// What the hub remembers of a field beside its value.
package struct FieldMark: Hashable, Sendable {
  package var field: UInt32
  /// The version that last changed the field.
  package var version: UInt64
  /// The hub's number for the replica that did, if it had seen all that was there before; otherwise 0.
  package var writer: UInt64
  /// When, by the clock of that change; of fields whose later change prevails.
  package var clock: ClockReading?

  package init(field: UInt32, version: UInt64, writer: UInt64, clock: ClockReading? = nil) {
    self.field = field
    self.version = version
    self.writer = writer
    self.clock = clock
  }
}

/// What the hub remembers of an entity beside its fields' values; its encoding stands in the entity's row.
package struct EntityMarks: Hashable, Sendable {
  /// In ascending order of the fields, those included that have lost their value.
  package private(set) var fields: [FieldMark] = []
  /// The latest clock of all changes.
  package var clock = ClockReading()
  /// The hub's number for the replica that deleted the entity; otherwise 0.
  package var deleter: UInt64 = 0
  /// Whether a deleted entity's fields are still there.
  package var isKept = false
  /// The version that the entity's row had first, before it was deleted and created again, too.
  package var born: UInt64 = 0
  package var unknownFields = UnknownFields()

  package init() {}

  package subscript(field: UInt32) -> FieldMark? {
    get {
      let index = index(of: field)
      return index < fields.count && fields[index].field == field ? fields[index] : nil
    }
    set {
      let index = index(of: field)
      let isThere = index < fields.count && fields[index].field == field
      switch (isThere, newValue) {
      case (true, let mark?): fields[index] = mark
      case (true, nil): fields.remove(at: index)
      case (false, let mark?): fields.insert(mark, at: index)
      case (false, nil): break
      }
    }
  }

  /// Where the field's mark stands or would stand.
  private func index(of field: UInt32) -> Int {
    var (low, high) = (0, fields.count)
    while low < high {
      let middle = (low + high) / 2
      if fields[middle].field < field { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

// MARK: - Bytes

extension EntityMarks: Message {
  package static let messageName = "holdfast.sync.EntityMarks"

  package var encodedSize: Int {
    var size = unknownFields.bytes.count
    size += MessageCoding<StoredMark>.sizeList(fields.map(StoredMark.init), field: 1)
    size += MessageCoding<ClockReading>.size(clock, field: 2)
    size += UInt64Coding.size(deleter, field: 3)
    size += BoolCoding.size(isKept, field: 4)
    size += UInt64Coding.size(born, field: 5)
    return size
  }

  package func encode(into writer: inout MessageWriter) {
    writer.write(unknownFields)
    UInt64Coding.write(born, field: 5, into: &writer)
    BoolCoding.write(isKept, field: 4, into: &writer)
    UInt64Coding.write(deleter, field: 3, into: &writer)
    MessageCoding<ClockReading>.write(clock, field: 2, into: &writer)
    MessageCoding<StoredMark>.writeList(fields.map(StoredMark.init), field: 1, into: &writer)
  }

  package mutating func merge(from reader: inout MessageReader) throws(MessageDecodingError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 10:
        var marks: [StoredMark] = []
        try MessageCoding<StoredMark>.readList(&marks, tag: tag, from: &reader)
        for mark in marks { self[mark.mark.field] = mark.mark }
      case 18: try MessageCoding<ClockReading>.read(&clock, from: &reader)
      case 24: try UInt64Coding.read(&deleter, from: &reader)
      case 32: try BoolCoding.read(&isKept, from: &reader)
      case 40: try UInt64Coding.read(&born, from: &reader)
      default: try reader.skip(tag, into: &unknownFields)
      }
    }
  }
}

/// A field's mark among those of its entity.
private struct StoredMark: Message {
  static let messageName = "holdfast.sync.FieldMark"

  var mark = FieldMark(field: 0, version: 0, writer: 0)
  var unknownFields = UnknownFields()

  init() {}

  init(_ mark: FieldMark) {
    self.mark = mark
  }

  var encodedSize: Int {
    var size = unknownFields.bytes.count
    size += UInt32Coding.size(mark.field, field: 1)
    size += UInt64Coding.size(mark.version, field: 2)
    size += UInt64Coding.size(mark.writer, field: 3)
    size += MessageCoding<ClockReading>.sizeOptional(mark.clock, field: 4)
    return size
  }

  func encode(into writer: inout MessageWriter) {
    writer.write(unknownFields)
    MessageCoding<ClockReading>.writeOptional(mark.clock, field: 4, into: &writer)
    UInt64Coding.write(mark.writer, field: 3, into: &writer)
    UInt64Coding.write(mark.version, field: 2, into: &writer)
    UInt32Coding.write(mark.field, field: 1, into: &writer)
  }

  mutating func merge(from reader: inout MessageReader) throws(MessageDecodingError) {
    while true {
      let tag = try reader.nextTag()
      switch tag {
      case 0: return
      case 8: try UInt32Coding.read(&mark.field, from: &reader)
      case 16: try UInt64Coding.read(&mark.version, from: &reader)
      case 24: try UInt64Coding.read(&mark.writer, from: &reader)
      case 34: try MessageCoding<ClockReading>.readOptional(&mark.clock, from: &reader)
      default: try reader.skip(tag, into: &unknownFields)
      }
    }
  }
}
