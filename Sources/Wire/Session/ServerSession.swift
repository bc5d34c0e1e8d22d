/// A connection as the server sees it, without socket and clock: frames go in, events and bytes to send come out.
///
///     awaitingHello ──HELLO──▶ deciding ──welcome──▶ open ──drain──▶ open, no calls above the last ──▶ ended
///
/// Every state can move to `ended`: by `end`, after which only the outbox is left to send, or by the client's FAIL.
public struct ServerSession: ~Copyable {
  private enum Phase { case awaitingHello, deciding, open, ended }

  private enum DrainStep { case notAsked, announced, final }

  private var phase = Phase.awaitingHello
  private var streams: Streams
  private var lastStream = StreamID.connection
  private let agent: String
  private var drainStep = DrainStep.notAsked
  private var drainNotice = Drain()
  private var keepalive: Keepalive
  private let helloDue: MonotonicTime

  /// A fresh connection. `agent` names the server and its version. Bounds below the minimum are raised to it.
  public init(bounds: SessionBounds = .standard, agent: String, timing: SessionTiming = .standard, now: MonotonicTime) {
    streams = Streams(bounds: bounds)
    self.agent = agent.shortened()
    keepalive = Keepalive(idle: timing.idle, answer: timing.answer, now: now)
    helloDue = now + timing.hello
  }

  /// What is to be sent.
  public var outbox: Outbox {
    _read { yield streams.outbox }
    _modify { yield &streams.outbox }
  }
  /// Calls that have begun to arrive and have no reply yet.
  public var openStreams: Int { streams.count }
  public var isOpen: Bool { phase == .open }
  /// Whether nothing is left to do after a drain.
  public var isDrained: Bool { drainStep == .final && streams.isEmpty }
  public var isDraining: Bool { drainStep != .notAsked }

  /// For tests: what both sides have to agree on.
  var connectionFlow: Flow { streams.connection }
  func flow(of stream: StreamID) -> Flow? { streams[stream]?.flow }
  var partialBytes: Int { streams.partialBytes }

  // MARK: Receiving

  /// Takes one whole frame.
  public mutating func receive(
    _ header: FrameHeader, _ body: UnsafeRawBufferPointer, at now: MonotonicTime
  ) throws(SessionError) -> ServerEvent {
    keepalive.received(at: now)
    switch phase {
    case .ended: return .none
    case .deciding: throw SessionError(.internal, "a frame was fed before the hello was judged")
    case .awaitingHello:
      switch header.type {
      case .hello:
        let hello: Hello = try ControlMessage.read(header, body)
        streams.accept(hello.limits)
        phase = .deciding
        return .hello(hello)
      case .fail: return try part(header, body)
      case .call, .item, .end, .cancel, .credit, .ping, .pong, .authenticate, .welcome, .reply, .drain:
        throw SessionError(.violation, "\(header.type) before HELLO")
      default: return .none
      }
    case .open: break
    }
    switch header.type {
    case .call: return try call(header, body)
    case .item: return try item(header, body)
    case .end: return try halfClose(header)
    case .credit: return try credit(header, body)
    case .cancel: return try cancel(header)
    case .ping:
      outbox.append(.pong, probe: try header.probe(in: body))
      return .none
    case .pong:
      if try header.probe(in: body) == Outbox.drainProbe, drainStep == .announced { finishDrain() }
      return .none
    case .authenticate: return .authenticate(try ControlMessage.read(header, body))
    case .fail: return try part(header, body)
    case .hello, .welcome, .reply, .drain:
      throw SessionError(.violation, "\(header.type) from a client at this place")
    default: return .none
    }
  }

  private mutating func part(
    _ header: FrameHeader, _ body: UnsafeRawBufferPointer
  ) throws(SessionError) -> ServerEvent {
    let goodbye: Goodbye = try ControlMessage.read(header, body)
    forget()
    return .goodbye(goodbye)
  }

  private mutating func call(
    _ header: FrameHeader, _ body: UnsafeRawBufferPointer
  ) throws(SessionError) -> ServerEvent {
    let stream = header.stream
    if !streams.isMidMessage(stream) {
      guard stream > lastStream, stream <= .last else {
        throw SessionError(.violation, "CALL on stream \(stream) after stream \(lastStream)")
      }
      if drainStep == .final { return .none }
      guard streams.count < streams.bounds.streams else {
        throw SessionError(.tooManyStreams, "more than \(streams.bounds.streams) calls at once")
      }
      lastStream = stream
      if !header.hasMore {
        let (head, message) = try CallHead.read(body)
        streams.admit(stream, isSending: true, isReceiving: head.hasItems, hasBegun: true)
        return .call(stream, head, .view(message))
      }
      streams.admit(stream, isSending: true, isReceiving: false, hasBegun: false)
    }
    guard let whole = try streams.message(header, body) else { return .none }
    let (head, message) = try whole.split(CallHead.read)
    streams.change(stream) {
      $0.isReceiving = head.hasItems
      $0.hasBegun = true
    }
    return .call(stream, head, message)
  }

  private mutating func item(
    _ header: FrameHeader, _ body: UnsafeRawBufferPointer
  ) throws(SessionError) -> ServerEvent {
    try checkOpened(header)
    return try streams.item(header, body).map { .item(header.stream, $0) } ?? .none
  }

  private mutating func halfClose(_ header: FrameHeader) throws(SessionError) -> ServerEvent {
    try header.check(bytes: 0, onConnection: false)
    try checkOpened(header)
    guard let stream = streams[header.stream] else { return .none }
    guard stream.isReceiving, !streams.isMidMessage(header.stream) else {
      throw SessionError(.violation, "END on stream \(header.stream), which has nothing to end")
    }
    streams.change(header.stream) { $0.isReceiving = false }
    return .halfClosed(header.stream)
  }

  private mutating func credit(
    _ header: FrameHeader, _ body: UnsafeRawBufferPointer
  ) throws(SessionError) -> ServerEvent {
    if header.stream != .connection { try checkOpened(header) }
    return try streams.credit(header, body) ? .credit(header.stream) : .none
  }

  private mutating func cancel(_ header: FrameHeader) throws(SessionError) -> ServerEvent {
    try header.check(bytes: 0, onConnection: false)
    try checkOpened(header)
    guard let stream = streams[header.stream], !stream.isCancelled else { return .none }
    streams.change(header.stream) {
      $0.isCancelled = true
      $0.isReceiving = false
    }
    streams.dropPartial(of: header.stream)
    guard stream.hasBegun else {
      fail(
        header.stream, .cancelled, Failure(message: "cancelled before the request had arrived", notBegun: true))
      return .none
    }
    return .cancelled(header.stream)
  }

  /// Makes sure that the frame belongs to a call that was opened, or to one that the drain leaves out.
  private func checkOpened(_ header: FrameHeader) throws(SessionError) {
    guard header.stream != .connection else {
      throw SessionError(.violation, "\(header.type) on the connection itself")
    }
    guard header.stream <= lastStream || drainStep == .final else {
      throw SessionError(.violation, "\(header.type) on stream \(header.stream), which was never opened")
    }
  }

  // MARK: Sending

  /// Accepts the hello.
  public mutating func welcome(principal: String, expires: Duration? = nil, pacing: Duration = .zero) {
    precondition(phase == .deciding, "a welcome answers a hello")
    phase = .open
    let welcome = Welcome(
      minor: Limits.minorVersion, agent: agent, limits: streams.bounds.limits, principal: principal.shortened(),
      expires: expires, pacing: pacing)
    outbox.append(.welcome, on: .connection, message: welcome)
    outbox.append(.reserved, on: .connection)
  }

  /// Answers a new credential.
  public mutating func authenticated(_ answer: Authenticate) {
    guard phase == .open else { return }
    var answer = answer
    answer.message = answer.message.shortened()
    outbox.append(.authenticate, on: .connection, message: answer)
  }

  /// Ends a call with its reply.
  public mutating func reply(_ stream: StreamID, _ message: some Message, metadata: Metadata? = nil) {
    let size = message.encodedSize
    guard size <= streams.peer.messageBytes else {
      return fail(
        stream, .resourceExhausted,
        Failure(message: "the reply has \(size) bytes and the client takes \(streams.peer.messageBytes)"))
    }
    if let metadata, !metadata.fits { return fail(stream, .internal, Failure(message: metadata.complaint)) }
    guard streams.close(stream) else { return }
    let head = FrameHead(reply: .ok, metadata: metadata)
    outbox.append(.reply, on: stream, head: head, message: message, size: size)
  }

  /// Ends a call that streamed its replies.
  public mutating func finish(_ stream: StreamID, metadata: Metadata? = nil) {
    if let metadata, !metadata.fits { return fail(stream, .internal, Failure(message: metadata.complaint)) }
    guard streams.close(stream) else { return }
    outbox.append(.reply, on: stream, head: FrameHead(reply: .ok, metadata: metadata))
  }

  /// Ends a call with a failure; what has not yet left of its items is dropped. A failure that is larger than the client
  /// takes loses its payload, and metadata that is too large is left out.
  public mutating func fail(
    _ stream: StreamID, _ status: Status, _ failure: Failure, metadata: Metadata = Metadata()
  ) {
    guard streams.close(stream) else { return }
    streams.dropUnsent(of: stream)
    var failure = failure
    if failure.encodedSize > streams.peer.messageBytes {
      failure = Failure(
        message: failure.message.shortened(), retryAfter: failure.retryAfter, notBegun: failure.notBegun)
    }
    let metadata = metadata.fits ? metadata : Metadata()
    outbox.append(.reply, on: stream, head: FrameHead(reply: status, metadata: metadata), message: failure)
  }

  /// Sends an item of a reply stream.
  public mutating func send(_ message: some Message, on stream: StreamID) -> ItemOutcome {
    streams.send(message, on: stream)
  }

  /// Whether items that had no credit may be tried again now, on any stream, although no credit has come. To be asked
  /// when the outbox has been sent from; says so once.
  public mutating func takeRetryNotice() -> Bool { streams.takeRetryNotice() }

  /// The handler has taken items that have cost this much (`MessageBody.credit`), or never will.
  public mutating func consumed(_ credit: Int, on stream: StreamID) {
    guard phase == .open else { return }
    streams.consumed(credit, on: stream)
  }

  /// Announces that the server stops. Calls go on being taken until the client has seen it.
  public mutating func drain(reason: String, pacing: Duration) {
    guard phase == .open, drainStep == .notAsked else { return }
    drainStep = .announced
    drainNotice = Drain(lastStream: StreamID.last.rawValue, reason: reason.shortened(), pacing: pacing)
    outbox.append(.drain, on: .connection, message: drainNotice)
    outbox.append(.ping, probe: Outbox.drainProbe)
  }

  private mutating func finishDrain() {
    drainStep = .final
    drainNotice.lastStream = lastStream.rawValue
    outbox.append(.drain, on: .connection, message: drainNotice)
  }

  /// Says goodbye and forgets all calls. What the outbox then holds is the last that is sent.
  public mutating func end(_ error: SessionError, pacing: Duration = .zero) {
    guard phase != .ended else { return }
    let goodbye = Goodbye(
      code: error.code.rawValue, message: error.message.shortened(),
      lastStream: phase == .open ? lastStream.rawValue : 0, pacing: pacing)
    forget()
    outbox.append(.fail, on: .connection, message: goodbye)
  }

  private mutating func forget() {
    phase = .ended
    streams.closeAll()
  }

  /// Time has passed.
  public mutating func tick(at now: MonotonicTime) -> TickAction {
    switch phase {
    case .awaitingHello, .deciding:
      return now < helloDue ? .wait(until: helloDue) : .end(SessionError(.silent, "no HELLO came in time"))
    case .ended: return .wait(until: .distantFuture)
    case .open: return keepalive.act(at: now, outbox: &streams.outbox)
    }
  }
}
