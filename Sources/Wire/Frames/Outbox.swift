/// The frames that one side of a connection has still to send, in the order in which they leave.
///
/// Frames of control and messages that fit in one frame go straight to `ready`. A message that is larger waits in the
/// queue of its stream, and `fill` takes one piece of each stream in turn, so that no message holds up the others. Its
/// first piece goes straight to `ready` too, so that streams open in ascending order; of the messages that go on after
/// that, only `Limits.unfinishedMessages` take turns at once.
public struct Outbox: ~Copyable {
  /// What the socket may have now.
  public var ready = OutputBuffer()

  private var queues: [StreamID: StreamQueue] = [:]
  /// Streams whose turn will come.
  private var order: [StreamID] = []
  /// Streams that wait until another message has ended.
  private var held: [StreamID] = []
  private var unfinished = 0
  /// Bytes that wait in queues.
  private(set) var queued = 0

  public init() {}

  /// All bytes that wait, ready or queued.
  public var waiting: Int { ready.count + queued }
  public var isEmpty: Bool { ready.isEmpty && queues.isEmpty }

  /// Appends a frame whose body is `head` and then `message`, in pieces when it is large.
  mutating func append(_ type: FrameType, on stream: StreamID, head: FrameHead = FrameHead(), message: some Message) {
    append(type, on: stream, head: head, message: message, size: message.encodedSize)
  }

  /// The same for who knows the message's size already.
  mutating func append(
    _ type: FrameType, on stream: StreamID, head: FrameHead = FrameHead(), message: some Message, size: Int
  ) {
    append(type, on: stream, head: head, size: size) { message.encode(into: $0) }
  }

  /// Appends a frame whose body is `head` and then a message that is encoded already.
  mutating func append(_ type: FrameType, on stream: StreamID, head: FrameHead = FrameHead(), encoded: [UInt8]) {
    encoded.withUnsafeBytes { bytes in
      append(type, on: stream, head: head, size: bytes.count) { $0.copyMemory(from: bytes) }
    }
  }

  /// Appends a frame whose body is `head` alone.
  mutating func append(_ type: FrameType, on stream: StreamID, head: FrameHead = FrameHead()) {
    append(type, on: stream, head: head, size: 0) { _ in }
  }

  private mutating func append(
    _ type: FrameType, on stream: StreamID, head: FrameHead, size: Int, _ fill: (UnsafeMutableRawBufferPointer) -> Void
  ) {
    let length = head.size + size
    if length <= Limits.frameBodyBytes, queues.isEmpty || !type.keepsOrder || queues[stream] == nil {
      ready.append(FrameHeader.size + length) { frame in
        let word = FrameHeader(length: length, type: type, stream: stream).word
        frame.storeBytes(of: word.littleEndian, as: UInt64.self)
        Self.write(head, fill, to: UnsafeMutableRawBufferPointer(rebasing: frame[FrameHeader.size...]))
      }
    } else {
      // All empty arrays are one, which filling would write to.
      let bytes =
        length == 0
        ? []
        : [UInt8](unsafeUninitializedCapacity: length) { body, count in
          Self.write(head, fill, to: UnsafeMutableRawBufferPointer(body))
          count = length
        }
      enqueue(StreamQueue.Waiting(type: type, bytes: bytes), on: stream)
    }
  }

  private static func write(
    _ head: FrameHead, _ fill: (UnsafeMutableRawBufferPointer) -> Void, to body: UnsafeMutableRawBufferPointer
  ) {
    head.write(to: body)
    fill(UnsafeMutableRawBufferPointer(rebasing: body[head.size...]))
  }

  private mutating func enqueue(_ message: StreamQueue.Waiting, on stream: StreamID) {
    queued += message.bytes.count
    guard let index = queues.index(forKey: stream) else {
      queues[stream] = StreamQueue(message)
      takePiece(of: stream)
      return
    }
    queues.values[index].append(message)
  }

  /// Moves pieces of large messages to `ready`, until it holds `target` bytes or none is left.
  public mutating func fill(upTo target: Int = Limits.readyBytes) {
    guard !order.isEmpty else { return }
    var turn = 0
    while turn < order.count, ready.count < target {
      turn += 1
      takePiece(of: order[turn - 1])
    }
    order.removeFirst(turn)
  }

  /// Moves a stream's next piece to `ready`, if it may go, and puts the stream in line for its next turn.
  private mutating func takePiece(of stream: StreamID) {
    guard let index = queues.index(forKey: stream), let next = queues.values[index].next else { return }
    if next.makesUnfinished {
      guard unfinished < Limits.unfinishedMessages else { return held.append(stream) }
      unfinished += 1
    }
    let header = FrameHeader(length: next.piece.count, type: next.type, hasMore: next.hasMore, stream: stream)
    ready.append(FrameHeader.size + header.length) { frame in
      frame.storeBytes(of: header.word.littleEndian, as: UInt64.self)
      next.piece.withUnsafeBytes {
        UnsafeMutableRawBufferPointer(rebasing: frame[FrameHeader.size...]).copyMemory(from: $0)
      }
    }
    queued -= header.length
    if next.endsUnfinished { release() }
    if queues.values[index].advance() { order.append(stream) } else { queues.remove(at: index) }
  }

  /// A message that had gone beyond its first piece has ended: another may take its turn.
  private mutating func release() {
    unfinished -= 1
    if !held.isEmpty { order.append(held.removeFirst()) }
  }

  /// Forgets what has not yet left of a stream's messages. What the items among it had cost in credit.
  mutating func discard(_ stream: StreamID) -> Int {
    guard !queues.isEmpty, let queue = queues.removeValue(forKey: stream) else { return 0 }
    queued -= queue.bytes
    order.removeAll { $0 == stream }
    held.removeAll { $0 == stream }
    if queue.isUnfinished { release() }
    return queue.credit
  }

  /// Forgets all that waits in queues.
  mutating func discardQueued() {
    queues = [:]
    order = []
    held = []
    unfinished = 0
    queued = 0
  }
}

extension FrameType {
  /// Whether the frame has to stay behind what its stream sent before.
  fileprivate var keepsOrder: Bool { self != .credit && self != .cancel }
}
