/// Protobuf bytes under construction: just enough to write descriptors, since the compiler stands on nothing else.
struct ProtoMessage {
  private(set) var bytes: [UInt8] = []

  mutating func string(_ field: Int, _ text: String) { lengthDelimited(field, Array(text.utf8)) }
  mutating func message(_ field: Int, _ message: ProtoMessage) { lengthDelimited(field, message.bytes) }

  mutating func number(_ field: Int, _ value: Int) {
    varint(field << 3)
    varint(value)
  }

  mutating func flag(_ field: Int) { number(field, 1) }

  private mutating func lengthDelimited(_ field: Int, _ content: [UInt8]) {
    varint(field << 3 | 2)
    varint(content.count)
    bytes += content
  }

  private mutating func varint(_ value: Int) {
    var rest = UInt64(bitPattern: Int64(value))
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }
}
