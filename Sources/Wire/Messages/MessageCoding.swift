/// A message inside a message. Where presence is implicit, a message without any field counts as zero.
public enum MessageCoding<Value: Message>: FieldCoding {
  @inlinable
  public static var wireType: WireType {
    @inline(__always) get { .lengthDelimited }
  }

  @inlinable
  public static var zero: Value { Value() }

  @inlinable
  public static func isZero(_ value: Value) -> Bool {
    value.encodedSize == 0
  }

  @inlinable
  public static func payloadSize(_ value: Value) -> Int {
    let size = value.encodedSize
    return Varint.size(length: size) &+ size
  }

  @inlinable
  public static func writePayload(_ value: Value, into writer: inout MessageWriter) {
    let end = writer.position
    value.encode(into: &writer)
    writer.writeLength(since: end)
  }

  /// Merges the fields that are read into `value`.
  @inlinable
  public static func read(_ value: inout Value, from reader: inout MessageReader) throws(MessageDecodingError) {
    let outer = try reader.enter()
    do throws(MessageDecodingError) {
      try value.merge(from: &reader)
    } catch {
      throw error.inside(field: outer.tag >> 3)
    }
    reader.leave(to: outer)
  }

  @inlinable
  public static func size(_ value: Value, field: Int) -> Int {
    let size = value.encodedSize
    return size == 0 ? 0 : Varint.tagSize(field: field) &+ Varint.size(length: size) &+ size
  }

  @inlinable
  public static func write(_ value: Value, field: Int, into writer: inout MessageWriter) {
    let end = writer.position
    value.encode(into: &writer)
    if writer.position == end { return }
    writer.writeLength(since: end)
    writer.writeTag(field: field, .lengthDelimited)
  }
}

// MARK: - Messages that hold one of their own type

extension MessageCoding {
  @inlinable
  public static func sizeOptional(_ value: Indirect<Value>?, field: Int) -> Int {
    guard let value else { return 0 }
    return Varint.tagSize(field: field) &+ payloadSize(value.value)
  }

  @inlinable
  public static func writeOptional(_ value: Indirect<Value>?, field: Int, into writer: inout MessageWriter) {
    if let value { writeField(value.value, field: field, into: &writer) }
  }

  /// Reads into the box itself: reading into a copy of what it holds would copy every list there, every time.
  @inlinable
  public static func readOptional(
    _ value: inout Indirect<Value>?, from reader: inout MessageReader
  ) throws(MessageDecodingError) {
    var box = value.take() ?? Indirect(Value())
    try read(&box.value, from: &reader)
    value = box
  }
}
