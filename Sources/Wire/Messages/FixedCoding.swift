/// A coding whose payloads are the bytes of a number, the lowest first.
public protocol FixedCoding: PackableCoding where Value: BitwiseCopyable {
  associatedtype Bits: FixedWidthInteger & UnsignedInteger & BitwiseCopyable

  static func bits(_ value: Value) -> Bits
  static func value(_ bits: Bits) -> Value
}

extension FixedCoding {
  @inlinable
  public static var wireType: WireType {
    @inline(__always) get { MemoryLayout<Bits>.size == 4 ? .fixed32 : .fixed64 }
  }

  @inlinable
  public static var zero: Value { value(0) }

  @inlinable @inline(__always)
  public static func isZero(_ value: Value) -> Bool {
    bits(value) == 0
  }

  @inlinable @inline(__always)
  public static func payloadSize(_ value: Value) -> Int {
    MemoryLayout<Bits>.size
  }

  @inlinable @inline(__always)
  public static func writePayload(_ value: Value, into writer: inout MessageWriter) {
    writer.write(fixed: bits(value))
  }

  @inlinable @inline(__always)
  public static func read(_ value: inout Value, from reader: inout MessageReader) throws(MessageDecodingError) {
    value = Self.value(try reader.fixed(Bits.self))
  }

  @inlinable
  public static func packedSize(_ values: [Value]) -> Int {
    values.count &* MemoryLayout<Bits>.size
  }

  @inlinable
  public static func writePacked(_ values: [Value], into writer: inout MessageWriter) {
    let target = writer.claim(packedSize(values))
    for (index, value) in values.enumerated() {
      target.storeBytes(
        of: bits(value).littleEndian, toByteOffset: index &* MemoryLayout<Bits>.size, as: Bits.self)
    }
  }

  @inlinable
  public static func readPacked(
    _ values: inout [Value], from reader: inout MessageReader
  ) throws(MessageDecodingError) {
    let bytes = try reader.bytes()
    let (count, rest) = bytes.count.quotientAndRemainder(dividingBy: MemoryLayout<Bits>.size)
    guard rest == 0 else { throw reader.endsInside("a packed number") }
    try reader.count(elements: count, of: MemoryLayout<Value>.stride)
    values.reserveRoom(for: count)
    for index in 0..<count {
      let bits = bytes.loadUnaligned(fromByteOffset: index &* MemoryLayout<Bits>.size, as: Bits.self)
      values.append(value(Bits(littleEndian: bits)))
    }
  }
}
