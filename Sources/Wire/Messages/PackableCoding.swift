/// A coding of numbers: lists of them are packed into one length-delimited field.
public protocol PackableCoding: OrderedCoding {
  /// How many bytes all the payloads have.
  static func packedSize(_ values: [Value]) -> Int

  /// Writes all the payloads, the last one first.
  static func writePacked(_ values: [Value], into writer: inout MessageWriter)

  /// Appends the values that `bytes` bytes from the reader's position hold; the reader ends there.
  static func readPacked(_ values: inout [Value], from reader: inout MessageReader) throws(MessageDecodingError)
}

extension PackableCoding {
  @inlinable @inline(__always)
  public static func precedes(_ left: Value, _ right: Value) -> Bool {
    rank(left) < rank(right)
  }
}

extension PackableCoding where Value: UnsignedInteger {
  @inlinable @inline(__always)
  public static func rank(_ value: Value) -> UInt64 {
    UInt64(truncatingIfNeeded: value)
  }
}

extension PackableCoding where Value: SignedInteger {
  @inlinable @inline(__always)
  public static func rank(_ value: Value) -> UInt64 {
    // Negative numbers first.
    UInt64(truncatingIfNeeded: value) ^ 1 << 63
  }
}

extension PackableCoding {
  @inlinable
  public static func packedSize(_ values: [Value]) -> Int {
    values.withUnsafeBufferPointer { values in
      var size = 0
      for index in 0..<values.count { size &+= payloadSize(values[index]) }
      return size
    }
  }

  @inlinable
  public static func writePacked(_ values: [Value], into writer: inout MessageWriter) {
    values.withUnsafeBufferPointer { values in
      var index = values.count
      while index > 0 {
        index &-= 1
        writePayload(values[index], into: &writer)
      }
    }
  }

  /// The bytes of a packed list: 0 when it is empty.
  @inlinable
  public static func sizeList(_ values: [Value], field: Int) -> Int {
    if values.isEmpty { return 0 }
    let size = packedSize(values)
    return Varint.tagSize(field: field) &+ Varint.size(length: size) &+ size
  }

  /// Writes a packed list: nothing when it is empty.
  @inlinable
  public static func writeList(_ values: [Value], field: Int, into writer: inout MessageWriter) {
    if values.isEmpty { return }
    let end = writer.position
    writePacked(values, into: &writer)
    writer.writeLength(since: end)
    writer.writeTag(field: field, .lengthDelimited)
  }

  /// Reads a packed list or, by the tag's wire type, a single element.
  @inlinable
  public static func readList(
    _ values: inout [Value], tag: UInt32, from reader: inout MessageReader
  ) throws(MessageDecodingError) {
    if tag & 7 == WireType.lengthDelimited.rawValue {
      try readPacked(&values, from: &reader)
    } else {
      try reader.count(elements: 1, of: MemoryLayout<Value>.stride)
      var value = zero
      try read(&value, from: &reader)
      values.append(value)
    }
  }

  /// The bytes of a packed set.
  @inlinable
  public static func sizeSet(_ values: Set<Value>, field: Int) -> Int {
    if values.isEmpty { return 0 }
    var size = 0
    for value in values { size &+= payloadSize(value) }
    return Varint.tagSize(field: field) &+ Varint.size(length: size) &+ size
  }

  /// Writes a packed set in ascending order.
  @inlinable
  public static func writeSet(_ values: Set<Value>, field: Int, into writer: inout MessageWriter) {
    if values.isEmpty { return }
    writeList(values.sorted(by: precedes), field: field, into: &writer)
  }

  /// Reads a packed list or a single element into a set.
  @inlinable
  public static func readSet(
    _ values: inout Set<Value>, tag: UInt32, from reader: inout MessageReader
  ) throws(MessageDecodingError) {
    var list: [Value] = []
    try readList(&list, tag: tag, from: &reader)
    // A second time, since a set's memory is not the list's.
    try reader.count(elements: 0, of: list.count &* MemoryLayout<Value>.stride)
    values.formUnion(list)
  }

  /// Reads the length of a packed list and makes its end the reader's.
  @inlinable
  static func enterPacked(_ reader: inout MessageReader) throws(MessageDecodingError) -> UnsafeRawPointer {
    let count = try reader.length()
    let outer = reader.end
    reader.end = reader.position + count
    return outer
  }
}

extension Array {
  /// Makes room for `count` more elements, and grows by a factor, so that many small pieces stay linear.
  @inlinable
  mutating func reserveRoom(for count: Int) {
    let needed = self.count &+ count
    if needed > capacity { reserveCapacity(Swift.max(needed, 2 &* self.count)) }
  }
}
