public import HoldfastWire

extension OrderedCoding {
  /// The bytes of a key: what a field holds, without tag and length, so that they are the same as those in a field that
  /// names the entity.
  public static func entityKey(_ key: Value) -> [UInt8] {
    var message = KeyMessage<Self>()
    message.key = key
    let payload = message.encoded().dropFirst()
    guard wireType == .lengthDelimited else { return Array(payload) }
    // The length is a varint: its last byte is the first without the high bit.
    return Array(payload.drop { $0 & 0x80 != 0 }.dropFirst())
  }

  /// The key that the bytes stand for.
  public static func entityKey(decoding bytes: [UInt8]) throws(MessageDecodingError) -> Value {
    var field = [UInt8(KeyMessage<Self>.tag)]
    if wireType == .lengthDelimited { field += UInt32Coding.entityKey(UInt32(truncatingIfNeeded: bytes.count)) }
    let message = try KeyMessage<Self>(decoding: field + bytes)
    guard let key = message.key, entityKey(key) == bytes else {
      throw MessageDecodingError(.malformed, "\(bytes.count) bytes that are no key of this kind")
    }
    return key
  }
}

/// A message of nothing but a key.
private struct KeyMessage<Coding: OrderedCoding>: Message {
  static var messageName: String { "" }
  static var tag: UInt32 { 1 << 3 | Coding.wireType.rawValue }

  var key: Coding.Value?
  var unknownFields = UnknownFields()

  init() {}

  var encodedSize: Int { Coding.sizeOptional(key, field: 1) }

  func encode(into writer: inout MessageWriter) { Coding.writeOptional(key, field: 1, into: &writer) }

  mutating func merge(from reader: inout MessageReader) throws(MessageDecodingError) {
    while true {
      let tag = try reader.nextTag()
      if tag == 0 { return }
      if tag == Self.tag {
        try Coding.readOptional(&key, from: &reader)
      } else {
        try reader.skip(tag, into: &unknownFields)
      }
    }
  }
}
