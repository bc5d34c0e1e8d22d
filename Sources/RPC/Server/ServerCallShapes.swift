import HoldfastWire

/// A call with one request and one reply.
class UnaryServerCall<Request: Message, Reply: Message>: ServerCall, @unchecked Sendable {
  private let unaryRoute: UnaryRoute<Request, Reply>
  private let request: Request

  required init(_ route: UnaryRoute<Request, Reply>, _ request: consuming Request, _ arrival: consuming CallArrival) {
    unaryRoute = route
    self.request = request
    super.init(arrival)
  }

  final override var route: Route { unaryRoute }

  nonisolated(nonsending) final override func handle() async throws {
    let message = try await unaryRoute.handler(request, CallContext(call: self))
    if connection.loop.isCurrent { return reply(message) }
    await connection.loop.perform { self.reply(message) }
  }

  final override func answer() throws {
    guard let immediate = unaryRoute.immediate else { throw CallFailure(.internal, "\(route.name) may wait") }
    reply(try immediate(request, CallContext(call: self)))
  }
}

/// A call with one request and a stream of replies.
final class ServerStreamServerCall<Request: Message, Reply: Message>: ServerCall, @unchecked Sendable {
  private let serverStreamRoute: ServerStreamRoute<Request, Reply>
  private let request: Request

  init(_ route: ServerStreamRoute<Request, Reply>, _ request: consuming Request, _ arrival: consuming CallArrival) {
    serverStreamRoute = route
    self.request = request
    super.init(arrival)
  }

  override var route: Route { serverStreamRoute }

  nonisolated(nonsending) override func handle() async throws {
    try await serverStreamRoute.handler(request, ReplyWriter(call: self), CallContext(call: self))
    await connection.loop.perform { self.finish() }
  }
}

/// A call whose client sends items: one reply, or a stream of them.
final class ClientStreamServerCall<Request: Message, Reply: Message>: ServerCall, @unchecked Sendable {
  private let clientStreamRoute: ClientStreamRoute<Request, Reply>
  private let requests: InboundChannel

  init(_ route: ClientStreamRoute<Request, Reply>, _ arrival: consuming CallArrival) {
    clientStreamRoute = route
    let connection = arrival.connection
    let stream = arrival.stream
    requests = InboundChannel(portion: connection.creditPortion) { bytes in
      connection.onLoop { $0.consumed(bytes, on: stream) }
    }
    super.init(arrival)
  }

  override var route: Route { clientStreamRoute }

  nonisolated(nonsending) override func handle() async throws {
    let stream = RequestStream<Request>(channel: requests, limits: connection.decodingLimits)
    let context = CallContext(call: self)
    switch clientStreamRoute.handler {
    case .upload(let handler):
      let message = try await handler(stream, context)
      requests.abandon()
      await connection.loop.perform { self.reply(message) }
    case .both(let handler):
      try await handler(stream, ReplyWriter(call: self), context)
      await connection.loop.perform { self.finish() }
    }
  }

  override func receive(_ body: MessageBody) {
    if requests.push(body, credit: body.credit) { requests.wake() }
  }

  override func receiveEnd() { requests.finish(.success(())) }

  override func abandon(_ failure: CallFailure) {
    requests.finish(.failure(failure))
    requests.abandon()
  }
}
