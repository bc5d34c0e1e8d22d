public import HoldfastWire

/// One attempt at a call with one request and one reply: where the caller's task waits, and what it finds when it goes
/// on. One object for each attempt, so that it is also where a cancellation meets the call, whichever comes first.
///
/// Touched on the connection's loop only, until it resumes the task; from then on it belongs to that.
@usableFromInline
final class UnaryCall: ClientCall, @unchecked Sendable {  // see above
  /// Can move from `waiting` to the others, once.
  private enum Outcome {
    case waiting
    /// The reply's bytes; the message begins at `from`.
    case replied([UInt8], from: Int)
    indirect case failed(CallFailure)
  }

  private enum Phase { case new, begun, cancelled }

  private let limits: DecodingLimits
  private let watch: InterceptedCall?
  private var outcome = Outcome.waiting
  private var phase = Phase.new
  private var caller: UnsafeContinuation<Void, Never>?

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
    await withTaskCancellationHandler {
      await withUnsafeContinuation { caller in
        self.caller = caller
        if connection.loop.isCurrent { return begin(on: connection) }
        connection.loop.execute { self.begin(on: connection) }
      }
    } onCancel: {
      connection.onLoop { self.cancel(on: $0) }
    }
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

  private func begin(on connection: ClientConnection) {
    if phase == .cancelled { return fail(CallFailure(.cancelled, "the caller gave up", notBegun: true)) }
    phase = .begun
    connection.add(self)
  }

  private func cancel(on connection: ClientConnection) {
    if phase == .begun { connection.cancel(self, CallFailure(.cancelled, "the caller gave up")) }
    phase = .cancelled
  }

  private func end(_ outcome: Outcome) {
    guard let caller = caller.take() else { return }
    self.outcome = outcome
    caller.resume()
  }
}
