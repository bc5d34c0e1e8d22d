import HoldfastWire
import Synchronization

/// A CALL frame that has arrived, and what its connection knows.
struct CallArrival: ~Copyable {
  let connection: ServerConnection
  let client: AuthenticatedClient
  /// What the client sent beside the request; nil for nothing.
  let metadata: Metadata?
  let began: MonotonicTime
  let deadline: MonotonicTime?
  let stream: StreamID
}

/// A call that a server has taken on, from its arrival to its reply. One subclass for each shape.
///
/// Runs on its connection's loop, through the pump; a handler may leave the loop and come back.
class ServerCall: @unchecked Sendable {  // state is the loop's, or under a lock
  private let arrival: CallArrival
  /// Whether there is metadata for the reply: so that nobody takes a lock to find none.
  private let hasReplyMetadata = Atomic(false)
  /// Why the call is to end early; set at most once.
  private var early: EarlyEnd?
  /// Under the connection's lock, since handlers set it on whatever thread.
  private var replyMetadata: Metadata?

  init(_ arrival: consuming CallArrival) { self.arrival = arrival }

  final var connection: ServerConnection { arrival.connection }
  final var client: AuthenticatedClient { arrival.client }
  final var metadata: Metadata? { arrival.metadata }
  final var deadline: MonotonicTime? { arrival.deadline }
  final var stream: StreamID { arrival.stream }

  var route: Route { preconditionFailure("each shape has its own") }

  /// Runs the handler and hands over what it returned.
  nonisolated(nonsending) func handle() async throws { preconditionFailure("each shape has its own") }

  /// Answers where the route is immediate, on the loop.
  func answer() throws { throw CallFailure(.internal, "\(route.name) may wait") }

  /// The client has sent an item.
  func receive(_ body: MessageBody) {}
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

  /// Runs an immediate handler, on the loop, from the call's arrival to its reply.
  final func runAtOnce() {
    guard mayBegin() else { return }
    do {
      try answer()
    } catch {
      let failure = CallFailure(thrown: error)
      fail(failure)
      if let cause = failure.cause { connection.report(cause, in: self) }
    }
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

  /// From any thread.
  final func setReplyMetadata(_ name: String, _ value: String) {
    connection.replyMetadataLock.withLock { _ in
      var metadata = replyMetadata ?? Metadata()
      metadata[name] = value
      replyMetadata = metadata
    }
    hasReplyMetadata.store(true, ordering: .releasing)
  }

  private final func currentReplyMetadata() -> Metadata? {
    guard hasReplyMetadata.load(ordering: .acquiring) else { return nil }
    return connection.replyMetadataLock.withLock { _ in replyMetadata }
  }

  final func fail(_ failure: CallFailure) {
    abandon(failure)
    var metadata = currentReplyMetadata() ?? Metadata()
    metadata.entries.merge(failure.metadata.entries) { $1 }
    count(failure.status)
    connection.fail(stream, failure, metadata)
  }

  /// On the loop: the call is over and nobody is left to reply to.
  final func drop() { count(.cancelled) }

  private final func count(_ status: Status) {
    connection.meter?.callEnded(route.number, status, began: arrival.began)
  }

  /// On the loop: sends the reply, or the failure that ended the call meanwhile.
  final func reply(_ message: some Message) {
    if let ending { return fail(ending) }
    count(.ok)
    connection.reply(stream, message, currentReplyMetadata())
  }

  final func finish() {
    if let ending { return fail(ending) }
    abandon(CallFailure(.cancelled, "the call has ended"))
    count(.ok)
    connection.finish(stream, currentReplyMetadata())
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
