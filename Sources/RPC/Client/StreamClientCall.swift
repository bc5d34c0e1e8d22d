import HoldfastWire

/// A call with a stream on at least one side.
final class StreamClientCall: ClientCall, @unchecked Sendable {  // touched on the loop only, `replies` anywhere
  /// The items of the reply stream, or the one reply of a call that has none.
  let replies: InboundChannel
  private let streamsReplies: Bool
  private let number: StreamNumber
  private var senders: [UnsafeContinuation<Void, Never>] = []
  /// How often senders were told to try again.
  private(set) var creditNews: UInt64 = 0
  private(set) var failure: CallFailure?
  private(set) var hasEnded = false
  /// Told once how the call ended.
  private var watch: InterceptedCall?

  init(
    _ head: CallHead, request: [UInt8]?, streamsReplies: Bool, deadline: MonotonicTime?, watch: InterceptedCall?,
    on connection: ClientConnection, creditPortion: Int
  ) {
    let number = StreamNumber()
    self.number = number
    self.streamsReplies = streamsReplies
    self.watch = watch
    replies = InboundChannel(portion: creditPortion) { credit in
      connection.onLoop { $0.consumed(credit, on: number.stream) }
    }
    super.init(head, request: request, deadline: deadline)
  }

  override func opened() {
    if let stream { number.stream = stream }
    credit()
  }

  override func receive(_ body: MessageBody) -> Bool { replies.push(body, credit: body.credit) }

  override func wake() { replies.wake() }

  override func credit() {
    creditNews &+= 1
    let waiting = senders
    senders = []
    for sender in waiting { sender.resume() }
  }

  override func succeed(_ head: ReplyHead, _ body: MessageBody) {
    if !streamsReplies { _ = replies.push(body, credit: 0) }
    end(.success(()), .ok)
  }

  override func fail(_ failure: CallFailure) {
    self.failure = failure
    end(.failure(failure), failure.status)
  }

  private func end(_ result: Result<Void, CallFailure>, _ status: Status) {
    hasEnded = true
    replies.finish(result)
    watch.take()?.ended(status)
    credit()
  }

  /// Waits until items may be sent, or the call has ended. News since `seen` counts: a sender that is not on the loop
  /// comes here some time after it was told that there is no credit.
  func wait(_ sender: UnsafeContinuation<Void, Never>, since seen: UInt64) {
    if hasEnded || creditNews != seen { return sender.resume() }
    senders.append(sender)
  }
}

/// Which stream the credit of a call's items belongs to, once it is open. It stays when the call has ended: the session
/// then counts what is given back for the connection alone.
private final class StreamNumber: @unchecked Sendable {  // touched on the connection's loop only
  var stream = StreamID.connection
}
