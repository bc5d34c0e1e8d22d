/// A connection as the client sees it, without socket and clock: calls go in, events and bytes to send come out.
///
///     greeting ──WELCOME──▶ open ──▶ ended
///
/// Calls may be opened while greeting, within the minimum that every server accepts. Every state can move to `ended`: by
/// `end`, or by the server's FAIL. Beside that, a DRAIN or the owner closes the session to new calls.
public struct ClientSession: ~Copyable {
  private enum Phase { case greeting, open, ended }

  private var phase = Phase.greeting
  /// Whether no more calls are to be opened.
  private var isClosing = false
  /// Whether a call waits for the welcome, since it is larger than what every server accepts.
  private var needsWelcome = false
  private var streams: Streams
  private var lastStream = StreamID.connection
  private var keepalive: Keepalive
  private let welcomeDue: MonotonicTime

  /// A fresh connection, whose HELLO is in the outbox. Bounds below the minimum are raised to it; a token that is longer
  /// than `Limits.tokenBytes` is cut, which no server accepts.
  public init(
    bounds: SessionBounds = .standard, agent: String, token: String = "", timing: SessionTiming = .standard,
    now: MonotonicTime
  ) {
    streams = Streams(bounds: bounds)
    keepalive = Keepalive(idle: timing.idle, answer: timing.answer, now: now)
    welcomeDue = now + timing.hello
    let hello = Hello(
      minor: Limits.minorVersion, agent: agent.shortened(), limits: streams.bounds.limits,
      token: token.shortened(to: Limits.tokenBytes))
    outbox.append(.hello, on: .connection, message: hello)
    outbox.append(.reserved, on: .connection)
  }

  /// What is to be sent.
  public var outbox: Outbox {
    _read { yield streams.outbox }
    _modify { yield &streams.outbox }
  }
  /// Calls without a reply.
  public var openStreams: Int { streams.count }
  /// Whether a call can be opened now.
  public var hasRoom: Bool { isTaking && !needsWelcome && streams.count < streams.peer.streams }
  /// Whether calls can be opened here, now or later.
  public var takesCalls: Bool { isTaking && lastStream < Limits.lastFreshStream }
  public var isWelcome: Bool { phase == .open }

  private var isTaking: Bool { phase != .ended && !isClosing }

  /// For tests: what both sides have to agree on.
  var connectionFlow: Flow { streams.connection }
  func flow(of stream: StreamID) -> Flow? { streams[stream]?.flow }
  var partialBytes: Int { streams.partialBytes }

  // MARK: Receiving

  /// Takes one whole frame.
  public mutating func receive(
    _ header: FrameHeader, _ body: UnsafeRawBufferPointer, at now: MonotonicTime
  ) throws(SessionError) -> ClientEvent {
    keepalive.received(at: now)
    switch phase {
    case .ended: return .none
    case .greeting:
      switch header.type {
      case .welcome:
        let welcome: Welcome = try ControlMessage.read(header, body)
        streams.accept(welcome.limits)
        phase = .open
        needsWelcome = false
        return .welcome(welcome)
      case .fail: return try part(header, body)
      case .call, .reply, .item, .end, .credit, .cancel, .ping, .pong, .authenticate, .drain, .hello:
        throw SessionError(.violation, "\(header.type) before WELCOME")
      default: return .none
      }
    case .open: break
    }
    switch header.type {
    case .reply: return try reply(header, body)
    case .item: return try item(header, body)
    case .credit: return try credit(header, body)
    case .ping:
      outbox.append(.pong, probe: try header.probe(in: body))
      return .none
    case .pong:
      _ = try header.probe(in: body)
      return .none
    case .authenticate: return .authenticated(try ControlMessage.read(header, body))
    case .drain:
      let drain: Drain = try ControlMessage.read(header, body)
      isClosing = true
      for stream in streams.open where stream.rawValue > drain.lastStream { close(stream) }
      return .drain(drain)
    case .fail: return try part(header, body)
    case .hello, .welcome, .call, .cancel, .end:
      throw SessionError(.violation, "\(header.type) from a server at this place")
    default: return .none
    }
  }

  private mutating func part(
    _ header: FrameHeader, _ body: UnsafeRawBufferPointer
  ) throws(SessionError) -> ClientEvent {
    let goodbye: Goodbye = try ControlMessage.read(header, body)
    forget()
    return .goodbye(goodbye)
  }

  private mutating func reply(
    _ header: FrameHeader, _ body: UnsafeRawBufferPointer
  ) throws(SessionError) -> ClientEvent {
    try checkOpened(header)
    guard streams[header.stream] != nil else { return .none }
    // A failing reply may come in the middle of an item, whose end then never leaves the server.
    streams.dropPartialItem(of: header.stream)
    guard let whole = try streams.message(header, body) else { return .none }
    let (head, message) = try whole.split(ReplyHead.read)
    close(header.stream)
    return .reply(header.stream, head, message)
  }

  private mutating func item(
    _ header: FrameHeader, _ body: UnsafeRawBufferPointer
  ) throws(SessionError) -> ClientEvent {
    try checkOpened(header)
    return try streams.item(header, body).map { .item(header.stream, $0) } ?? .none
  }

  private mutating func credit(
    _ header: FrameHeader, _ body: UnsafeRawBufferPointer
  ) throws(SessionError) -> ClientEvent {
    if header.stream != .connection { try checkOpened(header) }
    return try streams.credit(header, body) ? .credit(header.stream) : .none
  }

  /// Makes sure that the frame belongs to a call that was opened.
  private func checkOpened(_ header: FrameHeader) throws(SessionError) {
    guard header.stream != .connection, header.stream <= lastStream else {
      throw SessionError(.violation, "\(header.type) on stream \(header.stream), which was never opened")
    }
  }

  /// The call is over: what is still to be sent of it no longer matters.
  private mutating func close(_ stream: StreamID) {
    if streams.close(stream) { streams.dropUnsent(of: stream) }
  }

  // MARK: Sending

  /// Opens a call with its encoded request.
  public mutating func open(_ head: CallHead, encoded request: [UInt8]) -> OpenOutcome {
    if let refusal = refusal(of: head) { return refusal }
    guard request.count <= streams.peer.messageBytes else {
      guard phase == .greeting else { return .tooLarge(limit: streams.peer.messageBytes) }
      needsWelcome = true
      return .full
    }
    let stream = admit(head)
    outbox.append(.call, on: stream, head: FrameHead(call: head), encoded: request)
    return .opened(stream)
  }

  /// Opens a call whose requests follow as items.
  public mutating func open(_ head: CallHead) -> OpenOutcome {
    if let refusal = refusal(of: head) { return refusal }
    let stream = admit(head)
    outbox.append(.call, on: stream, head: FrameHead(call: head))
    return .opened(stream)
  }

  private func refusal(of head: CallHead) -> OpenOutcome? {
    guard takesCalls else { return .closing }
    guard hasRoom else { return .full }
    return head.metadata?.fits ?? true ? nil : .tooLarge(limit: Limits.metadataBytes)
  }

  private mutating func admit(_ head: CallHead) -> StreamID {
    lastStream = lastStream.next
    streams.admit(lastStream, isSending: head.hasItems, isReceiving: true, hasBegun: true)
    return lastStream
  }

  /// Sends an item of a request stream.
  public mutating func send(_ message: some Message, on stream: StreamID) -> ItemOutcome {
    streams.send(message, on: stream)
  }

  /// Whether items that had no credit may be tried again now, on any stream, although no credit has come. To be asked
  /// when the outbox has been sent from; says so once.
  public mutating func takeRetryNotice() -> Bool { streams.takeRetryNotice() }

  /// Ends this side of a stream.
  public mutating func halfClose(_ stream: StreamID) {
    guard streams[stream]?.isSending == true else { return }
    streams.change(stream) { $0.isSending = false }
    outbox.append(.end, on: stream)
  }

  /// Gives a call up. Its slot is free again when the server's REPLY has come.
  public mutating func cancel(_ stream: StreamID) {
    guard streams[stream]?.isCancelled == false else { return }
    streams.change(stream) {
      $0.isCancelled = true
      $0.isSending = false
    }
    streams.dropUnsent(of: stream)
    outbox.append(.cancel, on: stream)
  }

  /// The caller has taken items that have cost this much (`MessageBody.credit`), or never will.
  public mutating func consumed(_ credit: Int, on stream: StreamID) {
    guard phase != .ended else { return }
    streams.consumed(credit, on: stream)
  }

  /// Presents a new credential.
  public mutating func authenticate(token: String) {
    guard phase != .ended else { return }
    let credential = Authenticate(token: token.shortened(to: Limits.tokenBytes))
    outbox.append(.authenticate, on: .connection, message: credential)
  }

  /// Takes no more calls; those that are open go on.
  public mutating func stopTakingCalls() { isClosing = true }

  /// Says goodbye and forgets all calls. What the outbox then holds is the last that is sent.
  public mutating func end(_ error: SessionError) {
    guard phase != .ended else { return }
    forget()
    outbox.append(
      .fail, on: .connection, message: Goodbye(code: error.code.rawValue, message: error.message.shortened()))
  }

  private mutating func forget() {
    phase = .ended
    streams.closeAll()
  }

  /// Time has passed.
  public mutating func tick(at now: MonotonicTime) -> TickAction {
    switch phase {
    case .greeting:
      return now < welcomeDue ? .wait(until: welcomeDue) : .end(SessionError(.silent, "no WELCOME came in time"))
    case .ended: return .wait(until: .distantFuture)
    case .open: return keepalive.act(at: now, outbox: &streams.outbox)
    }
  }
}
