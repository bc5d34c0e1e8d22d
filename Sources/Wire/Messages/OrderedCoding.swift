/// A coding whose values can stand in a set or be the keys of a map, which are written in ascending order.
public protocol OrderedCoding: FieldCoding {
  /// Whether `left` is written before `right`.
  static func precedes(_ left: Value, _ right: Value) -> Bool

  /// A number that agrees with `precedes`: a value of lower rank stands before one of higher rank. Only
  /// length-delimited values may share a rank; their bytes then decide.
  static func rank(_ value: Value) -> UInt64
}

extension OrderedCoding {
  /// The bytes of a set, every element with a tag of its own.
  @inlinable
  public static func sizeSet(_ values: Set<Value>, field: Int) -> Int {
    var size = values.count &* Varint.tagSize(field: field)
    for value in values { size &+= payloadSize(value) }
    return size
  }

  /// Writes a set in ascending order, every element with a tag of its own.
  @inlinable
  public static func writeSet(_ values: Set<Value>, field: Int, into writer: inout MessageWriter) {
    if values.isEmpty { return }
    writeList(values.sorted(by: precedes), field: field, into: &writer)
  }

  /// Reads an element of a set, and those that follow it at once.
  @inlinable
  public static func readSet(
    _ values: inout Set<Value>, tag: UInt32, from reader: inout MessageReader
  ) throws(MessageDecodingError) {
    let count = reader.runLength()
    // Twice, since a set keeps room that is not filled.
    try reader.count(elements: count, of: 2 &* MemoryLayout<Value>.stride)
    if values.isEmpty { values = Set(minimumCapacity: count) }
    for index in 0..<count {
      if index > 0 && !reader.nextRepeats() { return }
      var value = zero
      try read(&value, from: &reader)
      values.insert(value)
    }
  }
}
