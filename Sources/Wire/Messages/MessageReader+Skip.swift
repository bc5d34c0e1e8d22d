extension MessageReader {
  /// Passes over the field whose tag was read last, and keeps its bytes, the tag included.
  ///
  /// This is also where a known number with an unexpected wire type ends.
  public mutating func skip(_ tag: UInt32, into fields: inout UnknownFields) throws(MessageDecodingError) {
    let first = fieldStart
    try skip(tag)
    fields.bytes.append(contentsOf: UnsafeRawBufferPointer(start: first, count: position - first))
  }

  /// Passes over the payload of a field.
  @usableFromInline
  mutating func skip(_ tag: UInt32) throws(MessageDecodingError) {
    switch WireType(rawValue: tag & 7) {
    case .varint: _ = try varint()
    case .fixed64: _ = try fixed(UInt64.self)
    case .lengthDelimited: _ = try bytes()
    case .groupStart: try skipGroup(tag >> 3)
    case .fixed32: _ = try fixed(UInt32.self)
    case .groupEnd: throw failure(.malformed, "a group ends that has not begun")
    case nil: throw failure(.malformed, "wire type \(tag & 7) does not exist")
    }
  }

  /// Passes over the fields of a group and its end; groups inside groups count as depth.
  private mutating func skipGroup(_ field: UInt32) throws(MessageDecodingError) {
    guard depthLeft > 0 else { throw tooDeep() }
    depthLeft &-= 1
    while true {
      let inner = try nextTag()
      if inner == 0 { throw endsInside("a group") }
      if inner & 7 == WireType.groupEnd.rawValue {
        guard inner >> 3 == field else { throw failure(.malformed, "group \(field) ends as \(inner >> 3)") }
        break
      }
      try skip(inner)
    }
    depthLeft &+= 1
  }
}
