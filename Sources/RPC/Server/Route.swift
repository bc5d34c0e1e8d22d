import HoldfastWire

/// How one method is served. One subclass for each shape.
class Route: @unchecked Sendable {  // nothing in it changes once it is in a table, nor in its subclasses
  let id: MethodID
  /// Its place among the routes of its table, in the order in which they were entered.
  fileprivate(set) final var number = 0
  let name: String
  let priority: CallPriority
  let shape: CallShape
  /// Whether the handler is a plain function, which answers where the call arrives.
  let isImmediate: Bool
  private let requestLimit: Int?

  init<Request, Reply, Failure>(_ method: MethodDescriptor<Request, Reply, Failure>, isImmediate: Bool = false) {
    self.isImmediate = isImmediate
    id = method.id
    name = method.name
    priority = method.priority
    shape = method.shape
    requestLimit = method.requestLimit
  }

  /// Makes the call object for an arrival. Throws when the request cannot be decoded.
  func makeCall(_ arrival: consuming CallArrival, _ body: MessageBody) throws(MessageDecodingError) -> ServerCall {
    preconditionFailure("each shape has its own")
  }

  /// Throws when an arrival does not look like a call of this method.
  final func check(hasItems: Bool, _ body: MessageBody) throws(CallFailure) {
    guard shape.streamsRequests == hasItems else {
      throw CallFailure(.invalidArgument, "\(name) has another shape here", notBegun: true)
    }
    if let requestLimit, body.count > requestLimit {
      throw CallFailure(
        .resourceExhausted, "a request of \(body.count) bytes; \(name) takes \(requestLimit)", notBegun: true)
    }
  }
}

final class UnaryRoute<Request: Message, Reply: Message>: Route, @unchecked Sendable {
  let handler: UnaryHandler<Request, Reply>
  /// The same where it never waits.
  let immediate: ImmediateHandler<Request, Reply>?
  /// Never changes. A variable, as the compiler would look the type up anew for each call if it knew which one it is,
  /// and that takes longer than all else that it takes to make a call.
  private var call: UnaryServerCall<Request, Reply>.Type

  init<Failure>(_ method: MethodDescriptor<Request, Reply, Failure>, _ handler: @escaping UnaryHandler<Request, Reply>)
  {
    self.handler = handler
    immediate = nil
    call = UnaryServerCall<Request, Reply>.self
    super.init(method)
  }

  init<Failure>(
    _ method: MethodDescriptor<Request, Reply, Failure>, immediate: @escaping ImmediateHandler<Request, Reply>
  ) {
    handler = { request, context in try immediate(request, context) }
    self.immediate = immediate
    call = UnaryServerCall<Request, Reply>.self
    super.init(method, isImmediate: true)
  }

  override func makeCall(_ arrival: consuming CallArrival, _ body: MessageBody) throws(MessageDecodingError)
    -> ServerCall
  {
    call.init(self, try body.decode(as: Request.self, limits: arrival.connection.decodingLimits), arrival)
  }
}

final class ServerStreamRoute<Request: Message, Reply: Message>: Route, @unchecked Sendable {
  let handler: ServerStreamHandler<Request, Reply>

  init<Failure>(
    _ method: MethodDescriptor<Request, Reply, Failure>, _ handler: @escaping ServerStreamHandler<Request, Reply>
  ) {
    self.handler = handler
    super.init(method)
  }

  override func makeCall(_ arrival: consuming CallArrival, _ body: MessageBody) throws(MessageDecodingError)
    -> ServerCall
  {
    ServerStreamServerCall(
      self, try body.decode(as: Request.self, limits: arrival.connection.decodingLimits), arrival)
  }
}

final class ClientStreamRoute<Request: Message, Reply: Message>: Route, @unchecked Sendable {
  enum Handler {
    case upload(ClientStreamHandler<Request, Reply>)
    case both(BidirectionalHandler<Request, Reply>)
  }

  let handler: Handler

  init<Failure>(_ method: MethodDescriptor<Request, Reply, Failure>, _ handler: Handler) {
    self.handler = handler
    super.init(method)
  }

  override func makeCall(_ arrival: consuming CallArrival, _ body: MessageBody) throws(MessageDecodingError)
    -> ServerCall
  {
    ClientStreamServerCall(self, arrival)
  }
}

/// Routes by the numbers of their methods: an open-addressed table, at most half full, that is built once.
struct RouteTable: Sendable {
  private var slots: [Route?] = [nil, nil]
  private var count = 0

  /// The names of its routes, by their numbers.
  var names: [String] { slots.compactMap(\.self).sorted { $0.number < $1.number }.map(\.name) }

  subscript(id: MethodID) -> Route? { slots[place(of: id)] }

  /// Enters a route in place of the one that its method may have had.
  mutating func insert(_ route: Route) {
    let old = self[route.id]
    let isNew = old == nil
    route.number = old?.number ?? count
    if isNew, (count + 1) * 2 > slots.count {
      let routes = slots.compactMap(\.self)
      slots = Array(repeating: nil, count: slots.count * 2)
      for route in routes { slots[place(of: route.id)] = route }
    }
    slots[place(of: route.id)] = route
    if isNew { count += 1 }
  }

  /// Where the method's route stands, or would.
  private func place(of id: MethodID) -> Int {
    let mask = slots.count - 1
    var place = Int(truncatingIfNeeded: id.rawValue ^ id.rawValue >> 10) & mask
    while let route = slots[place], route.id != id { place = (place + 1) & mask }
    return place
  }
}
