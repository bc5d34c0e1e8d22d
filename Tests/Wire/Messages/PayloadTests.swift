import HoldfastWire
import Testing

/// Strings and varints are read and written many bytes at a time; here they are compared with a byte at a time.
@Suite struct PayloadTests {
  // MARK: Strings

  /// Bytes that are nearly UTF-8: ASCII, whole scalars, and now and then any byte.
  private func text(_ random: inout RandomMessages, count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count {
      switch random.below(20) {
      case 0: bytes.append(UInt8(random.below(256)))
      case 1...2: bytes += Array(["é", "€", "😀", "\u{d7ff}", "\u{e000}", "\u{10ffff}"][random.below(6)].utf8)
      default: bytes.append(UInt8(random.below(0x80)))
      }
    }
    return Array(bytes.prefix(count))
  }

  @Test(arguments: 0..<4)
  func `strings are what Swift reads without repair, and nothing else is a string`(seed: Int) throws {
    var random = RandomMessages(seed: UInt64(seed))
    var taken = 0
    var refused = 0
    for round in 0..<8_000 {
      let bytes = text(&random, count: round % 80)
      let expected = String(decoding: bytes, as: UTF8.self)
      let field = [0x72, UInt8(bytes.count)] + bytes
      if Array(expected.utf8) == bytes {
        let message = try Plain(decoding: field)
        #expect(Array(message.text.utf8) == bytes)
        #expect(message.encoded() == (bytes.isEmpty ? [] : field))
        taken += 1
      } else {
        #expect(throws: MessageDecodingError.self) { try Plain(decoding: field) }
        refused += 1
      }
    }
    #expect(taken > 1_000 && refused > 1_000)
  }

  @Test func `map keys of every length are in the order of their bytes`() {
    let keys =
      (0..<20).map { String(repeating: "a", count: $0) } + (0..<20).map { String(repeating: "a", count: $0) + "b" }
    for left in keys {
      for right in keys where left != right {
        let message = Maps(texts: [left: "", right: ""])
        let first = left < right ? left : right
        #expect(message.encoded().starts(with: Maps(texts: [first: ""]).encoded()))
      }
    }
  }

  // MARK: Varints

  private func varint(_ value: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7f) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  @Test func `varints of every length are written and read, whatever follows them`() throws {
    let values = (0..<64).flatMap { bit in [1 << bit, 1 << bit &- 1, 0x9249_2492_4924_9249 >> bit] as [UInt64] }
    for value in values where value != 0 {
      let bytes = [0x28] + varint(value)
      #expect(Plain(uint64: value).encoded() == bytes)
      for padding in 0...10 {
        // An unknown field, which the read has to leave alone.
        let message = try Plain(decoding: bytes + rest(padding))
        #expect(message.uint64 == value)
        #expect(message.unknownFields.bytes == rest(padding))
      }
    }
  }

  /// An unknown field of `count` bytes, none when they are too few for one.
  private func rest(_ count: Int) -> [UInt8] {
    count < 3 ? [] : [0xc2, 0x3e, UInt8(count - 3)] + [UInt8](repeating: 0xff, count: count - 3)
  }

  @Test func `a varint does not go on beyond the end of its message`() {
    // The tree inside ends after the varint's first bytes; what follows would complete the varint.
    for count in 1...9 {
      let inner = [0x08] + [UInt8](repeating: 0x80, count: count)
      let bytes = [0x12, UInt8(inner.count)] + inner + [UInt8](repeating: 1, count: 16)
      let error = #expect(throws: MessageDecodingError.self) { try Tree(decoding: bytes) }
      #expect(error?.code == .truncated)
      #expect(error?.path == [2, 1])
    }
  }
}
