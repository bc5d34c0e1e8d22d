import HoldfastWire
import Testing

/// What a decoder takes and refuses; messages of conformance.rpc.
@Suite struct DecodingTests {
  private func decode<M: Message>(_ type: M.Type = M.self, _ bytes: [UInt8]) throws(MessageDecodingError) -> M {
    try M(decoding: bytes)
  }

  private func code<M: Message>(
    _ type: M.Type, _ bytes: [UInt8], limits: DecodingLimits = .standard
  ) -> MessageDecodingError.Code? {
    do throws(MessageDecodingError) {
      _ = try M(decoding: bytes, limits: limits)
      return nil
    } catch {
      return error.code
    }
  }

  // MARK: Tolerance

  @Test func `a varint may have padding, up to ten bytes`() throws {
    #expect(try decode(Plain.self, [0x10, 0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00]).int32 == 1)
    #expect(code(Plain.self, [0x10] + [UInt8](repeating: 0x80, count: 10) + [0]) == .overlongVarint)
  }

  @Test func `the last of several fields counts, in any order`() throws {
    let message = try decode(Plain.self, [0x72, 1, 0x61, 0x10, 5, 0x72, 1, 0x62, 0x10, 7])
    #expect(message.text == "b")
    #expect(message.int32 == 7)
  }

  @Test func `messages merge`() throws {
    let message = try decode(Tree.self, [0x12, 2, 0x08, 5, 0x12, 4, 0x22, 2, 0x08, 6, 0x12, 4, 0x22, 2, 0x08, 7])
    #expect(message.left == Tree(number: 5, children: [Tree(number: 6), Tree(number: 7)]))
  }

  @Test func `members of a union replace one another, and the same message merges`() throws {
    #expect(try decode(Choice.self, [0x0a, 1, 0x61, 0x10, 3]).value == .number(-2))
    #expect(
      try decode(Choice.self, [0x22, 2, 0x08, 1, 0x22, 2, 0x22, 0]).value == .tree(Tree(number: 1, children: [Tree()])))
  }

  @Test func `lists are read packed and one by one`() throws {
    #expect(try decode(Lists.self, [0x12, 3, 1, 2, 3, 0x10, 4, 0x12, 1, 5]).int32 == [1, 2, 3, 4, 5])
    #expect(try decode(Sets.self, [0x12, 3, 1, 2, 3, 0x10, 2, 0x10, 4]).int32 == [1, 2, 3, 4])
  }

  @Test func `numbers are cut to their width`() throws {
    let message = try decode(
      Plain.self, [0x10, 0xff, 0xff, 0xff, 0xff, 0x1f, 0x20, 0x80, 0x80, 0x80, 0x80, 0x10, 0x08, 2])
    #expect(message.int32 == -1)
    #expect(message.uint32 == 0)
    #expect(message.flag)
  }

  @Test func `an entry of a map may lack key or value, and its other fields are dropped`() throws {
    let bytes: [UInt8] = [0x0a, 3, 0x12, 1, 0x61, 0x0a, 3, 0x0a, 1, 0x62, 0x0a, 5, 0x0a, 1, 0x63, 0x18, 1]
    #expect(try decode(Maps.self, bytes).texts == ["": "a", "b": "", "c": ""])
  }

  @Test func `what is not known is kept byte for byte, in order`() throws {
    // A padded varint, a group in a group, a known number with another wire type.
    let unknown: [UInt8] = [
      0x90, 0x4e, 0x81, 0x00, 0x93, 0x4e, 0x9b, 0x4e, 0x08, 1, 0x9c, 0x4e, 0x94, 0x4e, 0x12, 2, 0x61, 0x62,
    ]
    let message = try decode(Plain.self, unknown[..<4] + [0x10, 5] + unknown[4...])
    #expect(message.unknownFields.bytes == unknown)
    #expect(message.encoded() == [0x10, 5] + unknown)
  }

  @Test func `enums keep numbers without a name`() throws {
    let message = try decode(Plain.self, [0x98, 0x01, 0x83, 0x01])
    #expect(message.colour == Colour(rawValue: 131))
    #expect(message.encoded() == [0x98, 0x01, 0x83, 0x01])
  }

  @Test func `an empty uuid is the one of zeros`() throws {
    #expect(try decode(Optionals.self, [0x82, 0x01, 0]).identity == UUIDCoding.zero)
    #expect(code(Optionals.self, [0x82, 0x01, 1, 7]) == .malformed)
  }

  // MARK: Refusal

  @Test(arguments: [
    ([0x10], MessageDecodingError.Code.truncated), ([0x10, 0x80], .truncated), ([0x72, 2, 0x61], .truncated),
    ([0x72, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], .truncated), ([0x45, 1, 2, 3], .truncated),
    ([0x93, 0x4e], .truncated), ([0x00, 1], .malformed), ([0x94, 0x4e], .malformed),
    ([0x93, 0x4e, 0x9c, 0x4e], .malformed),
    ([0x16, 1], .malformed), ([0x17, 1], .malformed), ([0x80, 0x80, 0x80, 0x80, 0x10, 1], .overlongVarint),
    ([0x90, 0x80, 0x80, 0x80, 0x80, 0x00, 1], .overlongVarint), ([0x72, 1, 0xff], .invalidUTF8),
    ([0x72, 3, 0xed, 0xa0, 0x80], .invalidUTF8), ([0x72, 2, 0xc0, 0x80], .invalidUTF8),
    ([0x72, 4, 0xf4, 0x90, 0x80, 0x80], .invalidUTF8), ([0x72, 2, 0xe2, 0x82], .invalidUTF8),
    ([0x8a, 0x01, 2, 0x10, 0x80, 0x94, 0xeb, 0xdc, 0x03], .truncated),
    ([0x8a, 0x01, 6, 0x10, 0x80, 0x94, 0xeb, 0xdc, 0x03], .malformed),
  ])
  func `what is malformed is refused by its code`(bytes: [Int], expected: MessageDecodingError.Code) {
    #expect(code(Plain.self, bytes.map { UInt8($0) }) == expected)
  }

  @Test func `an error says where`() {
    let error = #expect(throws: MessageDecodingError.self) {
      try decode(Tree.self, [0x08, 1, 0x22, 5, 0x12, 3, 0x12, 1, 0x10])
    }
    #expect(error?.code == .truncated)
    #expect(error?.path == [4, 2, 2, 2])
    #expect(error?.offset == 9)
  }

  // MARK: Limits

  /// `depth` trees inside one another, the outermost included.
  private func nested(_ depth: Int) -> [UInt8] {
    var tree = Tree(number: 1)
    for _ in 1..<depth { tree = Tree(left: tree) }
    return tree.encoded()
  }

  @Test func `messages nest as deep as the limit and no deeper`() {
    #expect(code(Tree.self, nested(Limits.messageDepth)) == nil)
    #expect(code(Tree.self, nested(Limits.messageDepth + 1)) == .tooDeep)
  }

  @Test func `groups nest no deeper than messages`() {
    let groups = { (depth: Int) in
      [[UInt8]](repeating: [0x93, 0x4e], count: depth).flatMap(\.self)
        + [[UInt8]](repeating: [0x94, 0x4e], count: depth).flatMap(\.self)
    }
    #expect(code(Plain.self, groups(Limits.messageDepth - 1)) == nil)
    #expect(code(Plain.self, groups(Limits.messageDepth)) == .tooDeep)
    #expect(code(Plain.self, [UInt8](repeating: 0x0b, count: 1 << 20)) == .tooDeep)
  }

  @Test func `a message longer than the limit is not looked at`() {
    #expect(code(Plain.self, [0x10, 1, 0x10, 2], limits: DecodingLimits(maximumSize: 3)) == .tooLarge)
    #expect(code(Plain.self, [UInt8](repeating: 0, count: Limits.messageBytes + 1)) == .tooLarge)
  }

  @Test func `elements are counted over the whole message`() {
    let limits = DecodingLimits(maximumElements: 4)
    #expect(code(Lists.self, [0x12, 2, 1, 2, 0x72, 0, 0x72, 0], limits: limits) == nil)
    #expect(code(Lists.self, [0x12, 2, 1, 2, 0x72, 0, 0x72, 0, 0x10, 1], limits: limits) == .tooManyElements)
    #expect(
      code(Maps.self, [UInt8](repeating: 0, count: 5).flatMap { _ in [0x0a, 0] }, limits: limits) == .tooManyElements)
    #expect(code(Sets.self, [0x12, 5, 1, 1, 1, 1, 1], limits: limits) == .tooManyElements)
  }

  @Test func `many empty elements do not take more memory than allowed`() {
    // Three bytes each here, and a large structure each in memory.
    let bytes = [[UInt8]](repeating: [0xa2, 0x01, 0], count: 500_000).flatMap(\.self)
    #expect(code(Lists.self, bytes) == .tooManyElements)
  }

  @Test func `a member that is repeated very often is read in linear time`() throws {
    // Were the list copied for each element, this would take minutes.
    let bytes = [[UInt8]](repeating: [0x22, 2, 0x22, 0], count: 100_000).flatMap(\.self)
    guard case .tree(let tree) = try decode(Choice.self, bytes).value else {
      Issue.record("not a tree")
      return
    }
    #expect(tree.children.count == 100_000)
  }

  @Test func `no bytes at all are a message`() throws {
    #expect(try decode(Everything.self, []) == Everything())
    #expect(try Everything(decoding: UnsafeRawBufferPointer(start: nil, count: 0)) == Everything())
    #expect(Everything().encoded() == [])
  }
}
