public import HoldfastWire

/// Makes calls to one server: connects when it has to, deals calls out over its connections, reconnects by itself, and
/// sends again what can be sent again without harm.
///
/// Generated clients are thin layers over it. Calls made from tasks that prefer `loop.executor` save two thread hops.
public final class RPCClient: Sendable {
  let settings: ClientSettings
  private let pool: ConnectionPool
  private let keys = OperationKeys()
  /// Whether calls are shown to interceptors.
  let isWatched: Bool

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
    isWatched = !settings.interceptors.isEmpty
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
    do { _ = try await connection() } catch { throw CallError(error) }
  }

  /// What the server said of itself when it last accepted a connection: name, version, limits. Nil before.
  public var welcome: Welcome? { pool.welcome }

  /// Takes no more calls. Those under way go on to their end, or, with `now`, fail.
  public func close(now: Bool = false) { pool.close(now: now) }

  // MARK: Calls

  /// One request, one reply. When the caller's task is cancelled the call ends at once, in its first moments within
  /// 20 ms.
  ///
  /// What knows the types is compiled into the caller, which then encodes and decodes without looking types up; all the
  /// rest is in `exchange`.
  @inlinable
  public nonisolated(nonsending) func unary<Request, Reply, Failure>(
    _ method: MethodDescriptor<Request, Reply, Failure>, _ request: Request, _ options: CallOptions? = nil
  ) async throws(CallError<Failure>) -> Reply {
    let call: UnaryCall
    do throws(CallFailure) {
      call = try await exchange(method.terms, request.encoded(), options)
      return try call.decodeReply()
    } catch {
      throw CallError(error)
    }
  }

  /// Sends one request and returns at once; the reply is waited for later. So one task keeps several calls under way,
  /// and replies that arrive together wake it once.
  ///
  ///     let first = client.begin(PersistenceMethods.get, GetRequest(key: "a"))
  ///     let second = client.begin(PersistenceMethods.get, GetRequest(key: "b"))
  ///     let values = try await (first.reply, second.reply)
  ///
  /// Where there is no connection yet, or interceptors are to see the call, a task of its own sends it.
  @inlinable
  public func begin<Request, Reply, Failure>(
    _ method: MethodDescriptor<Request, Reply, Failure>, _ request: Request, _ options: CallOptions? = nil
  ) -> PendingReply<Reply, Failure> {
    PendingReply(begun(method.terms, request.encoded(), options))
  }

  /// One request, a stream of replies. The call begins when the first reply is asked for, and each iteration of the
  /// stream is a call of its own.
  public func serverStream<Request, Reply, Failure>(
    _ method: MethodDescriptor<Request, Reply, Failure>, _ request: Request, _ options: CallOptions = .default
  ) -> ReplyStream<Reply, Failure> {
    ReplyStream { StreamHandle(self, method.terms, request.encoded(), options) }
  }

  /// A stream of requests, one reply.
  public func clientStream<Request, Reply, Failure>(
    _ method: MethodDescriptor<Request, Reply, Failure>, _ options: CallOptions = .default
  ) -> UploadCall<Request, Reply, Failure> {
    UploadCall(StreamHandle(self, method.terms, nil, options))
  }

  /// Streams both ways.
  public func bidirectional<Request, Reply, Failure>(
    _ method: MethodDescriptor<Request, Reply, Failure>, _ options: CallOptions = .default
  ) -> StreamCall<Request, Reply, Failure> {
    StreamCall(StreamHandle(self, method.terms, nil, options))
  }

  // MARK: Steps

  func replyLimits(_ method: MethodTerms) -> DecodingLimits {
    DecodingLimits(maximumSize: method.replyLimit ?? settings.bounds.messageBytes)
  }

  /// What is sent beside the request, before interceptors add theirs; nil for nothing.
  func metadata(for method: MethodTerms, _ options: CallOptions?) -> Metadata? {
    guard method.isKeyed || options?.idempotencyKey != nil else { return options?.metadata }
    var metadata = options?.metadata ?? Metadata()
    metadata.entries[Metadata.idempotencyKey] = options?.idempotencyKey ?? keys.next()
    return metadata
  }

  /// Shows a call to the interceptors before it is sent.
  nonisolated(nonsending) func intercept(
    _ method: MethodTerms, _ metadata: inout Metadata?
  ) async throws(CallFailure) -> InterceptedCall {
    let began = MonotonicTime.now()
    var call = OutgoingCall(name: method.name, method: method.id, shape: method.shape, metadata: metadata ?? Metadata())
    do {
      for interceptor in settings.interceptors { try await interceptor.prepare(&call) }
    } catch {
      throw CallFailure(refused: error)
    }
    metadata = call.metadata
    return InterceptedCall(call, began: began, settings.interceptors)
  }

  nonisolated(nonsending) func connection() async throws(CallFailure) -> ClientConnection {
    if let ready = pool.ready() { ready } else { try await pool.opened() }
  }

  /// Makes a call, as often as the policy allows. The one that it returns has its reply.
  @usableFromInline
  nonisolated(nonsending) func exchange(
    _ method: MethodTerms, _ request: [UInt8], _ options: CallOptions?
  ) async throws(CallFailure) -> UnaryCall {
    var metadata = metadata(for: method, options)
    let watch = isWatched ? try await intercept(method, &metadata) : nil
    let ready = pool.ready()
    let here = ready.flatMap { $0.loop.isCurrent ? $0.loop : nil }
    let call = UnaryCall(
      CallHead(method: method.id, metadata: metadata), request: request,
      deadline: deadline(method, options, from: here), limits: replyLimits(method), watch: watch)
    let failure: CallFailure
    do throws(CallFailure) {
      if Task.isCancelled { throw CallFailure(.cancelled, "the caller gave up", notBegun: true) }
      if let ready { await call.run(on: ready) } else { await call.run(on: try await pool.opened()) }
      guard let reason = call.failure else { return call }
      failure = reason
    } catch {
      failure = error
    }
    return try await again(call, method, options?.retry, after: failure)
  }

  /// Sends a call, or has a task send it as soon as that can be.
  @usableFromInline
  func begun(_ method: MethodTerms, _ request: consuming [UInt8], _ options: CallOptions?) -> BegunCall {
    guard !isWatched, let ready = pool.ready() else {
      let request = request
      return .starting(
        Task(executorPreference: loop.executor) {
          do throws(CallFailure) {
            return .success(try await self.exchange(method, request, options))
          } catch {
            return .failure(error)
          }
        })
    }
    let isHere = ready.loop.isCurrent
    let call = SentCall(
      CallHead(method: method.id, metadata: metadata(for: method, options)), request: request,
      deadline: deadline(method, options, from: isHere ? ready.loop : nil), limits: replyLimits(method), self, method,
      options?.retry, ready)
    if isHere { ready.add(call) } else { ready.loop.execute { ready.add(call) } }
    return .sent(call)
  }

  /// When the caller stops waiting. On the loop, which is then given, the time at which its turn began is exact enough.
  @inline(__always)
  private func deadline(_ method: MethodTerms, _ options: CallOptions?, from loop: EventLoop?) -> MonotonicTime? {
    guard let timeout = options?.timeout ?? method.timeout ?? settings.timeout else { return nil }
    return (loop?.now ?? .now()) + timeout
  }

  /// Makes the call again, as often as the policy allows, after its first attempt ended with `failure`.
  nonisolated(nonsending) func again(
    _ first: UnaryCall, _ method: MethodTerms, _ retry: RetryPolicy?, after failure: CallFailure
  ) async throws(CallFailure) -> UnaryCall {
    let policy = retry ?? settings.retry
    var failure = failure
    var attempt = 1
    while attempt < policy.attempts, canRepeat(method, failure),
      await rest(before: attempt, policy, failure, first.deadline)
    {
      attempt += 1
      do throws(CallFailure) {
        if Task.isCancelled { throw CallFailure(.cancelled, "the caller gave up", notBegun: true) }
        let call = first.anew()
        await call.run(on: try await connection())
        guard let reason = call.failure else { return call }
        failure = reason
      } catch {
        failure = error
      }
    }
    first.ended(failure)
    throw failure
  }

  /// Whether sending again can do no harm and may help.
  private func canRepeat(_ method: MethodTerms, _ failure: CallFailure) -> Bool {
    guard failure.isPassing else { return false }
    return failure.notBegun || method.isIdempotent || method.isKeyed
  }

  /// Waits before the next attempt; false when the deadline leaves no time for it or the task is cancelled.
  nonisolated(nonsending) private func rest(
    before attempt: Int, _ policy: RetryPolicy, _ failure: CallFailure, _ deadline: MonotonicTime?
  ) async -> Bool {
    let pause = max(policy.backoff.delay(before: attempt), failure.retryAfter ?? .zero)
    if let deadline, MonotonicTime.now() + pause >= deadline { return false }
    do { try await Task.sleep(for: pause) } catch { return false }
    return true
  }
}

/// A call that interceptors have seen and are told the end of.
final class InterceptedCall: Sendable {
  private let call: OutgoingCall
  private let began: MonotonicTime
  private let interceptors: [any ClientInterceptor]

  init(_ call: OutgoingCall, began: MonotonicTime, _ interceptors: [any ClientInterceptor]) {
    self.call = call
    self.began = began
    self.interceptors = interceptors
  }

  func ended(_ status: Status) {
    for interceptor in interceptors { interceptor.ended(call, status, after: .now() - began) }
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
