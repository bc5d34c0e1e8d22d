/// Where the bytes of a field are, while the batch that it belongs to is there.
struct FieldSlice {
  let start: UnsafeRawPointer
  let byteCount: UInt32
  /// It stood in quotes: `""` is an empty text, where nothing at all is a null.
  let isQuoted: Bool

  @inline(__always)
  var count: Int { Int(byteCount) }

  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: count) }

  /// As many of its bytes as are kept of a value: whole characters.
  var beginning: [UInt8] {
    guard count > Limits.keptTextBytes else { return Array(bytes) }
    var end = Limits.keptTextBytes
    while end > 0, bytes[end] & 0xC0 == 0x80 { end -= 1 }
    return Array(bytes[..<end])
  }
}
