public import HoldfastWire

/// A streaming call of this client: begins with its first use, is cancelled when nobody holds it any more. Knows no types
/// of replies: they are decoded by the streams that are handed out.
@usableFromInline
final class StreamHandle: Sendable {
  private enum Phase {
    /// → starting
    case idle
    /// → running, failed
    case starting([CheckedContinuation<Void, Never>])
    /// → done
    case running(ClientConnection, StreamClientCall)
    case failed(CallFailure)
    case done
  }

  /// What a reply may be.
  @usableFromInline let limits: DecodingLimits
  private let client: RPCClient
  private let method: MethodTerms
  private let request: [UInt8]?
  private let options: CallOptions
  private let phase = Lock(Phase.idle)

  init(_ client: RPCClient, _ method: MethodTerms, _ request: [UInt8]?, _ options: CallOptions) {
    self.client = client
    self.method = method
    self.request = request
    self.options = options
    limits = client.replyLimits(method)
  }

  deinit { cancel() }

  /// Where the replies arrive; begins the call.
  nonisolated(nonsending) func replies() async throws(CallFailure) -> InboundChannel { try await start().1.replies }

  /// The next reply; nil at the end.
  nonisolated(nonsending) func next() async throws(CallFailure) -> ArrivedItem? {
    let (connection, call) = try await start()
    do {
      let reply = try await call.replies.next()
      if reply == nil { end() }
      return reply
    } catch let error as CallFailure {
      end()
      throw error
    } catch {
      let failure = CallFailure(.cancelled, "the caller gave up", cause: error)
      connection.onLoop { $0.cancel(call, failure) }
      end()
      throw failure
    }
  }

  /// A reply cannot be decoded: gives the call up and says why.
  func giveUp(_ error: MessageDecodingError) -> CallFailure {
    cancel()
    return CallFailure(.internal, "an item of the reply cannot be decoded", cause: error)
  }

  /// Sends a request; returns when the server's credit has let it into the connection. When the server has answered
  /// already it wants no more: the request goes nowhere, and the reply is there to be taken.
  nonisolated(nonsending) func send(_ item: some Message) async throws(CallFailure) {
    do {
      let (connection, call) = try await start()
      while true {
        if Task.isCancelled {
          let failure = CallFailure(.cancelled, "the caller gave up")
          connection.onLoop { $0.cancel(call, failure) }
          throw failure
        }
        let (outcome, news) = await connection.loop.perform { () -> (Result<ItemOutcome, CallFailure>, UInt64) in
          if let failure = call.failure { return (.failure(failure), 0) }
          return (.success(call.hasEnded ? .sent : connection.send(item, of: call)), call.creditNews)
        }
        switch try outcome.get() {
        case .sent: return
        case .noCredit: await wait(call, connection, since: news)
        case .closed: throw CallFailure(.cancelled, "the call has ended")
        case .tooLarge(let limit):
          throw CallFailure(
            .resourceExhausted, "an item of \(item.encodedSize) bytes; the server takes \(limit)")
        }
      }
    } catch let failure as CallFailure {
      throw failure
    } catch {
      throw CallFailure(.internal, "\(error)", cause: error)
    }
  }

  nonisolated(nonsending) private func wait(
    _ call: StreamClientCall, _ connection: ClientConnection, since news: UInt64
  ) async {
    await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        connection.onLoop { _ in call.wait(continuation, since: news) }
      }
    } onCancel: {
      connection.onLoop { _ in call.credit() }
    }
  }

  /// Says that no more requests come.
  nonisolated(nonsending) func halfClose() async throws(CallFailure) {
    let (connection, call) = try await start()
    await connection.loop.perform { connection.halfClose(call) }
  }

  func cancel() {
    let before = phase.withLock { phase in
      let before = phase
      switch phase {
      case .failed: break
      case .idle, .starting, .running, .done: phase = .done
      }
      return before
    }
    guard case .running(let connection, let call) = before else { return }
    connection.onLoop { connection in
      if !call.hasEnded { connection.cancel(call, CallFailure(.cancelled, "the caller gave up")) }
      call.replies.abandon()
    }
  }

  private func end() {
    phase.withLock { if case .running = $0 { $0 = .done } }
  }

  // MARK: The beginning

  private enum Step {
    case begin, wait
    case running(ClientConnection, StreamClientCall)
    case failed(CallFailure)
  }

  nonisolated(nonsending) private func start() async throws(CallFailure) -> (ClientConnection, StreamClientCall) {
    while true {
      let step: Step = phase.withLock { phase in
        switch phase {
        case .idle:
          phase = .starting([])
          return .begin
        case .starting: return .wait
        case .running(let connection, let call): return .running(connection, call)
        case .failed(let failure): return .failed(failure)
        case .done: return .failed(CallFailure(.cancelled, "the call has ended"))
        }
      }
      switch step {
      case .running(let connection, let call): return (connection, call)
      case .failed(let failure): throw failure
      case .begin: await begin()
      case .wait:
        await withCheckedContinuation { continuation in
          let isWaiting = phase.withLock { phase in
            guard case .starting(let others) = phase else { return false }
            phase = .starting(others + [continuation])
            return true
          }
          if !isWaiting { continuation.resume() }
        }
      }
    }
  }

  nonisolated(nonsending) private func begin() async {
    let next: Phase
    do {
      var metadata = client.metadata(for: method, options)
      let watch = client.isWatched ? try await client.intercept(method, &metadata) : nil
      let connection = try await client.connection()
      let call = makeCall(metadata, watch, connection)
      connection.onLoop { $0.add(call) }
      next = .running(connection, call)
    } catch {
      next = .failed(error)
    }
    let (waiting, isCancelled) = phase.withLock { phase in
      guard case .starting(let waiting) = phase else { return ([CheckedContinuation<Void, Never>](), true) }
      phase = next
      return (waiting, false)
    }
    for continuation in waiting { continuation.resume() }
    if isCancelled, case .running(let connection, let call) = next {
      connection.onLoop { $0.cancel(call, CallFailure(.cancelled, "the caller gave up")) }
    }
  }

  private func makeCall(
    _ metadata: Metadata?, _ watch: InterceptedCall?, _ connection: ClientConnection
  ) -> StreamClientCall {
    let timeout = options.timeout ?? method.timeout
    return StreamClientCall(
      CallHead(method: method.id, hasItems: method.shape.streamsRequests, metadata: metadata), request: request,
      streamsReplies: method.shape.streamsReplies, deadline: timeout.map { .now() + $0 }, watch: watch,
      on: connection, creditPortion: client.settings.bounds.creditPortion)
  }
}
