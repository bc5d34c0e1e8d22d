/// How values of one type are laid out in a field; generated code calls the static methods.
///
/// The methods come in four shapes: a plain value, which is left out when it is the type's zero; an optional, which is
/// written whenever it is set; a list; and a set. Each has a size, which has to agree with what is written.
public protocol FieldCoding {
  associatedtype Value: Sendable & Hashable

  /// What follows the tag of a single value.
  static var wireType: WireType { get }

  /// The value that a missing field has.
  static var zero: Value { get }

  /// Whether the value is the one that a missing field has, bit by bit.
  static func isZero(_ value: Value) -> Bool

  /// How many bytes follow the tag.
  static func payloadSize(_ value: Value) -> Int

  /// Writes what follows the tag.
  static func writePayload(_ value: Value, into writer: inout MessageWriter)

  /// Reads what follows the tag. It replaces the value; a message is merged into it.
  static func read(_ value: inout Value, from reader: inout MessageReader) throws(MessageDecodingError)
}

// MARK: - Plain values

extension FieldCoding {
  /// The bytes of a field with implicit presence: 0 when the value is zero.
  @inlinable
  public static func size(_ value: Value, field: Int) -> Int {
    isZero(value) ? 0 : Varint.tagSize(field: field) &+ payloadSize(value)
  }

  /// Writes a field with implicit presence: nothing when the value is zero.
  @inlinable
  public static func write(_ value: Value, field: Int, into writer: inout MessageWriter) {
    if !isZero(value) { writeField(value, field: field, into: &writer) }
  }

  /// Writes a field whatever its value.
  @inlinable @inline(__always)
  static func writeField(_ value: Value, field: Int, into writer: inout MessageWriter) {
    writePayload(value, into: &writer)
    writer.writeTag(field: field, wireType)
  }
}

// MARK: - Optional values

extension FieldCoding {
  /// The bytes of a field with explicit presence.
  @inlinable
  public static func sizeOptional(_ value: Value?, field: Int) -> Int {
    guard let value else { return 0 }
    return Varint.tagSize(field: field) &+ payloadSize(value)
  }

  /// Writes a field with explicit presence, zero included.
  @inlinable
  public static func writeOptional(_ value: Value?, field: Int, into writer: inout MessageWriter) {
    if let value { writeField(value, field: field, into: &writer) }
  }

  /// Reads a field with explicit presence.
  @inlinable
  public static func readOptional(
    _ value: inout Value?, from reader: inout MessageReader
  ) throws(MessageDecodingError) {
    var read = value.take() ?? zero
    try Self.read(&read, from: &reader)
    value = read
  }
}

// MARK: - Lists

extension FieldCoding {
  /// The bytes of a list, every element with a tag of its own.
  @inlinable
  public static func sizeList(_ values: [Value], field: Int) -> Int {
    values.withUnsafeBufferPointer { values in
      var size = values.count &* Varint.tagSize(field: field)
      for index in 0..<values.count { size &+= payloadSize(values[index]) }
      return size
    }
  }

  /// Writes a list, every element with a tag of its own.
  @inlinable
  public static func writeList(_ values: [Value], field: Int, into writer: inout MessageWriter) {
    values.withUnsafeBufferPointer { values in
      var index = values.count
      while index > 0 {
        index &-= 1
        writeField(values[index], field: field, into: &writer)
      }
    }
  }

  /// Reads an element, and those that follow it at once.
  @inlinable
  public static func readList(
    _ values: inout [Value], tag: UInt32, from reader: inout MessageReader
  ) throws(MessageDecodingError) {
    let count = reader.runLength()
    try reader.count(elements: count, of: MemoryLayout<Value>.stride)
    // Only once for a list: reserving exactly what is needed again and again would copy the list every time.
    if values.isEmpty { values.reserveCapacity(count) }
    for index in 0..<count {
      if index > 0 && !reader.nextRepeats() { return }
      var value = zero
      try read(&value, from: &reader)
      values.append(consume value)
    }
  }
}
