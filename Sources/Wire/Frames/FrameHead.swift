/// What stands in a frame's body before the message: up to three varints and, in CALL and REPLY, the metadata.
struct FrameHead {
  private var numbers: (UInt64, UInt64, UInt64) = (0, 0, 0)
  private var count = 0
  /// Whether metadata has its place in this head.
  private var hasMetadata = false
  /// Nil when it is empty.
  private var metadata: Metadata?
  private var metadataSize = 0
  /// Bytes on the wire.
  private(set) var size = 0

  init() {}

  /// The head of a CALL: method, flags, time left in milliseconds (0 for no end), metadata.
  init(call head: CallHead) {
    self.init(head.method.rawValue, head.hasItems ? CallHead.itemsFollow : 0, head.timeoutOnWire)
    setMetadata(head.metadata)
  }

  /// The head of a REPLY: status, metadata (nil for none).
  init(reply status: Status, metadata: Metadata?) {
    numbers.0 = UInt64(status.rawValue)
    count = 1
    size = Varint.size(numbers.0)
    setMetadata(metadata)
  }

  /// The head of a CREDIT: bytes granted.
  init(credit bytes: Int) {
    numbers.0 = UInt64(bytes)
    count = 1
    size = Varint.size(numbers.0)
  }

  private init(_ first: UInt64, _ second: UInt64, _ third: UInt64) {
    numbers = (first, second, third)
    count = 3
    size = Varint.size(first) + Varint.size(second) + Varint.size(third)
  }

  private mutating func setMetadata(_ metadata: Metadata?) {
    hasMetadata = true
    if let metadata, !metadata.isEmpty {
      self.metadata = metadata
      metadataSize = metadata.encodedSize
    }
    size += Varint.size(length: metadataSize) + metadataSize
  }

  /// Writes `size` bytes at the start of `body`.
  func write(to body: UnsafeMutableRawBufferPointer) {
    guard size > 0 else { return }
    var offset = 0
    if count > 0 { offset += Self.put(numbers.0, in: body, at: offset) }
    if count > 1 { offset += Self.put(numbers.1, in: body, at: offset) }
    if count > 2 { offset += Self.put(numbers.2, in: body, at: offset) }
    guard hasMetadata else { return }
    offset += Self.put(UInt64(metadataSize), in: body, at: offset)
    metadata?.encode(into: UnsafeMutableRawBufferPointer(rebasing: body[offset..<offset + metadataSize]))
  }

  private static func put(_ value: UInt64, in body: UnsafeMutableRawBufferPointer, at offset: Int) -> Int {
    var rest = value
    var next = offset
    while rest >= 0x80 {
      body[next] = UInt8(truncatingIfNeeded: rest) | 0x80
      rest >>= 7
      next += 1
    }
    body[next] = UInt8(rest)
    return next + 1 - offset
  }
}
