/// The open streams of a connection and what flows on them: credit in both directions, messages that have come in part,
/// frames that are to be sent. Client and server sessions are built around one; it knows no roles.
struct Streams: ~Copyable {
  struct Stream {
    var flow: Flow
    /// Whether this side may still send items.
    var isSending: Bool
    /// Whether the peer may still send items.
    var isReceiving: Bool
    /// Whether the caller has gone and only the slot waits for the REPLY.
    var isCancelled = false
    /// Whether all of the CALL has arrived.
    var hasBegun: Bool
  }

  var outbox = Outbox()

  /// What this side accepts.
  let bounds: SessionBounds
  /// What the peer accepts: the minimum, until it has said so.
  private(set) var peer = SessionBounds.minimum
  private(set) var knowsPeer = false
  private(set) var connection: Flow
  private var table = StreamTable<Stream>()
  private var partials: PartialMessages
  private var retry = RetryNotice()

  /// Bounds below the minimum are raised to it.
  init(bounds: SessionBounds) {
    self.bounds = bounds.inRange
    partials = PartialMessages(messageBytes: self.bounds.messageBytes)
    connection = Flow(outgoing: peer.connectionCredit, incoming: self.bounds.connectionCredit)
  }

  var count: Int { table.count }
  var isEmpty: Bool { table.isEmpty }
  /// The streams that are open, in no order.
  var open: [StreamID] { table.streams }
  /// Bytes of messages that have come in part.
  var partialBytes: Int { partials.bytes }

  subscript(stream: StreamID) -> Stream? { table[stream] }

  /// Changes a stream that is open.
  mutating func change(_ stream: StreamID, _ body: (inout Stream) -> Void) {
    guard let slot = table.slot(of: stream) else { return }
    body(&table[slot: slot])
  }

  /// Whether a message has begun to arrive on the stream and not ended.
  func isMidMessage(_ stream: StreamID) -> Bool { partials.holds(stream) }

  /// The peer has said what it accepts beyond the minimum.
  mutating func accept(_ limits: SessionLimits) {
    let new = SessionBounds(limits)
    connection.raise(by: new.connectionCredit - peer.connectionCredit)
    let raise = new.streamCredit - peer.streamCredit
    for stream in table.streams { change(stream) { $0.flow.raise(by: raise) } }
    peer = new
    knowsPeer = true
    if !table.isEmpty { retry.creditReturned() }
  }

  mutating func admit(_ stream: StreamID, isSending: Bool, isReceiving: Bool, hasBegun: Bool) {
    let flow = Flow(outgoing: peer.streamCredit, incoming: bounds.streamCredit)
    table.insert(
      Stream(flow: flow, isSending: isSending, isReceiving: isReceiving, hasBegun: hasBegun), for: stream)
  }

  /// Ends a stream; false when it has ended before. What has come of a message on it is forgotten; what is to be sent on
  /// it still is.
  mutating func close(_ stream: StreamID) -> Bool {
    guard table.remove(stream) != nil else { return false }
    dropPartial(of: stream)
    return true
  }

  /// Forgets all streams and what waits in pieces.
  mutating func closeAll() {
    table = StreamTable()
    partials.discardAll()
    outbox.discardQueued()
  }

  // MARK: Receiving

  /// The message that the frame is, or ends; nil while it goes on.
  mutating func message(
    _ header: FrameHeader, _ body: UnsafeRawBufferPointer
  ) throws(SessionError) -> MessageBody? {
    if !header.hasMore, !partials.holds(header.stream) { return .view(body) }
    return try partials.add(header, body).map { .assembled($0, from: 0) }
  }

  /// Takes a frame of an item, also of a stream that is no more: both sides have counted it.
  mutating func item(_ header: FrameHeader, _ body: UnsafeRawBufferPointer) throws(SessionError) -> MessageBody? {
    let stream = header.stream
    let isFirst = !partials.holds(stream)
    let cost = Flow.cost(ofFrame: body.count)
    guard let slot = table.slot(of: stream) else {
      try connection.received(cost, isFirst: false)
      consumed(cost, on: .connection)
      return nil
    }
    guard table[slot: slot].isReceiving else {
      throw SessionError(.violation, "ITEM on stream \(stream), which takes none")
    }
    try connection.received(cost, isFirst: isFirst)
    try table[slot: slot].flow.received(cost, isFirst: isFirst)
    if !isFirst { consumed(Limits.itemFrameCredit, on: stream) }
    return try message(header, body)
  }

  /// Takes a CREDIT. Whether it says anything: not for a stream that is no more.
  mutating func credit(_ header: FrameHeader, _ body: UnsafeRawBufferPointer) throws(SessionError) -> Bool {
    let credit = try header.credit(in: body)
    if header.stream == .connection {
      try connection.granted(credit)
      return true
    }
    guard let slot = table.slot(of: header.stream) else { return false }
    try table[slot: slot].flow.granted(credit)
    return true
  }

  /// Items have been taken that have cost this much, or never will be: grants it anew when it has become enough.
  mutating func consumed(_ credit: Int, on stream: StreamID) {
    grant(connection.consumed(credit), on: .connection)
    guard let slot = table.slot(of: stream), table[slot: slot].isReceiving, !table[slot: slot].isCancelled
    else { return }
    grant(table[slot: slot].flow.consumed(credit), on: stream)
  }

  private mutating func grant(_ credit: Int, on stream: StreamID) {
    guard credit > 0 else { return }
    outbox.append(.credit, on: stream, head: FrameHead(credit: credit))
  }

  /// Forgets what has come of an item whose end never will.
  mutating func dropPartialItem(of stream: StreamID) {
    if partials.type(on: stream) == .item { dropPartial(of: stream) }
  }

  mutating func dropPartial(of stream: StreamID) {
    let credit = partials.discard(stream)
    if credit > 0 { consumed(credit, on: .connection) }
  }

  // MARK: Sending

  /// Sends an item.
  mutating func send(_ message: some Message, on stream: StreamID) -> ItemOutcome {
    guard let slot = table.slot(of: stream), table[slot: slot].isSending else { return .closed }
    let size = message.encodedSize
    guard size <= peer.messageBytes else { return knowsPeer ? .tooLarge(limit: peer.messageBytes) : .noCredit }
    guard connection.maySend, table[slot: slot].flow.maySend else { return .noCredit }
    guard outbox.waiting < Limits.waitingItemBytes else {
      retry.heldBack()
      return .noCredit
    }
    let cost = Flow.cost(ofItem: size)
    connection.sent(cost)
    table[slot: slot].flow.sent(cost)
    outbox.append(.item, on: stream, message: message, size: size)
    return .sent
  }

  /// Drops what has not yet left of a stream's messages, and takes back what that had cost.
  mutating func dropUnsent(of stream: StreamID) {
    let credit = outbox.discard(stream)
    guard credit > 0 else { return }
    connection.raise(by: credit)
    retry.creditReturned()
  }

  mutating func takeRetryNotice() -> Bool { retry.take(waiting: outbox.waiting) }
}
