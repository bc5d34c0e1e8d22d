import HoldfastWire
import Synchronization

/// A CALL frame that has arrived, and what its connection knows.
struct CallArrival {
  let connection: ServerConnection
  let stream: StreamID
  let head: CallHead
  let client: AuthenticatedClient
}

/// A call that a server has taken on, from its arrival to its reply. One subclass for each shape.
///
/// Runs on its connection's loop, through the pump; a handler may leave the loop and come back.
class ServerCall: @unchecked Sendable {  // mutable state is touched on the loop only
  let connection: ServerConnection
  let stream: StreamID
  let head: CallHead
  let client: AuthenticatedClient
  let deadline: MonotonicTime?
  /// Why the call is to end early; set at most once.
  private var early: EarlyEnd?
  /// Made by the first handler that sets some, on whatever thread.
  private let metadata = AtomicLazyReference<Lock<Metadata>>()

  init(_ arrival: consuming CallArrival) {
    deadline = arrival.head.deadline(from: arrival.connection.loop.now)
    connection = arrival.connection
    stream = arrival.stream
    head = arrival.head
    client = arrival.client
  }

  /// The method's.
  var name: String { preconditionFailure("each shape has its own") }

  /// Runs the handler and hands over what it returned.
  nonisolated(nonsending) func handle() async throws { preconditionFailure("each shape has its own") }

  /// The client has sent an item.
  func receive(_ body: MessageBody) throws(MessageDecodingError) {}
  /// The client sends no more items.
  func receiveEnd() {}
  /// The call ends early: whoever waits for the client's items hears of it.
  func abandon(_ failure: CallFailure) {}

  // MARK: The handler's run

  /// Whether the handler is to be run. When it is too late for that, the call has been answered.
  final func mayBegin() -> Bool {
    if let ending {
      fail(ending)
      return false
    }
    if let deadline, deadline <= connection.loop.now {
      fail(CallFailure(.deadlineExceeded, "the deadline passed before the call could begin", notBegun: true))
      return false
    }
    return true
  }

  /// The same as `handle`, within interceptors.
  nonisolated(nonsending) final func handle(within interceptors: ArraySlice<any ServerInterceptor>) async throws {
    guard let first = interceptors.first else { return try await handle() }
    let context = CallContext(call: self)
    try await first.intercept(context) { try await self.handle(within: interceptors.dropFirst()) }
  }

  /// Answers a call whose handler threw.
  nonisolated(nonsending) final func handlerThrew(_ error: any Error) async {
    let failure = CallFailure(thrown: error)
    await connection.loop.perform { self.fail(self.ending ?? failure) }
    if let cause = failure.cause { connection.report(cause, in: self) }
  }

  // MARK: Early ends

  /// Why the call is to end early.
  final var ending: CallFailure? { early?.failure }

  /// Ends the call early, its reply follows when the handler has ended; false when it has been ended before.
  final func end(_ failure: CallFailure) -> Bool {
    guard early == nil else { return false }
    early = EarlyEnd(failure)
    abandon(failure)
    return true
  }

  /// In an object of its own, as few calls have one and it is large.
  private final class EarlyEnd {
    let failure: CallFailure

    init(_ failure: CallFailure) { self.failure = failure }
  }

  // MARK: Replies

  final func setReplyMetadata(_ name: String, _ value: String) {
    let metadata = metadata.load() ?? metadata.storeIfNil(Lock(Metadata()))
    metadata.withLock { $0[name] = value }
  }

  private final var replyMetadata: Metadata? { metadata.load()?.withLock { $0 } }

  final func fail(_ failure: CallFailure) {
    abandon(failure)
    var metadata = replyMetadata ?? Metadata()
    metadata.entries.merge(failure.metadata.entries) { $1 }
    connection.fail(stream, failure, metadata)
  }

  /// On the loop: sends the reply, or the failure that ended the call meanwhile.
  final func reply(_ message: some Message) {
    if let ending { return fail(ending) }
    connection.reply(stream, message, replyMetadata)
  }

  final func finish() {
    if let ending { return fail(ending) }
    abandon(CallFailure(.cancelled, "the call has ended"))
    connection.finish(stream, replyMetadata)
  }

  /// On the loop: sends an item, if there is credit for it. Throws when the handler had better end.
  final func send(_ item: some Message) throws(CallFailure) -> Bool {
    if let ending { throw ending }
    switch connection.send(item, on: stream) {
    case .sent: return true
    case .noCredit: return false
    case .closed: throw CallFailure(.cancelled, "the call has ended")
    case .tooLarge(let limit):
      throw CallFailure(.resourceExhausted, "an item of \(item.encodedSize) bytes, and the client takes \(limit)")
    }
  }
}
