import HoldfastWire

/// One attempt at a call with one request and one reply: where the caller's task waits, and what it finds when it goes
/// on. One object for each attempt, so that it is also where a cancellation meets the call, whichever comes first.
///
/// Touched on the connection's loop only, until it resumes the task; from then on it belongs to that.
final class UnaryCall: ClientCall, @unchecked Sendable {  // see above
  /// Can move from `waiting` to the others, once.
  private enum Outcome {
    case waiting
    /// A message that came in one frame, in memory of the call's own.
    case copied(UnsafeMutableRawBufferPointer)
    case assembled([UInt8], from: Int)
    indirect case failed(CallFailure)

    /// Gives back the memory that it has.
    func discard() { if case .copied(let bytes) = self { bytes.deallocate() } }
  }

  private enum Phase { case new, begun, cancelled }

  private var outcome = Outcome.waiting
  private var phase = Phase.new
  private var caller: UnsafeContinuation<Void, Never>?

  deinit { outcome.discard() }

  /// Makes the call on `connection` and returns when it has ended.
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
  func decodeReply<Reply: Message>(limits: DecodingLimits) throws(CallFailure) -> Reply {
    switch outcome {
    case .waiting: throw CallFailure(.internal, "the call has not ended")
    case .failed(let failure): throw failure
    case .copied(let bytes): return try decode(.view(UnsafeRawBufferPointer(bytes)), limits)
    case .assembled(let bytes, let start): return try decode(.assembled(bytes, from: start), limits)
    }
  }

  private func decode<Reply: Message>(
    _ body: MessageBody, _ limits: DecodingLimits
  ) throws(CallFailure) -> Reply {
    do {
      return try body.decode(as: Reply.self, limits: limits)
    } catch {
      throw CallFailure(.internal, "the reply cannot be decoded", cause: error)
    }
  }

  override func succeed(_ head: ReplyHead, _ body: MessageBody) {
    switch body {
    case .view(let bytes):
      let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
      copy.copyMemory(from: bytes)
      end(.copied(copy))
    case .assembled(let bytes, let start): end(.assembled(bytes, from: start))
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
    guard let caller = caller.take() else { return outcome.discard() }
    self.outcome = outcome
    caller.resume()
  }
}
