import HoldfastWire

/// One connection of a client, from the connected socket to its close. Lives on one loop.
///
///     handshaking ──▶ open ──▶ closed
///
/// Calls may be given to it from any thread as soon as it exists: what cannot be opened yet waits in line.
final class ClientConnection: ReadinessHandler, TurnEndHandler, @unchecked Sendable {  // all of it is the loop's
  private enum Phase { case handshaking, open, closed }

  /// What a connection tells its pool.
  struct Events: Sendable {
    /// The handshake is done: calls can go out.
    var opened: @Sendable (ClientConnection) -> Void
    var welcomed: @Sendable (Welcome) -> Void
    /// Takes no more calls; `pacing` is what the server asks to wait.
    var closing: @Sendable (ClientConnection, CallFailure?, Duration) -> Void
  }

  let loop: EventLoop
  var isTurnEndDue = false
  private let wire: FrameLink
  private let settings: ClientSettings
  private let events: Events
  private let confinedSession: Confined<ClientSession>
  private var phase = Phase.handshaking
  private let confinedCalls = Confined(StreamTable<ClientCall>())
  private var line = Ring<ClientCall>()
  /// Calls with new items for a reader that waits.
  private var stirred: [ClientCall] = []
  private var timer: TimerToken?
  private var renewal: TimerToken?
  private var deadlineTimer: (token: TimerToken, time: MonotonicTime)?
  /// When calls next grow older; nil when none does.
  private var aging: TimerToken?
  private var writeStall: MonotonicTime?
  private var isWelcome = false
  /// The server has said that it takes no more calls here, or this side wants none.
  private var isClosing = false
  private var farewell: CallFailure?

  init(_ link: any ByteLink, on loop: EventLoop, _ settings: ClientSettings, token: String, _ events: Events) {
    self.loop = loop
    self.settings = settings
    self.events = events
    wire = FrameLink(link, on: loop)
    confinedSession = Confined(
      ClientSession(
        bounds: settings.bounds, agent: settings.agent, token: token, timing: settings.timing, now: loop.now))
  }

  private var session: ClientSession {
    _read { yield confinedSession.value }
    _modify { yield &confinedSession.value }
  }

  private var calls: StreamTable<ClientCall> {
    _read { yield confinedCalls.value }
    _modify { yield &confinedCalls.value }
  }

  /// Begins the handshake. To be called once, on the loop.
  func start() {
    guarded {
      try wire.register(self, .read)
      schedule()
      try handshake()
    }
  }

  // MARK: Events of the loop

  func ready(readable: Bool, writable: Bool) {
    guarded {
      switch phase {
      case .handshaking: try handshake()
      case .open:
        try receive()
        if writable { loop.atTurnEnd(self) }
      case .closed: break
      }
    }
  }

  func turnEnded() {
    guarded {
      guard phase == .open else { return }
      openWaiting()
      let isSent = try wire.send(&session.outbox)
      writeStall = isSent ? nil : writeStall ?? loop.now
      if session.takeRetryNotice() { creditAll() }
      if isClosing, isSent, calls.isEmpty, session.openStreams == 0 { close(CallFailure(.unavailable, "closed")) }
    }
  }

  private func handshake() throws {
    switch try wire.link.handshake() {
    case .wantsRead: try wire.setInterest(.read)
    case .wantsWrite: try wire.setInterest(.write)
    case .done:
      phase = .open
      try wire.setInterest(.read)
      events.opened(self)
      loop.atTurnEnd(self)
      try receive()
    }
  }

  private func receive() throws {
    let now = loop.now
    let reception = try wire.receive { header, body throws(SessionError) in
      try self.take(header, body, at: now)
      return self.phase == .open
    }
    // Now that all that has come together is here, each reader finds it at once.
    for call in stirred { call.wake() }
    stirred.removeAll(keepingCapacity: true)
    loop.atTurnEnd(self)
    switch reception {
    case .drained, .paused: break
    case .more: loop.execute { self.ready(readable: true, writable: false) }
    case .closed: close(farewell ?? CallFailure(.unavailable, "the server closed the connection"))
    }
  }

  private func take(_ header: FrameHeader, _ body: UnsafeRawBufferPointer, at now: MonotonicTime) throws(SessionError) {
    switch try session.receive(header, body, at: now) {
    case .none: break
    case .welcome(let welcome):
      isWelcome = true
      events.welcomed(welcome)
      if let expires = welcome.expires { renewCredential(before: expires) }
      schedule()
    case .authenticated(let answer):
      guard answer.status == 0 else {
        farewell = CallFailure(.unauthenticated, answer.message)
        leave(.zero)
        return
      }
      if let expires = answer.expires { renewCredential(before: expires) }
    case .item(let stream, let message):
      guard let call = calls[stream] else { return session.consumed(message.credit, on: stream) }
      if call.receive(message) { stirred.append(call) }
    case .reply(let stream, let head, let message):
      guard let call = calls.remove(stream) else { return }
      call.stream = nil
      if head.status == .ok { call.succeed(head, message) } else { call.fail(CallFailure(head, message)) }
    case .credit(let stream):
      if stream == .connection { creditAll() } else { calls[stream]?.credit() }
    case .drain(let drain):
      drop(after: drain.lastStream, CallFailure(.unavailable, "the server stops: \(drain.reason)", notBegun: true))
      leave(drain.pacing)
    case .goodbye(let goodbye): part(goodbye)
    }
  }

  private func part(_ goodbye: Goodbye) {
    let code = SessionError.Code(rawValue: goodbye.code)
    let status: Status = code == .unauthenticated ? .unauthenticated : .unavailable
    let message = "the server ended the connection: \(goodbye.message) (\(code))"
    drop(after: goodbye.lastStream, CallFailure(status, message, notBegun: true))
    farewell = CallFailure(status, message)
    leave(goodbye.pacing)
    close(CallFailure(status, message))
  }

  // MARK: Calls

  /// Takes a call, on the loop.
  func add(_ call: ClientCall) {
    guard phase != .closed, !isClosing else { return refuse(call) }
    if let deadline = call.deadline { watch(deadline) }
    if aging == nil { growOlder(after: loop.now) }
    if phase == .open, line.isEmpty {
      if !open(call) { line.append(call) }
      loop.atTurnEnd(self)
      if wire.isEarly(session.outbox) { guarded { _ = try wire.send(&session.outbox) } }
    } else if line.count < Limits.waitingCalls {
      line.append(call)
    } else {
      call.fail(CallFailure(.resourceExhausted, "\(line.count) calls wait already", notBegun: true))
    }
  }

  /// A call that comes too late hears why the server never let this client in; else another connection will take it.
  private func refuse(_ call: ClientCall) {
    var failure = CallFailure(.unavailable, "the connection is closing")
    if !isWelcome, let farewell { failure = farewell }
    failure.notBegun = true
    call.fail(failure)
  }

  /// Opens the call, or ends it; false when it has to wait.
  private func open(_ call: ClientCall) -> Bool {
    switch call.open(&session, at: loop.now) {
    case .opened(let stream):
      call.stream = stream
      calls.insert(call, for: stream)
      call.opened()
      if !session.takesCalls { leave(.zero) }
    case .full: return false
    case .tooLarge(let limit):
      call.fail(
        CallFailure(
          .resourceExhausted, "the request is larger than the \(limit) bytes that the server takes", notBegun: true))
    case .closing: call.fail(CallFailure(.unavailable, "the connection is closing", notBegun: true))
    }
    return true
  }

  private func openWaiting() {
    while let call = line.popFirst() {
      guard open(call) else { return line.prepend(call) }
    }
  }

  /// Gives the call up; its caller hears `failure` at once.
  func cancel(_ call: ClientCall, _ failure: CallFailure) {
    if let stream = call.stream {
      session.cancel(stream)
      calls.remove(stream)
      call.stream = nil
    } else {
      line.removeAll { $0 === call }
    }
    call.fail(failure)
    loop.atTurnEnd(self)
  }

  /// Items may be sent again on all streams.
  private func creditAll() {
    for stream in calls.streams { calls[stream]?.credit() }
  }

  /// Ends the calls after `last`, which the server does not process and the session has forgotten already.
  private func drop(after last: UInt32, _ failure: CallFailure) {
    for stream in calls.streams where stream.rawValue > last {
      guard let call = calls.remove(stream) else { continue }
      call.stream = nil
      call.fail(failure)
    }
  }

  func send(_ item: some Message, of call: ClientCall) -> ItemOutcome {
    guard phase == .open, let stream = call.stream else { return .noCredit }
    loop.atTurnEnd(self)
    return session.send(item, on: stream)
  }

  func halfClose(_ call: ClientCall) {
    guard let stream = call.stream else { return }
    session.halfClose(stream)
    loop.atTurnEnd(self)
  }

  /// Items of a stream have been taken, or never will be.
  func consumed(_ credit: Int, on stream: StreamID) {
    guard phase == .open else { return }
    session.consumed(credit, on: stream)
    loop.atTurnEnd(self)
  }

  /// Does something here, from any thread.
  func onLoop(_ body: @escaping @Sendable (ClientConnection) -> Void) {
    if loop.isCurrent { body(self) } else { loop.execute { body(self) } }
  }

  // MARK: Time

  private func watch(_ deadline: MonotonicTime) {
    if let deadlineTimer, deadlineTimer.time <= deadline { return }
    if let deadlineTimer { loop.cancel(deadlineTimer.token) }
    deadlineTimer = (loop.schedule(at: deadline) { self.deadlinePassed() }, deadline)
  }

  private func deadlinePassed() {
    deadlineTimer = nil
    let now = loop.now
    var earliest: MonotonicTime?
    var late: [ClientCall] = []
    func look(_ call: ClientCall) {
      guard let deadline = call.deadline else { return }
      if deadline <= now { late.append(call) } else { earliest = min(earliest ?? deadline, deadline) }
    }
    for stream in calls.streams { calls[stream].map(look) }
    line.forEach(look)
    for call in late { cancel(call, CallFailure(.deadlineExceeded, "no reply came in time")) }
    if let earliest { watch(earliest) }
  }

  private func growOlder(after now: MonotonicTime) {
    aging = loop.schedule(at: now + Limits.moment) {
      self.aging = nil
      var isAwaited = false
      func look(_ call: ClientCall) {
        if call.growOlder() { isAwaited = true }
      }
      for stream in self.calls.streams { self.calls[stream].map(look) }
      self.line.forEach(look)
      if isAwaited { self.growOlder(after: self.loop.now) }
    }
  }

  private func schedule() {
    if let timer { loop.cancel(timer) }
    timer = nil
    let now = loop.now
    var next: MonotonicTime
    switch session.tick(at: now) {
    case .wait(let until): next = until
    case .end(let error): return close(CallFailure(.unavailable, error.message))
    }
    if let writeStall {
      let limit = writeStall + settings.timing.idle
      if limit <= now { return close(CallFailure(.unavailable, "the server does not read")) }
      next = min(next, limit)
    }
    loop.atTurnEnd(self)
    timer = loop.schedule(at: next) {
      self.timer = nil
      self.schedule()
    }
  }

  /// Presents a new credential well before the one in use ends. Where none is to be had, the server ends the connection
  /// in time, and the next one asks again.
  private func renewCredential(before end: Duration) {
    guard let makeToken = settings.token else { return }
    if let renewal { loop.cancel(renewal) }
    renewal = loop.schedule(at: loop.now + end * 3 / 4) {
      self.renewal = nil
      Task {
        let token = try await makeToken()
        self.onLoop { $0.authenticate(token: token) }
      }
    }
  }

  private func authenticate(token: String) {
    guard phase == .open else { return }
    session.authenticate(token: token)
    loop.atTurnEnd(self)
  }

  // MARK: The end

  /// Takes no more calls; closes when those that are open have ended.
  func leave(_ pacing: Duration) {
    guard !isClosing else { return }
    isClosing = true
    session.stopTakingCalls()
    events.closing(self, farewell, pacing)
    loop.atTurnEnd(self)
  }

  /// Ends now, with a goodbye to the server and `failure` to whoever waits.
  func close(_ failure: CallFailure) {
    guard phase != .closed else { return }
    if phase == .open {
      session.end(SessionError(.done, "the client closes"))
      // The goodbye is a courtesy: what cannot be sent now is not.
      _ = try? wire.send(&session.outbox)
    }
    phase = .closed
    for token in [timer, renewal, aging, deadlineTimer?.token] { token.map(loop.cancel) }
    timer = nil
    renewal = nil
    aging = nil
    deadlineTimer = nil
    wire.close()
    if !isClosing {
      isClosing = true
      farewell = farewell ?? failure
      events.closing(self, farewell, .zero)
    }
    stirred = []
    for stream in calls.streams { calls.remove(stream)?.fail(failure) }
    var notBegun = failure
    notBegun.notBegun = true
    while let call = line.popFirst() { call.fail(notBegun) }
  }

  private func guarded(_ body: () throws -> Void) {
    do {
      try body()
    } catch {
      var failure = CallFailure(.unavailable, "the connection to the server broke: \(error)", cause: error)
      if phase == .handshaking {
        failure = CallFailure(.unavailable, "\(error)", notBegun: true, cause: error)
      } else if let farewell {
        failure = farewell
      }
      close(failure)
    }
  }
}
