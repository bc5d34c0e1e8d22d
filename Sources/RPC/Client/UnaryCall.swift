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
final class UnaryCall: ClientCall, @unchecked Sendable {  // see above
  /// Can move from `waiting` to the others, once.
  private enum Outcome {
    case waiting
    /// The reply's bytes; the message begins at `from`.
    case replied([UInt8], from: Int)
    indirect case failed(CallFailure)
  }

  private let limits: DecodingLimits
  private let watch: InterceptedCall?
  private var outcome = Outcome.waiting
  /// Is told whether the call is over.
  private var caller: UnsafeContinuation<Bool, Never>?
  /// How often its connection has found it unfinished.
  private var age = 0

  init(
    _ head: CallHead, request: [UInt8], deadline: MonotonicTime?, limits: DecodingLimits, _ watch: InterceptedCall?
  ) {
    self.limits = limits
    self.watch = watch
    super.init(head, request: request, deadline: deadline)
  }

  /// Makes the call on `connection` and returns when it has ended.
  @inline(__always)
  nonisolated(nonsending) func run(on connection: ClientConnection) async {
    let isOver = await withUnsafeContinuation { caller in
      self.caller = caller
      if connection.loop.isCurrent { return connection.add(self) }
      connection.loop.execute { connection.add(self) }
    }
    if !isOver { await wait(on: connection) }
  }

  /// Waits for the end of a call that has begun, or for the task's cancellation.
  private nonisolated(nonsending) func wait(on connection: ClientConnection) async {
    _ = await withTaskCancellationHandler {
      await withUnsafeContinuation { caller in
        connection.onLoop { _ in self.listen(caller) }
      }
    } onCancel: {
      connection.onLoop { $0.cancel(self, CallFailure(.cancelled, "the caller gave up")) }
    }
  }

  private func listen(_ caller: UnsafeContinuation<Bool, Never>) {
    guard case .waiting = outcome else { return caller.resume(returning: true) }
    self.caller = caller
  }

  /// Why it failed, after `run`.
  var failure: CallFailure? {
    if case .failed(let failure) = outcome { failure } else { nil }
  }

  /// The reply, after `run`.
  @inlinable
  func decodeReply<Reply: Message>() throws(CallFailure) -> Reply {
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
  func body() throws(CallFailure) -> (MessageBody, DecodingLimits) {
    switch outcome {
    case .waiting: throw CallFailure(.internal, "the call has not ended")
    case .failed(let failure): throw failure
    case .replied(let bytes, let start): return (.assembled(bytes, from: start), limits)
    }
  }

  /// The caller has what it asked for.
  @usableFromInline
  func ended() { watch?.ended(.ok) }

  @usableFromInline
  func ended(undecodable error: MessageDecodingError) -> CallFailure {
    watch?.ended(.internal)
    return CallFailure(.internal, "the reply cannot be decoded", cause: error)
  }

  override func succeed(_ head: ReplyHead, _ body: MessageBody) {
    switch body {
    case .view(let bytes): end(.replied([UInt8](bytes), from: 0))
    case .assembled(let bytes, let start): end(.replied(bytes, from: start))
    }
  }

  override func fail(_ failure: CallFailure) { end(.failed(failure)) }

  override func growOlder() -> Bool {
    age += 1
    guard age == 2 else { return age < 2 }
    caller.take()?.resume(returning: false)
    return false
  }

  private func end(_ outcome: Outcome) {
    guard case .waiting = self.outcome else { return }
    self.outcome = outcome
    caller.take()?.resume(returning: true)
  }
}
