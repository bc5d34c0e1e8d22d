import Testing

@testable import HoldfastWire

struct FrameHeaderTests {
  @Test func `a header is one little-endian word`() {
    let header = FrameHeader(length: 0x012345, type: .item, hasMore: true, stream: 0x0A0B_0C0D)
    #expect(header.word == 0x0A0B_0C0D_85_012345)
    #expect(FrameHeader(word: header.word) == header)
    #expect(Frame(type: .ping, body: [UInt8](repeating: 7, count: 8)).bytes.prefix(8) == [8, 0, 0, 9, 0, 0, 0, 0])
  }

  @Test func `every word is some header, which says the same word`() {
    var random = Seeded(1)
    for _ in 0..<1000 {
      let word = random.next()
      #expect(FrameHeader(word: word).word == word)
    }
  }

  @Test func `a frame is found when its last byte is there`() throws {
    let bytes = Frame.ping(1).bytes + Frame.credit(3, 500).bytes
    for count in 0...bytes.count {
      let found = try bytes[..<count].withUnsafeBytes { bytes throws in
        var offset = 0
        var types: [FrameType] = []
        while let (header, _) = try FrameScanner.next(in: bytes, at: &offset) { types.append(header.type) }
        return types
      }
      #expect(found == (count == bytes.count ? [.ping, .credit] : count >= 16 ? [.ping] : []))
    }
  }

  @Test func `the longest body passes and one byte more does not, before it has come`() throws {
    let longest = Frame(type: .item, stream: 1, body: [UInt8](repeating: 1, count: Limits.frameBodyBytes)).bytes
    #expect(Frame.all(in: longest).count == 1)
    let tooLong = FrameHeader(length: Limits.frameBodyBytes + 1, type: .item, stream: 1).word
    let error = withUnsafeBytes(of: tooLong.littleEndian) { bytes in
      #expect(throws: SessionError.self) {
        var offset = 0
        _ = try FrameScanner.next(in: bytes, at: &offset)
      }
    }
    #expect(error?.code == .frameTooLarge)
  }
}
