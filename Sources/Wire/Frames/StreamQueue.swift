/// The messages of one stream that wait to be sent in pieces, and the small frames behind them. Never empty.
struct StreamQueue {
  /// The body of a frame, or of the frames that a message is cut into.
  struct Waiting {
    let type: FrameType
    let bytes: [UInt8]
  }

  /// What may leave next.
  struct Next {
    let type: FrameType
    let piece: ArraySlice<UInt8>
    let hasMore: Bool
    /// Whether the message has gone beyond its first piece with this one and does not end with it.
    let makesUnfinished: Bool
    /// Whether a message ends that had gone beyond its first piece before.
    let endsUnfinished: Bool
  }

  private var messages: [Waiting]
  private var first = 0
  /// Bytes of the first message that have left.
  private var offset = 0

  init(_ message: Waiting) { messages = [message] }

  /// Whether the first message has gone beyond its first piece.
  var isUnfinished: Bool { offset > Limits.frameBodyBytes }

  var next: Next? {
    guard first < messages.count else { return nil }
    let message = messages[first]
    let end = min(offset + Limits.frameBodyBytes, message.bytes.count)
    let hasMore = end < message.bytes.count
    return Next(
      type: message.type, piece: message.bytes[offset..<end], hasMore: hasMore,
      makesUnfinished: hasMore && offset == Limits.frameBodyBytes, endsUnfinished: !hasMore && isUnfinished)
  }

  mutating func append(_ message: Waiting) { messages.append(message) }

  /// The next piece has left. Whether there is more.
  mutating func advance() -> Bool {
    offset += Limits.frameBodyBytes
    guard offset >= messages[first].bytes.count else { return true }
    offset = 0
    first += 1
    if first >= 64, first * 2 >= messages.count {
      messages.removeFirst(first)
      first = 0
    }
    return first < messages.count
  }

  /// What has not yet left.
  var bytes: Int { messages[first...].reduce(-offset) { $0 + $1.bytes.count } }

  /// What the items among that have cost in credit.
  var credit: Int {
    var credit = 0
    var left = offset
    for message in messages[first...] {
      if message.type == .item { credit += Flow.cost(ofItem: message.bytes.count - left) }
      left = 0
    }
    return credit
  }
}
