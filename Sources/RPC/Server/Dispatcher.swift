public import HoldfastWire

public typealias UnaryHandler<Request, Reply> =
  nonisolated(nonsending) @Sendable (Request, CallContext) async throws -> Reply
/// A handler that never waits.
public typealias ImmediateHandler<Request, Reply> = @Sendable (Request, CallContext) throws -> Reply
public typealias ServerStreamHandler<Request, Reply: Message> =
  nonisolated(nonsending) @Sendable (Request, ReplyWriter<Reply>, CallContext) async throws -> Void
public typealias ClientStreamHandler<Request: Message, Reply> =
  nonisolated(nonsending) @Sendable (RequestStream<Request>, CallContext) async throws -> Reply
public typealias BidirectionalHandler<Request: Message, Reply: Message> =
  nonisolated(nonsending) @Sendable (RequestStream<Request>, ReplyWriter<Reply>, CallContext) async throws -> Void

/// Which handler serves which call. Generated `register(on:)` functions fill it; then it is given to a server.
public struct Dispatcher: Sendable {
  private var routes = RouteTable()
  /// The services that a client may ask about, in order of their numbers.
  public private(set) var services: [ServiceDescriptor] = []
  var interceptors: [any ServerInterceptor] = []

  /// How a call is begun.
  enum Beginning {
    case inTurn(CallPriority)
    case atOnce
  }

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
    routes.insert(UnaryRoute(method, handler))
  }

  /// Serves a call with one request and one reply by a plain function, in place of a handler that was there.
  ///
  /// The call is answered where it arrives, on the connection's loop and before calls that wait there, without a task.
  /// Where there are interceptors, which may wait, it has its turn like others. Only for what takes microseconds and blocks
  /// on nothing.
  public mutating func immediate<Request, Reply, Failure>(
    _ method: MethodDescriptor<Request, Reply, Failure>, _ handler: @escaping ImmediateHandler<Request, Reply>
  ) {
    routes.insert(UnaryRoute(method, immediate: handler))
  }

  /// Serves a call with one request and a stream of replies.
  public mutating func serverStream<Request, Reply, Failure>(
    _ method: MethodDescriptor<Request, Reply, Failure>, _ handler: @escaping ServerStreamHandler<Request, Reply>
  ) {
    routes.insert(ServerStreamRoute(method, handler))
  }

  /// Serves a call with a stream of requests and one reply.
  public mutating func clientStream<Request, Reply, Failure>(
    _ method: MethodDescriptor<Request, Reply, Failure>, _ handler: @escaping ClientStreamHandler<Request, Reply>
  ) {
    routes.insert(ClientStreamRoute(method, .upload(handler)))
  }

  /// Serves a call with streams both ways.
  public mutating func bidirectional<Request, Reply, Failure>(
    _ method: MethodDescriptor<Request, Reply, Failure>, _ handler: @escaping BidirectionalHandler<Request, Reply>
  ) {
    routes.insert(ClientStreamRoute(method, .both(handler)))
  }

  /// The names of all calls that are served, by their numbers.
  var names: [String] { routes.names }

  /// A call's number; nil when it is not served.
  func number(of method: MethodID) -> Int? { routes[method]?.number }

  /// The call object, and how it is to be begun. Throws why there is none.
  func call(
    _ method: MethodID, hasItems: Bool, _ arrival: consuming CallArrival, _ body: MessageBody
  ) throws(CallFailure) -> (call: ServerCall, beginning: Beginning) {
    guard let route = routes[method] else {
      throw CallFailure(.unimplemented, "this server has no call \(method)", notBegun: true)
    }
    try route.check(hasItems: hasItems, body)
    do {
      let call = try route.makeCall(arrival, body)
      return (call, route.isImmediate && interceptors.isEmpty ? .atOnce : .inTurn(route.priority))
    } catch {
      throw CallFailure(.invalidArgument, "the request cannot be decoded: \(error)", notBegun: true, cause: error)
    }
  }
}
