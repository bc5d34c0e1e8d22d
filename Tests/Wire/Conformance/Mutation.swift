extension RandomMessages {
  /// The bytes with a few of them flipped, removed, repeated, replaced or cut off.
  mutating func mutate(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    for _ in 0...below(3) {
      guard !bytes.isEmpty else { return [UInt8(below(256))] }
      let index = below(bytes.count)
      switch below(6) {
      case 0: bytes[index] ^= 1 << UInt8(below(8))
      case 1: bytes[index] = [0, 1, 0x7f, 0x80, 0xff, UInt8(below(256))][below(6)]
      case 2: bytes.remove(at: index)
      case 3: bytes.insert(UInt8(below(256)), at: index)
      case 4: bytes.removeLast(below(min(bytes.count, 8)))
      default: bytes += bytes[index..<min(index + below(20), bytes.count)]
      }
    }
    return bytes
  }
}
