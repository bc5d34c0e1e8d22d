public import HoldfastWire

/// One attempt at a call with one request and one reply: where the caller's task waits, and what it finds when it goes
/// on.
///
///     young ──▶ old, when it is not over after a moment
///
/// To listen for the task's cancellation costs as much as all else that the waiting does, and most calls are over at
/// once. So a young call does not listen: its task is woken when it grows old, finds itself cancelled or not, and waits
/// on in a way in which it hears of that at once.
///
/// Touched on the connection's loop only, until it resumes the task for the last time; from then on it belongs to that.
@usableFromInline
class UnaryCall: ClientCall, @unchecked Sendable {  // see above
  /// Can move from `waiting` to the others, once.
  private enum Outcome {
    case waiting
    /// The reply's bytes; the message begins at `from`.
    case replied([UInt8], from: Int)
    indirect case failed(CallFailure)
  }

  final let limits: DecodingLimits
  private final let watch: InterceptedCall?
  private final var outcome = Outcome.waiting
  /// Is told whether the call is over.
  private final var caller: UnsafeContinuation<Bool, Never>?
  /// Others that wait for a call that was begun before it is awaited; nil where there are none.
  private final var others: [UnsafeContinuation<Bool, Never>]?
  /// How often its connection has found it unfinished.
  private final var age = 0

  private final var isWaiting: Bool { if case .waiting = outcome { true } else { false } }

  init(
    _ head: CallHead, request: [UInt8], deadline: MonotonicTime?, limits: DecodingLimits,
    watch: InterceptedCall? = nil
  ) {
    self.limits = limits
    self.watch = watch
    super.init(head, request: request, deadline: deadline)
  }

  /// The same call once more.
  final func anew() -> UnaryCall {
    UnaryCall(head, request: request ?? [], deadline: deadline, limits: limits, watch: watch)
  }

  /// Makes the call on `connection` and returns when it has ended.
  @inline(__always)
  final nonisolated(nonsending) func run(on connection: ClientConnection) async {
    let isOver = await withUnsafeContinuation { caller in
      self.caller = caller
      if connection.loop.isCurrent { return connection.add(self) }
      connection.loop.execute { connection.add(self) }
    }
    if !isOver { await wait(on: connection) }
  }

  /// Waits for the end of a call that was begun before on `connection`.
  final nonisolated(nonsending) func end(on connection: ClientConnection) async {
    if hasEnded(on: connection) { return }
    let isOver = await withUnsafeContinuation { caller in
      if connection.loop.isCurrent { return expect(caller) }
      connection.loop.execute { self.expect(caller) }
    }
    if !isOver { await wait(on: connection) }
  }

  /// Whether it is seen here and now that the call has ended; always false off the loop.
  final func hasEnded(on connection: ClientConnection) -> Bool {
    connection.loop.isCurrent && !isWaiting
  }

  /// A call that is old already is not waited for in the way of the young.
  private final func expect(_ caller: UnsafeContinuation<Bool, Never>) {
    guard isWaiting, age < 2 else { return caller.resume(returning: !isWaiting) }
    add(caller)
  }

  private final func add(_ caller: UnsafeContinuation<Bool, Never>) {
    if self.caller == nil { self.caller = caller } else { others = (others ?? []) + [caller] }
  }

  /// Waits for the end of a call that has begun, or for the task's cancellation.
  private final nonisolated(nonsending) func wait(on connection: ClientConnection) async {
    _ = await withTaskCancellationHandler {
      await withUnsafeContinuation { caller in
        connection.onLoop { _ in self.listen(caller) }
      }
    } onCancel: {
      connection.onLoop { $0.cancel(self, CallFailure(.cancelled, "the caller gave up")) }
    }
  }

  private final func listen(_ caller: UnsafeContinuation<Bool, Never>) {
    guard isWaiting else { return caller.resume(returning: true) }
    add(caller)
  }

  /// Why it failed, after `run`.
  final var failure: CallFailure? {
    if case .failed(let failure) = outcome { failure } else { nil }
  }

  /// The reply, after `run`.
  @inlinable
  final func decodeReply<Reply: Message>() throws(CallFailure) -> Reply {
    let (body, limits) = try self.body()
    do throws(MessageDecodingError) {
      let reply = try body.decode(as: Reply.self, limits: limits)
      ended()
      return reply
    } catch {
      throw ended(undecodable: error)
    }
  }

  /// The reply's bytes, which are there as long as this is.
  @usableFromInline
  final func body() throws(CallFailure) -> (MessageBody, DecodingLimits) {
    switch outcome {
    case .waiting: throw CallFailure(.internal, "the call has not ended")
    case .failed(let failure): throw failure
    case .replied(let bytes, let start): return (.assembled(bytes, from: start), limits)
    }
  }

  /// The caller has what it asked for.
  @usableFromInline
  final func ended() { watch?.ended(.ok) }

  /// The call has failed for good.
  final func ended(_ failure: CallFailure) { watch?.ended(failure.status) }

  @usableFromInline
  final func ended(undecodable error: MessageDecodingError) -> CallFailure {
    watch?.ended(.internal)
    return CallFailure(.internal, "the reply cannot be decoded", cause: error)
  }

  final override func succeed(_ head: ReplyHead, _ body: MessageBody) {
    switch body {
    case .view(let bytes): end(.replied([UInt8](bytes), from: 0))
    case .assembled(let bytes, let start): end(.replied(bytes, from: start))
    }
  }

  final override func fail(_ failure: CallFailure) { end(.failed(failure)) }

  final override func growOlder() -> Bool {
    age += 1
    guard age == 2 else { return age < 2 }
    resume(false)
    return false
  }

  private final func end(_ outcome: Outcome) {
    guard isWaiting else { return }
    self.outcome = outcome
    resume(true)
  }

  private final func resume(_ isOver: Bool) {
    caller.take()?.resume(returning: isOver)
    guard let others = others.take() else { return }
    for caller in others { caller.resume(returning: isOver) }
  }
}
