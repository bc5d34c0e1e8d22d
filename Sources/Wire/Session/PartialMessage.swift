/// A message of which some frames have arrived.
struct PartialMessage {
  let type: FrameType
  var bytes: [UInt8]
  /// Whether more than its first piece is here.
  var isBeyondFirst = false

  /// What its frames have cost in credit, as far as it has not been given back; zero unless it is an item.
  var credit: Int { type == .item ? Flow.cost(ofFrame: bytes.count) : 0 }
}

/// The unfinished messages of a connection, at most one for each stream. Few of them may be more than one piece long,
/// which bounds the bytes that they hold together.
struct PartialMessages {
  private var messages: [StreamID: PartialMessage] = [:]
  private var beyondFirst = 0
  private let messageBytes: Int

  init(messageBytes: Int) { self.messageBytes = messageBytes }

  var isEmpty: Bool { messages.isEmpty }

  /// Bytes of all of them.
  var bytes: Int { messages.values.reduce(0) { $0 + $1.bytes.count } }

  /// Whether a message has begun on the stream and not ended.
  func holds(_ stream: StreamID) -> Bool { !messages.isEmpty && messages[stream] != nil }

  /// What kind of message has begun on the stream.
  func type(on stream: StreamID) -> FrameType? { messages.isEmpty ? nil : messages[stream]?.type }

  /// Takes a piece. The whole message when this was its last; nil while it goes on.
  mutating func add(_ header: FrameHeader, _ piece: UnsafeRawBufferPointer) throws(SessionError) -> [UInt8]? {
    guard !header.hasMore || !piece.isEmpty else {
      throw SessionError(.violation, "an empty piece of \(header.type) on stream \(header.stream)")
    }
    guard let index = messages.index(forKey: header.stream) else {
      guard header.hasMore else { return Array(piece) }
      messages[header.stream] = PartialMessage(type: header.type, bytes: Array(piece))
      return nil
    }
    try check(header, piece, after: messages.values[index])
    if header.hasMore, !messages.values[index].isBeyondFirst {
      guard beyondFirst < Limits.unfinishedMessages else {
        throw SessionError(.tooMuchUnfinished, "more than \(Limits.unfinishedMessages) messages in the middle at once")
      }
      beyondFirst += 1
      messages.values[index].isBeyondFirst = true
    }
    messages.values[index].bytes.append(contentsOf: piece)
    guard !header.hasMore else { return nil }
    return remove(header.stream)?.bytes
  }

  private func check(
    _ header: FrameHeader, _ piece: UnsafeRawBufferPointer, after begun: PartialMessage
  ) throws(SessionError) {
    guard begun.type == header.type else {
      throw SessionError(.violation, "\(header.type) in the middle of \(begun.type) on stream \(header.stream)")
    }
    let bound = header.type == .item ? messageBytes : messageBytes + Limits.headBytes
    guard piece.count <= bound - begun.bytes.count else {
      throw SessionError(.tooMuchUnfinished, "a message of more than \(messageBytes) bytes on stream \(header.stream)")
    }
  }

  private mutating func remove(_ stream: StreamID) -> PartialMessage? {
    guard !messages.isEmpty, let message = messages.removeValue(forKey: stream) else { return nil }
    if message.isBeyondFirst { beyondFirst -= 1 }
    return message
  }

  /// Forgets what has come of a message; the credit that is to be given back.
  mutating func discard(_ stream: StreamID) -> Int { remove(stream)?.credit ?? 0 }

  mutating func discardAll() {
    messages = [:]
    beyondFirst = 0
  }
}
