import HoldfastWire

/// A call that a server has taken on, from its arrival to its reply. One subclass for each shape.
///
/// Runs on its connection's loop, through the pump; a handler may leave the loop and come back.
class ServerCall: @unchecked Sendable {  // mutable state is touched on the loop only, but for `replyMetadata`'s lock
  let connection: ServerConnection
  let stream: StreamID
  let head: CallHead
  let name: String
  let principal: any Principal
  let deadline: MonotonicTime?
  /// Why the call is to end early; set at most once.
  private(set) var ending: CallFailure?
  /// The task that runs the handler.
  var worker: Task<Void, Never>?
  let replyMetadata = Lock(Metadata())

  init(_ arrival: CallArrival, name: String) {
    connection = arrival.connection
    stream = arrival.stream
    head = arrival.head
    self.name = name
    principal = arrival.principal
    deadline = arrival.head.timeout.map { arrival.connection.loop.now + $0 }
  }

  /// Runs the handler and hands over what it returned.
  nonisolated(nonsending) func handle() async throws { preconditionFailure("each shape has its own") }

  /// The client has sent an item.
  func receive(_ body: MessageBody) throws(MessageDecodingError) {}
  /// The client sends no more items.
  func receiveEnd() {}
  /// The call ends early: whoever waits for the client's items hears of it.
  func abandon(_ failure: CallFailure) {}

  /// Runs the whole call: interceptors, handler, reply.
  nonisolated(nonsending) final func run() async {
    if let ending { return fail(ending) }
    if let deadline, deadline <= connection.loop.now {
      return fail(CallFailure(.deadlineExceeded, "the deadline passed before the call could begin", notBegun: true))
    }
    do {
      let interceptors = connection.dispatcher.interceptors
      if interceptors.isEmpty {
        try await handle()
      } else {
        try await run(interceptors[...])
      }
    } catch {
      let failure = CallFailure(thrown: error)
      await connection.loop.perform { self.fail(self.ending ?? failure) }
      if let cause = failure.cause { connection.report(cause, in: self) }
    }
  }

  nonisolated(nonsending) private func run(_ interceptors: ArraySlice<any ServerInterceptor>) async throws {
    guard let first = interceptors.first else { return try await handle() }
    let context = CallContext(call: self)
    try await first.intercept(context) { try await self.run(interceptors.dropFirst()) }
  }

  /// Ends the call early: the handler's task is cancelled, the reply follows when the handler has ended.
  final func end(_ failure: CallFailure) {
    guard ending == nil else { return }
    ending = failure
    abandon(failure)
    worker?.cancel()
  }

  final func fail(_ failure: CallFailure) {
    abandon(failure)
    var metadata = replyMetadata.withLock { $0 }
    metadata.entries.merge(failure.metadata.entries) { $1 }
    connection.fail(stream, failure, metadata)
  }

  /// On the loop: sends the reply, or the failure that ended the call meanwhile.
  final func reply(_ message: some Message) {
    if let ending { return fail(ending) }
    connection.reply(stream, message, replyMetadata.withLock { $0 })
  }

  final func finish() {
    if let ending { return fail(ending) }
    abandon(CallFailure(.cancelled, "the call has ended"))
    connection.finish(stream, replyMetadata.withLock { $0 })
  }
}

/// A CALL frame that has arrived, and what its connection knows.
struct CallArrival {
  let connection: ServerConnection
  let stream: StreamID
  let head: CallHead
  let principal: any Principal
}

final class UnaryServerCall<Request: Message, Reply: Message>: ServerCall, @unchecked Sendable {
  private let request: Request
  private let handler: UnaryHandler<Request, Reply>

  init(_ arrival: CallArrival, name: String, _ request: Request, _ handler: @escaping UnaryHandler<Request, Reply>) {
    self.request = request
    self.handler = handler
    super.init(arrival, name: name)
  }

  nonisolated(nonsending) override func handle() async throws {
    let message = try await handler(request, CallContext(call: self))
    await connection.loop.perform { self.reply(message) }
  }
}

final class ServerStreamServerCall<Request: Message, Reply: Message>: ServerCall, @unchecked Sendable {
  private let request: Request
  private let handler: ServerStreamHandler<Request, Reply>

  init(
    _ arrival: CallArrival, name: String, _ request: Request, _ handler: @escaping ServerStreamHandler<Request, Reply>
  ) {
    self.request = request
    self.handler = handler
    super.init(arrival, name: name)
  }

  nonisolated(nonsending) override func handle() async throws {
    try await handler(request, ReplyWriter(call: self), CallContext(call: self))
    await connection.loop.perform { self.finish() }
  }
}

/// A call whose client sends items: one reply, or a stream of them.
final class ClientStreamServerCall<Request: Message, Reply: Message>: ServerCall, @unchecked Sendable {
  enum Handler {
    case upload(ClientStreamHandler<Request, Reply>)
    case both(BidirectionalHandler<Request, Reply>)
  }

  private let handler: Handler
  private let requests: InboundChannel<Request>

  init(_ arrival: CallArrival, name: String, _ handler: Handler) {
    self.handler = handler
    let connection = arrival.connection
    let stream = arrival.stream
    requests = InboundChannel(portion: connection.creditPortion) { bytes in
      connection.onLoop { $0.consumed(bytes, on: stream) }
    }
    super.init(arrival, name: name)
  }

  nonisolated(nonsending) override func handle() async throws {
    let stream = RequestStream(channel: requests)
    let context = CallContext(call: self)
    switch handler {
    case .upload(let handler):
      let message = try await handler(stream, context)
      requests.abandon()
      await connection.loop.perform { self.reply(message) }
    case .both(let handler):
      try await handler(stream, ReplyWriter(call: self), context)
      await connection.loop.perform { self.finish() }
    }
  }

  override func receive(_ body: MessageBody) throws(MessageDecodingError) {
    requests.push(try body.decode(as: Request.self, limits: connection.decodingLimits), bytes: body.credit)
  }

  override func receiveEnd() { requests.finish(.success(())) }

  override func abandon(_ failure: CallFailure) {
    requests.finish(.failure(failure))
    requests.abandon()
  }
}
