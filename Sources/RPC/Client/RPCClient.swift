public import HoldfastWire

/// Makes calls to one server: connects when it has to, deals calls out over its connections, reconnects by itself, and
/// sends again what can be sent again without harm.
///
/// Generated clients are thin layers over it. Calls made from tasks that prefer `loop.executor` save two thread hops.
public final class RPCClient: Sendable {
  let settings: ClientSettings
  private let pool: ConnectionPool
  private let keys = OperationKeys()

  /// A client of the server at `address`; connects with the first call.
  public convenience init(
    to address: SocketAddress, tls: TLSClientContext, _ settings: ClientSettings = ClientSettings()
  ) {
    let timeout = settings.connectTimeout
    self.init(settings) { loop in
      try tls.makeLink(fd: try await connectSocket(to: address, on: loop, attemptTimeout: timeout), to: address)
    }
  }

  init(_ settings: ClientSettings, _ connector: @escaping ConnectionPool.Connector) {
    self.settings = settings
    pool = ConnectionPool(settings, connector)
  }

  deinit { pool.close(now: false) }

  /// A client of a server in this process, without TLS: for tests and fakes.
  public static func inProcess(
    _ dispatcher: Dispatcher, _ settings: ClientSettings = ClientSettings(),
    authenticator: any Authenticator = EveryoneIsWelcome()
  ) -> RPCClient {
    RPCClient(settings) { loop in
      let (near, far) = try PlainLink.pair()
      await loop.perform {
        let server = ServerConnection(
          far, on: loop, ServerSettings(authenticator: authenticator), dispatcher, onClose: { _ in })
        server.start()
      }
      return near
    }
  }

  /// The loop of this client's connections.
  public var loop: EventLoop { pool.loop }

  /// Makes sure that there is a connection; the error says why there is none.
  public func connect() async throws(CallError<Never>) {
    do { _ = try await pool.connection() } catch { throw CallError(error) }
  }

  /// What the server said of itself when it last accepted a connection: name, version, limits. Nil before.
  public var welcome: Welcome? { pool.welcome }

  /// Takes no more calls. Those under way go on to their end, or, with `now`, fail.
  public func close(now: Bool = false) { pool.close(now: now) }

  // MARK: Calls

  /// One request, one reply.
  public nonisolated(nonsending) func unary<Request, Reply, Failure>(
    _ method: MethodDescriptor<Request, Reply, Failure>, _ request: Request, _ options: CallOptions = .default
  ) async throws(CallError<Failure>) -> Reply {
    let deadline = (options.timeout ?? method.timeout ?? settings.timeout).map { MonotonicTime.now() + $0 }
    let policy = options.retry ?? settings.retry
    do throws(CallFailure) {
      let call = try await prepare(method, options)
      let head = CallHead(method: method.id, metadata: call.metadata)
      var attempt = 1
      while true {
        do throws(CallFailure) {
          let reply = try await send(head, request, as: Reply.self, deadline, method.replyLimit)
          ended(call, .ok)
          return reply
        } catch {
          guard attempt < policy.attempts, canRepeat(method, error),
            await rest(before: attempt, policy, error, deadline)
          else {
            ended(call, error.status)
            throw error
          }
          attempt += 1
        }
      }
    } catch {
      throw CallError(error)
    }
  }

  /// One request, a stream of replies. The call begins when the first reply is asked for, and each iteration of the
  /// stream is a call of its own.
  public func serverStream<Request, Reply, Failure>(
    _ method: MethodDescriptor<Request, Reply, Failure>, _ request: Request, _ options: CallOptions = .default
  ) -> ReplyStream<Reply, Failure> {
    ReplyStream { StreamHandle(self, method, request, options) }
  }

  /// A stream of requests, one reply.
  public func clientStream<Request, Reply, Failure>(
    _ method: MethodDescriptor<Request, Reply, Failure>, _ options: CallOptions = .default
  ) -> UploadCall<Request, Reply, Failure> {
    UploadCall(StreamHandle(self, method, nil, options))
  }

  /// Streams both ways.
  public func bidirectional<Request, Reply, Failure>(
    _ method: MethodDescriptor<Request, Reply, Failure>, _ options: CallOptions = .default
  ) -> StreamCall<Request, Reply, Failure> {
    StreamCall(StreamHandle(self, method, nil, options))
  }

  // MARK: Steps

  nonisolated(nonsending) func prepare<Request, Reply, Failure>(
    _ method: MethodDescriptor<Request, Reply, Failure>, _ options: CallOptions
  ) async throws(CallFailure) -> PreparedCall {
    var call = OutgoingCall(name: method.name, method: method.id, shape: method.shape, metadata: options.metadata)
    if let key = options.idempotencyKey {
      call.metadata.entries[Metadata.idempotencyKey] = key
    } else if method.isKeyed {
      call.metadata.entries[Metadata.idempotencyKey] = keys.next()
    }
    guard !settings.interceptors.isEmpty else { return PreparedCall(call, began: nil) }
    let began = MonotonicTime.now()
    do {
      for interceptor in settings.interceptors { try await interceptor.prepare(&call) }
    } catch {
      throw CallFailure(refused: error)
    }
    return PreparedCall(call, began: began)
  }

  func ended(_ call: PreparedCall, _ status: Status) {
    guard let began = call.began else { return }
    for interceptor in settings.interceptors { interceptor.ended(call.call, status, after: .now() - began) }
  }

  nonisolated(nonsending) func connection() async throws(CallFailure) -> ClientConnection {
    try await pool.connection()
  }

  nonisolated(nonsending) private func send<Request: Message, Reply: Message>(
    _ head: CallHead, _ request: Request, as type: Reply.Type, _ deadline: MonotonicTime?, _ replyLimit: Int?
  ) async throws(CallFailure) -> Reply {
    let connection = try await pool.connection()
    let limits = DecodingLimits(maximumSize: replyLimit ?? settings.bounds.messageBytes)
    let slot = CallSlot()
    let result = await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        let call = UnaryClientCall<Request, Reply>(head, request, deadline: deadline, limits: limits, continuation)
        guard connection.loop.isCurrent else {
          return connection.loop.execute { slot.begin(call, on: connection) }
        }
        slot.begin(call, on: connection)
      }
    } onCancel: {
      connection.onLoop { slot.cancel(on: $0) }
    }
    return try result.get()
  }

  /// Whether sending again can do no harm and may help.
  private func canRepeat<Request, Reply, Failure>(
    _ method: MethodDescriptor<Request, Reply, Failure>, _ failure: CallFailure
  ) -> Bool {
    guard failure.isPassing else { return false }
    return failure.notBegun || method.isIdempotent || method.isKeyed
  }

  /// Waits before the next attempt; false when the deadline leaves no time for it or the task is cancelled.
  nonisolated(nonsending) private func rest(
    before attempt: Int, _ policy: RetryPolicy, _ failure: CallFailure, _ deadline: MonotonicTime?
  ) async -> Bool {
    var generator = SystemRandomNumberGenerator()
    let pause = max(policy.backoff.delay(before: attempt, using: &generator), failure.retryAfter ?? .zero)
    if let deadline, MonotonicTime.now() + pause >= deadline { return false }
    do { try await Task.sleep(for: pause) } catch { return false }
    return true
  }
}

/// A call whose metadata is complete, and when that was.
struct PreparedCall {
  let call: OutgoingCall
  let began: MonotonicTime?

  init(_ call: OutgoingCall, began: MonotonicTime?) {
    self.call = call
    self.began = began
  }

  var metadata: Metadata { call.metadata }
}

/// Where a unary call and its cancellation meet, whichever comes first. Touched on the connection's loop only.
private final class CallSlot: @unchecked Sendable {  // see above
  private var call: ClientCall?
  private var isCancelled = false

  func begin(_ call: ClientCall, on connection: ClientConnection) {
    if isCancelled { return call.fail(CallFailure(.cancelled, "the caller gave up", notBegun: true)) }
    self.call = call
    connection.add(call)
  }

  func cancel(on connection: ClientConnection) {
    isCancelled = true
    guard let call else { return }
    connection.cancel(call, CallFailure(.cancelled, "the caller gave up"))
    self.call = nil
  }
}

extension CallFailure {
  /// What an interceptor threw before the call was sent.
  init(refused error: any Error) {
    self.init(thrown: error)
    if cause != nil { message = "an interceptor refused the call" }
    notBegun = true
  }
}
