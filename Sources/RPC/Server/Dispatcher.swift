public import HoldfastWire

public typealias UnaryHandler<Request, Reply> =
  nonisolated(nonsending) @Sendable (Request, CallContext) async throws -> Reply
public typealias ServerStreamHandler<Request, Reply: Message> =
  nonisolated(nonsending) @Sendable (Request, ReplyWriter<Reply>, CallContext) async throws -> Void
public typealias ClientStreamHandler<Request: Message, Reply> =
  nonisolated(nonsending) @Sendable (RequestStream<Request>, CallContext) async throws -> Reply
public typealias BidirectionalHandler<Request: Message, Reply: Message> =
  nonisolated(nonsending) @Sendable (RequestStream<Request>, ReplyWriter<Reply>, CallContext) async throws -> Void

/// Which handler serves which call. Generated `register(on:)` functions fill it; then it is given to a server.
public struct Dispatcher: Sendable {
  /// Makes the call object for an arrival. Throws when the request cannot be decoded.
  typealias Entry = @Sendable (CallArrival, MessageBody) throws -> ServerCall

  struct Route: Sendable {
    let name: String
    let priority: CallPriority
    let shape: CallShape
    let requestLimit: Int?
    let make: Entry
  }

  private var routes: [MethodID: Route] = [:]
  /// The services that a client may ask about, in order of their numbers.
  public private(set) var services: [ServiceDescriptor] = []
  var interceptors: [any ServerInterceptor] = []

  public init() {}

  /// Names a service, for clients that ask what there is.
  public mutating func describe(_ service: ServiceDescriptor) {
    services.removeAll { $0.number == service.number }
    services.append(service)
    services.sort { $0.number < $1.number }
  }

  /// Puts an interceptor around all handlers, inside those that are there already.
  public mutating func intercept(with interceptor: any ServerInterceptor) { interceptors.append(interceptor) }

  /// Serves a call with one request and one reply.
  public mutating func unary<Request, Reply, Failure>(
    _ method: MethodDescriptor<Request, Reply, Failure>, _ handler: @escaping UnaryHandler<Request, Reply>
  ) {
    add(method) { arrival, body in
      let request = try body.decode(as: Request.self, limits: arrival.connection.decodingLimits)
      return UnaryServerCall(arrival, name: method.name, request, handler)
    }
  }

  /// Serves a call with one request and a stream of replies.
  public mutating func serverStream<Request, Reply, Failure>(
    _ method: MethodDescriptor<Request, Reply, Failure>, _ handler: @escaping ServerStreamHandler<Request, Reply>
  ) {
    add(method) { arrival, body in
      let request = try body.decode(as: Request.self, limits: arrival.connection.decodingLimits)
      return ServerStreamServerCall(arrival, name: method.name, request, handler)
    }
  }

  /// Serves a call with a stream of requests and one reply.
  public mutating func clientStream<Request, Reply, Failure>(
    _ method: MethodDescriptor<Request, Reply, Failure>, _ handler: @escaping ClientStreamHandler<Request, Reply>
  ) {
    add(method) { arrival, _ in
      ClientStreamServerCall<Request, Reply>(arrival, name: method.name, .upload(handler))
    }
  }

  /// Serves a call with streams both ways.
  public mutating func bidirectional<Request, Reply, Failure>(
    _ method: MethodDescriptor<Request, Reply, Failure>, _ handler: @escaping BidirectionalHandler<Request, Reply>
  ) {
    add(method) { arrival, _ in
      ClientStreamServerCall<Request, Reply>(arrival, name: method.name, .both(handler))
    }
  }

  private mutating func add<Request, Reply, Failure>(
    _ method: MethodDescriptor<Request, Reply, Failure>, _ make: @escaping Entry
  ) {
    routes[method.id] = Route(
      name: method.name, priority: method.priority, shape: method.shape, requestLimit: method.requestLimit, make: make)
  }

  /// The call object and its priority, or why there is none.
  func call(_ arrival: CallArrival, _ body: MessageBody) -> Result<(ServerCall, CallPriority), CallFailure> {
    guard let route = routes[arrival.head.method] else {
      return .failure(
        CallFailure(.unimplemented, "this server has no call \(arrival.head.method)", notBegun: true))
    }
    guard route.shape.streamsRequests == arrival.head.hasItems else {
      return .failure(CallFailure(.invalidArgument, "\(route.name) has another shape here", notBegun: true))
    }
    if let limit = route.requestLimit, body.count > limit {
      return .failure(
        CallFailure(
          .resourceExhausted, "a request of \(body.count) bytes; \(route.name) takes \(limit)", notBegun: true))
    }
    do {
      return .success((try route.make(arrival, body), route.priority))
    } catch {
      return .failure(
        CallFailure(.invalidArgument, "the request cannot be decoded: \(error)", notBegun: true, cause: error))
    }
  }
}
