/// A coding whose payloads are varints.
public protocol VarintCoding: PackableCoding {
  /// The bits of the varint.
  static func bits(_ value: Value) -> UInt64

  /// The value of a varint; bits that the type has no room for are dropped.
  static func value(_ bits: UInt64) -> Value
}

extension VarintCoding {
  @inlinable
  public static var wireType: WireType {
    @inline(__always) get { .varint }
  }

  @inlinable
  public static var zero: Value { value(0) }

  @inlinable @inline(__always)
  public static func isZero(_ value: Value) -> Bool {
    bits(value) == 0
  }

  @inlinable @inline(__always)
  public static func payloadSize(_ value: Value) -> Int {
    Varint.size(bits(value))
  }

  @inlinable @inline(__always)
  public static func writePayload(_ value: Value, into writer: inout MessageWriter) {
    writer.write(varint: bits(value))
  }

  @inlinable @inline(__always)
  public static func read(_ value: inout Value, from reader: inout MessageReader) throws(MessageDecodingError) {
    value = Self.value(try reader.varint())
  }

  @inlinable
  public static func readPacked(
    _ values: inout [Value], from reader: inout MessageReader
  ) throws(MessageDecodingError) {
    let outer = try enterPacked(&reader)
    let bytes = UnsafeRawBufferPointer(start: reader.position, count: reader.end - reader.position)
    // Every varint has one byte without the high bit.
    var count = 0
    for byte in bytes { count &+= Int(truncatingIfNeeded: (byte >> 7) ^ 1) }
    try reader.count(elements: count, of: MemoryLayout<Value>.stride)
    values.reserveRoom(for: count)
    while reader.position < reader.end { values.append(value(try reader.varint())) }
    reader.end = outer
  }
}
