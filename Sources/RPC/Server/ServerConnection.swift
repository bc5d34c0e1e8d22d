import HoldfastCrypto
import HoldfastWire

/// One client of a server, from the accepted socket to its close. Lives on one loop.
///
///     handshaking ──▶ open (hello, calls) ──▶ lingering (the goodbye is on its way) ──▶ closed
final class ServerConnection: ReadinessHandler, TurnEndHandler, @unchecked Sendable {  // all of it is the loop's
  private enum Phase { case handshaking, open, lingering, closed }

  let loop: EventLoop
  var isTurnEndDue = false
  let dispatcher: Dispatcher
  let creditPortion: Int
  let decodingLimits: DecodingLimits
  /// Counts what the loop's connections do.
  let meter: LoopMeter?
  /// Bytes of this one that have been counted.
  private var counted: (received: UInt64, sent: UInt64) = (0, 0)
  private let settings: ServerSettings
  private let wire: FrameLink
  private let confinedSession: Confined<ServerSession>
  private var phase = Phase.handshaking
  private var authenticated: AuthenticatedClient?
  /// The client's, if it is limited.
  private var allowance: ClientAllowance?
  /// Calls whose client sends items.
  private let receivers = Confined(StreamTable<ServerCall>())
  private var creditWaiters = CreditWaiters()
  private var timer: TimerToken?
  private var deadlineTimer: (token: TimerToken, time: MonotonicTime)?
  private var writeStall: MonotonicTime?
  private var isAuthenticating = false
  /// Whether bytes may be left that the descriptor will not announce, since too much waited to be sent.
  private var isReadingPaused = false
  private let pump = Pump()
  /// For what handlers add to replies, on whatever thread.
  let replyMetadataLock = Lock<Void>(())
  private let onClose: (ServerConnection) -> Void

  init(
    _ link: any ByteLink, on loop: EventLoop, _ settings: ServerSettings, _ dispatcher: Dispatcher,
    onClose: @escaping (ServerConnection) -> Void
  ) {
    self.loop = loop
    self.settings = settings
    self.dispatcher = dispatcher
    self.onClose = onClose
    wire = FrameLink(link, on: loop)
    confinedSession = Confined(
      ServerSession(bounds: settings.bounds, agent: settings.agent, timing: settings.timing, now: loop.now))
    creditPortion = settings.bounds.creditPortion
    decodingLimits = DecodingLimits(maximumSize: settings.bounds.messageBytes)
    meter = settings.meter?.meter(on: loop)
    meter?.connectionBegan()
  }

  private var session: ServerSession {
    _read { yield confinedSession.value }
    _modify { yield &confinedSession.value }
  }

  /// Who the client is; nil before its hello has been judged.
  var client: (any Principal)? { authenticated?.principal }
  var openStreams: Int { session.openStreams }

  /// Begins to serve. To be called once, on the loop.
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
        if readable || writable { try receive() }
        if writable { loop.atTurnEnd(self) }
      case .lingering:
        if writable { loop.atTurnEnd(self) }
        if try wire.discard() { close() }
      case .closed: break
      }
    }
  }

  func turnEnded() {
    guarded {
      guard phase == .open || phase == .lingering else { return }
      pump.turnEnded(self)
      let isSent = try wire.send(&session.outbox)
      countBytes()
      writeStall = isSent ? nil : writeStall ?? loop.now
      if session.takeRetryNotice() { creditWaiters.wake(.connection) }
      try wire.setReading(!isAuthenticating && session.outbox.waiting < Limits.waitingOutput || phase == .lingering)
      if isReadingPaused, session.outbox.waiting < Limits.waitingOutput {
        isReadingPaused = false
        loop.execute { self.ready(readable: true, writable: false) }
      }
      if phase == .lingering, isSent { try finishLingering() }
      if phase == .open, session.isDrained, isSent { end(SessionError(.done, "drained")) }
    }
  }

  private func handshake() throws {
    switch try wire.link.handshake() {
    case .wantsRead: try wire.setInterest(.read)
    case .wantsWrite: try wire.setInterest(.write)
    case .done:
      phase = .open
      try wire.setInterest(.read)
      try receive()
    }
  }

  private func receive() throws {
    guard phase == .open, !isAuthenticating else { return }
    guard session.outbox.waiting < Limits.waitingOutput else {
      isReadingPaused = true
      return
    }
    let now = loop.now
    let reception = try wire.receive { header, body throws(SessionError) in
      try self.take(header, body, at: now)
      return !self.isAuthenticating && self.phase == .open
    }
    loop.atTurnEnd(self)
    switch reception {
    case .drained, .paused: break
    case .more: loop.execute { self.ready(readable: true, writable: false) }
    case .closed: close()
    }
  }

  private func take(_ header: FrameHeader, _ body: UnsafeRawBufferPointer, at now: MonotonicTime) throws(SessionError) {
    switch try session.receive(header, body, at: now) {
    case .none: break
    case .hello(let hello):
      isAuthenticating = true
      judge(credential(hello.token)) { $0.welcome($1) }
    case .authenticate(let new):
      isAuthenticating = true
      judge(credential(new.token)) { $0.renew($1) }
    case .call(let stream, let head, let message): begin(stream, head, message)
    case .item(let stream, let message):
      allowance?.take(bytes: message.count, at: now)
      guard let call = receivers.value[stream] else { return session.consumed(message.credit, on: stream) }
      call.receive(message)
    case .halfClosed(let stream): receivers.value.remove(stream)?.receiveEnd()
    case .cancelled(let stream):
      receivers.value.remove(stream)
      pump.end(CallFailure(.cancelled, "the client cancelled the call")) { $0.stream == stream }
      creditWaiters.wake(stream)
    case .credit(let stream): creditWaiters.wake(stream)
    case .goodbye: close()
    }
  }

  private func begin(_ stream: StreamID, _ head: consuming CallHead, _ message: MessageBody) {
    guard let authenticated else { return }
    let (method, hasItems, now) = (head.method, head.hasItems, loop.now)
    meter?.callBegan()
    if let refusal = authenticated.refusal(method) {
      return refuse(stream, method, CallFailure(refusal.status, refusal.message, notBegun: true), began: now)
    }
    if let wait = allowance?.begin(bytes: message.count, at: now) {
      var failure = CallFailure(.resourceExhausted, "the client goes faster than it may", notBegun: true)
      failure.retryAfter = wait
      return refuse(stream, method, failure, began: now)
    }
    let arrival = CallArrival(
      connection: self, client: authenticated, metadata: head.metadata, began: now, deadline: head.deadline(from: now),
      stream: stream)
    do {
      let (call, beginning) = try dispatcher.call(method, hasItems: hasItems, arrival, message)
      if hasItems { receivers.value.insert(call, for: stream) }
      switch beginning {
      case .inTurn(let priority): pump.add(call, priority)
      case .atOnce: call.runAtOnce()
      }
    } catch {
      refuse(stream, method, error, began: now)
    }
  }

  /// Answers a call that is not begun.
  private func refuse(_ stream: StreamID, _ method: MethodID, _ failure: CallFailure, began: MonotonicTime) {
    meter?.callEnded(dispatcher.number(of: method), failure.status, began: began)
    fail(stream, failure)
  }

  // MARK: Authentication

  private func credential(_ token: String) -> Credential {
    Credential(token: token, certificate: wire.link.peerCertificate, certificateFault: wire.link.peerCertificateFault)
  }

  private func judge(
    _ credential: Credential, _ answer: @escaping @Sendable (ServerConnection, Result<any Principal, any Error>) -> Void
  ) {
    let authenticator = settings.authenticator
    Task(executorPreference: loop.executor) {
      let verdict: Result<any Principal, any Error>
      do {
        verdict = .success(try await authenticator.authenticate(credential))
      } catch {
        verdict = .failure(error)
      }
      await self.loop.perform {
        self.isAuthenticating = false
        guard self.phase == .open else { return }
        answer(self, verdict)
        self.goOn()
      }
    }
  }

  private func welcome(_ verdict: Result<any Principal, any Error>) {
    switch verdict {
    case .success(let principal):
      guard accept(principal) else {
        return end(SessionError(.unavailable, "the client has as many connections as it may; close one first"))
      }
      session.welcome(
        principal: principal.name, expires: principal.expires.map { $0 - loop.now }, pacing: settings.pacing)
    case .failure(let error): end(SessionError(.unauthenticated, message(of: error)))
    }
  }

  private func renew(_ verdict: Result<any Principal, any Error>) {
    switch verdict {
    case .success(let principal):
      guard accept(principal) else {
        return session.authenticated(
          Authenticate(
            status: Status.unauthenticated.rawValue, message: "the client has as many connections as it may"))
      }
      session.authenticated(Authenticate(status: 0, expires: principal.expires.map { $0 - loop.now }))
    case .failure(let error):
      session.authenticated(Authenticate(status: Status.unauthenticated.rawValue, message: message(of: error)))
    }
  }

  /// Goes on for a client, unless that has as many connections as it may.
  private func accept(_ principal: any Principal) -> Bool {
    let next = principal.allowance
    if next !== allowance {
      guard next?.connect() ?? true else { return false }
      allowance?.disconnect()
      allowance = next
    }
    authenticated = AuthenticatedClient(principal, settings)
    schedule()
    return true
  }

  private func message(of error: any Error) -> String {
    if let refusal = error as? AuthenticationError { return refusal.message }
    settings.log("authentication failed: \(error)")
    return "the server could not check the credential; try again"
  }

  /// Takes the frames that came while the credential was judged.
  private func goOn() {
    guarded {
      let now = loop.now
      let isThrough = try wire.resume { header, body throws(SessionError) in
        try self.take(header, body, at: now)
        return !self.isAuthenticating && self.phase == .open
      }
      loop.atTurnEnd(self)
      if isThrough { try receive() }
    }
  }

  // MARK: What calls ask for, on the loop

  func reply(_ stream: StreamID, _ message: some Message, _ metadata: Metadata?) {
    leave(stream)
    allowance?.take(bytes: message.encodedSize, at: loop.now)
    session.reply(stream, message, metadata: metadata)
    if wire.isEarly(session.outbox) { guarded { _ = try wire.send(&session.outbox) } }
  }

  func finish(_ stream: StreamID, _ metadata: Metadata?) {
    leave(stream)
    session.finish(stream, metadata: metadata)
  }

  func fail(_ stream: StreamID, _ failure: CallFailure, _ metadata: Metadata = Metadata()) {
    leave(stream)
    session.fail(stream, failure.status, failure.wire, metadata: metadata)
  }

  private func leave(_ stream: StreamID) {
    receivers.value.remove(stream)
    loop.atTurnEnd(self)
  }

  func send(_ item: some Message, on stream: StreamID) -> ItemOutcome {
    guard phase == .open else { return .closed }
    loop.atTurnEnd(self)
    guard let allowance else { return session.send(item, on: stream) }
    let now = loop.now
    let wait = allowance.wait(at: now)
    guard wait == .zero else {
      loop.schedule(at: now + wait) { [weak self] in self?.creditWaiters.wake(stream) }
      return .noCredit
    }
    let outcome = session.send(item, on: stream)
    if outcome == .sent { allowance.take(bytes: item.encodedSize, at: now) }
    return outcome
  }

  /// How often senders were told to try again.
  var creditNews: UInt64 { creditWaiters.news }

  /// Waits until the stream may send again, or has ended; returns the place in line, to be given back when it was in vain.
  /// News since `seen` counts: a sender that is not on the loop comes here some time after it was told that there is no
  /// credit.
  nonisolated(nonsending) func waitForCredit(
    _ stream: StreamID, since seen: UInt64, _ turn: CreditWaiters.Turn?
  ) async -> CreditWaiters.Turn {
    await withUnsafeContinuation { continuation in
      onLoop { connection in
        let turn = turn ?? connection.creditWaiters.takeTurn()
        guard connection.phase == .open, connection.pump.isRunning(stream), connection.creditNews == seen else {
          return continuation.resume(returning: turn)
        }
        connection.creditWaiters.add(continuation, on: stream, turn)
      }
    }
  }

  /// A handler has taken items, or never will. A client that goes faster than it may gets its credit later.
  func consumed(_ bytes: Int, on stream: StreamID) {
    guard let allowance else { return giveBack(bytes, on: stream) }
    let now = loop.now
    let wait = allowance.wait(at: now)
    if wait == .zero { return giveBack(bytes, on: stream) }
    loop.schedule(at: now + wait) { [weak self] in self?.giveBack(bytes, on: stream) }
  }

  private func giveBack(_ bytes: Int, on stream: StreamID) {
    guard phase == .open else { return }
    session.consumed(bytes, on: stream)
    loop.atTurnEnd(self)
  }

  /// Does something here, from any thread.
  func onLoop(_ body: @escaping @Sendable (ServerConnection) -> Void) {
    if loop.isCurrent { body(self) } else { loop.execute { body(self) } }
  }

  func report(_ error: any Error, in call: ServerCall) {
    settings.log("\(call.route.name) failed for \(call.client.principal.name): \(error)")
  }

  // MARK: Time

  /// Makes sure that a running call is ended at its deadline.
  func watch(_ deadline: MonotonicTime) {
    if let deadlineTimer, deadlineTimer.time <= deadline { return }
    if let deadlineTimer { loop.cancel(deadlineTimer.token) }
    deadlineTimer = (loop.schedule(at: deadline) { self.deadlinePassed() }, deadline)
  }

  private func deadlinePassed() {
    deadlineTimer = nil
    let now = loop.now
    pump.end(CallFailure(.deadlineExceeded, "the deadline has passed")) { ($0.deadline ?? .distantFuture) <= now }
    for stream in creditWaiters.streams { creditWaiters.wake(stream) }
    if let next = pump.nextDeadline { watch(next) }
  }

  private func schedule() {
    if let timer { loop.cancel(timer) }
    timer = nil
    let now = loop.now
    var next: MonotonicTime
    switch session.tick(at: now) {
    case .wait(let until): next = until
    case .end(let error): return end(error)
    }
    if let expires = client?.expires {
      if expires <= now { return end(SessionError(.unauthenticated, "the credential has expired; present a new one")) }
      next = min(next, expires)
    }
    if let writeStall {
      let limit = writeStall + settings.timing.idle
      if limit <= now { return abort() }
      next = min(next, limit)
    }
    loop.atTurnEnd(self)
    timer = loop.schedule(at: next) { self.timePassed() }
  }

  private func timePassed() {
    timer = nil
    guard phase == .open || phase == .handshaking else { return }
    pump.rest()
    schedule()
  }

  // MARK: The end

  /// Tells the client that the server stops, and closes when its calls are through.
  func drain() {
    guard phase == .open, authenticated != nil else { return end(SessionError(.unavailable, "the server stops")) }
    session.drain(reason: "the server stops", pacing: settings.pacing)
    loop.atTurnEnd(self)
  }

  /// Says why, sends what is left, closes.
  func end(_ error: SessionError) {
    switch phase {
    case .handshaking: return close()
    case .lingering, .closed: return
    case .open: break
    }
    session.end(error, pacing: settings.pacing)
    phase = .lingering
    abandonCalls(CallFailure(.unavailable, error.message))
    if let timer { loop.cancel(timer) }
    timer = loop.schedule(at: loop.now + Limits.parting) { self.close() }
    loop.atTurnEnd(self)
  }

  /// The goodbye is out: waits a moment for the client to close, so that it can still be read there.
  private func finishLingering() throws {
    if try wire.discard() { close() }
  }

  private func abort() {
    settings.log("a client did not read for \(settings.timing.idle); closed")
    close()
  }

  func close() {
    guard phase != .closed else { return }
    phase = .closed
    if let timer { loop.cancel(timer) }
    if let deadlineTimer { loop.cancel(deadlineTimer.token) }
    timer = nil
    deadlineTimer = nil
    countBytes()
    meter?.connectionEnded()
    wire.close()
    allowance?.disconnect()
    allowance = nil
    abandonCalls(CallFailure(.cancelled, "the connection is lost"))
    pump.close()
    onClose(self)
  }

  private func countBytes() {
    meter?.moved(received: wire.bytesReceived &- counted.received, sent: wire.bytesSent &- counted.sent)
    counted = (wire.bytesReceived, wire.bytesSent)
  }

  private func abandonCalls(_ failure: CallFailure) {
    receivers.value = StreamTable()
    pump.end(failure) { _ in true }
    creditWaiters.wake(.connection)
  }

  /// Does what may show that the peer or the connection is broken.
  private func guarded(_ body: () throws -> Void) {
    do {
      try body()
    } catch let error as SessionError {
      end(error)
    } catch {
      close()
    }
  }
}
