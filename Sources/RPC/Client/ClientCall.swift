import HoldfastWire

/// A call of this client, from the moment it is given to a connection to its end. Touched on the connection's loop only.
class ClientCall: @unchecked Sendable {  // see above
  let head: CallHead
  let deadline: MonotonicTime?
  /// Set while the call is open on its connection.
  var stream: StreamID?

  init(_ head: CallHead, deadline: MonotonicTime?) {
    self.head = head
    self.deadline = deadline
  }

  /// The head with the time that is left now.
  final func currentHead(at now: MonotonicTime) -> CallHead {
    guard let deadline else { return head }
    var head = head
    head.timeout = max(deadline - now, .milliseconds(1))
    return head
  }

  func open(_ session: inout ClientSession, at now: MonotonicTime) -> OpenOutcome {
    session.open(currentHead(at: now))
  }
  func opened() {}
  /// An item of the reply stream.
  func receive(_ body: MessageBody) throws(MessageDecodingError) {}
  /// Items may be sent again.
  func credit() {}
  /// The call has ended well; the body is the reply's message.
  func succeed(_ head: ReplyHead, _ body: MessageBody) {}
  func fail(_ failure: CallFailure) {}
}

final class UnaryClientCall<Request: Message, Reply: Message>: ClientCall, @unchecked Sendable {
  private let request: Request
  private let limits: DecodingLimits
  private var continuation: UnsafeContinuation<Result<Reply, CallFailure>, Never>?

  init(
    _ head: CallHead, _ request: Request, deadline: MonotonicTime?, limits: DecodingLimits,
    _ continuation: UnsafeContinuation<Result<Reply, CallFailure>, Never>
  ) {
    self.request = request
    self.limits = limits
    self.continuation = continuation
    super.init(head, deadline: deadline)
  }

  override func open(_ session: inout ClientSession, at now: MonotonicTime) -> OpenOutcome {
    session.open(currentHead(at: now), request)
  }

  override func succeed(_ head: ReplyHead, _ body: MessageBody) {
    do {
      end(.success(try body.decode(as: Reply.self, limits: limits)))
    } catch {
      end(.failure(CallFailure(.internal, "the reply cannot be decoded", cause: error)))
    }
  }

  override func fail(_ failure: CallFailure) { end(.failure(failure)) }

  private func end(_ result: Result<Reply, CallFailure>) {
    continuation.take()?.resume(returning: result)
  }
}

/// A call with a stream on at least one side.
final class StreamClientCall<Request: Message, Reply: Message>: ClientCall, @unchecked Sendable {
  let replies: InboundChannel<Reply>
  private let request: Request?
  private let streamsReplies: Bool
  private let limits: DecodingLimits
  private var senders: [UnsafeContinuation<Void, Never>] = []
  /// How often senders were told to try again. Touched on the loop.
  private(set) var creditNews: UInt64 = 0
  private(set) var failure: CallFailure?
  private(set) var hasEnded = false
  /// Told once how the call ended.
  var onEnd: (@Sendable (Status) -> Void)?

  init(
    _ head: CallHead, _ request: Request?, streamsReplies: Bool, deadline: MonotonicTime?, limits: DecodingLimits,
    replies: InboundChannel<Reply>
  ) {
    self.request = request
    self.streamsReplies = streamsReplies
    self.limits = limits
    self.replies = replies
    super.init(head, deadline: deadline)
  }

  override func open(_ session: inout ClientSession, at now: MonotonicTime) -> OpenOutcome {
    let head = currentHead(at: now)
    return request.map { session.open(head, $0) } ?? session.open(head)
  }

  override func opened() { credit() }

  override func receive(_ body: MessageBody) throws(MessageDecodingError) {
    replies.push(try body.decode(as: Reply.self, limits: limits), bytes: body.credit)
  }

  override func credit() {
    creditNews &+= 1
    let waiting = senders
    senders = []
    for sender in waiting { sender.resume() }
  }

  override func succeed(_ head: ReplyHead, _ body: MessageBody) {
    hasEnded = true
    if !streamsReplies {
      do {
        replies.push(try body.decode(as: Reply.self, limits: limits), bytes: 0)
      } catch {
        return fail(CallFailure(.internal, "the reply cannot be decoded", cause: error))
      }
    }
    replies.finish(.success(()))
    onEnd.take()?(.ok)
    credit()
  }

  override func fail(_ failure: CallFailure) {
    hasEnded = true
    self.failure = failure
    replies.finish(.failure(failure))
    onEnd.take()?(failure.status)
    credit()
  }

  /// Waits until items may be sent, or the call has ended. News since `seen` counts: a sender that is not on the loop
  /// comes here some time after it was told that there is no credit.
  func wait(_ sender: UnsafeContinuation<Void, Never>, since seen: UInt64) {
    if hasEnded || creditNews != seen { return sender.resume() }
    senders.append(sender)
  }
}
