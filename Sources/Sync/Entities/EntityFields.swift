import HoldfastWire

/// An entity's state by field: a message of which nothing but the numbers of its fields is known.
///
/// A field's value is its own part of the message, tag included, with all records of its number in their order. No bytes
/// stand for zero, empty or absent. Joined in ascending order the values are the message again; fields that the program
/// does not know take their place by number like all others.
package struct EntityFields: Hashable, Sendable {
  /// One field that has a value.
  package struct Field: Hashable, Sendable {
    package let number: UInt32
    package fileprivate(set) var bytes: [UInt8]
  }

  /// The fields that have a value, in ascending order of their numbers.
  package private(set) var all: [Field] = []

  /// A state in which every field is zero.
  package init() {}

  /// Takes a message apart. Its fields may come in any order.
  package init(_ message: [UInt8]) throws(SyncError) {
    do {
      all = try Splitter(decoding: message).fields
    } catch {
      throw SyncError(.malformed, "an entity's state is no message", cause: error)
    }
  }

  /// The bytes of a field; none when it has no value. Setting no bytes takes its value away.
  package subscript(number: UInt32) -> [UInt8] {
    get {
      let index = index(of: number)
      return index < all.count && all[index].number == number ? all[index].bytes : []
    }
    set {
      let index = index(of: number)
      let isThere = index < all.count && all[index].number == number
      switch (isThere, newValue.isEmpty) {
      case (true, true): all.remove(at: index)
      case (true, false): all[index].bytes = newValue
      case (false, true): break
      case (false, false): all.insert(Field(number: number, bytes: newValue), at: index)
      }
    }
  }

  package var isEmpty: Bool { all.isEmpty }

  /// The length of the message, in bytes.
  package var size: Int { all.reduce(0) { $0 + $1.bytes.count } }

  /// The message, its fields in ascending order.
  package var message: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(size)
    for field in all { bytes += field.bytes }
    return bytes
  }

  /// Where the field stands or would stand.
  private func index(of number: UInt32) -> Int {
    var (low, high) = (0, all.count)
    while low < high {
      let middle = (low + high) / 2
      if all[middle].number < number { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

/// Takes a message apart by the numbers of its fields.
private struct Splitter: Message {
  static let messageName = ""
  private var values: [UInt32: UnknownFields] = [:]
  var unknownFields = UnknownFields()

  init() {}

  var fields: [EntityFields.Field] {
    values.sorted { $0.key < $1.key }.map { EntityFields.Field(number: $0.key, bytes: $0.value.bytes) }
  }

  var encodedSize: Int { values.values.reduce(unknownFields.bytes.count) { $0 + $1.bytes.count } }

  func encode(into writer: inout MessageWriter) {
    writer.write(unknownFields)
    for (_, value) in values.sorted(by: { $0.key > $1.key }) { writer.write(value) }
  }

  mutating func merge(from reader: inout MessageReader) throws(MessageDecodingError) {
    while true {
      let tag = try reader.nextTag()
      if tag == 0 { return }
      try reader.skip(tag, into: &values[tag >> 3, default: UnknownFields()])
    }
  }
}
