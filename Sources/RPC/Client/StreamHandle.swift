import HoldfastWire

/// A streaming call of this client: begins with its first use, is cancelled when nobody holds it any more.
final class StreamHandle<Request: Message, Reply: Message, Failure: DeclaredFailure>: Sendable {
  private enum Phase {
    /// → starting
    case idle
    /// → running, failed
    case starting([CheckedContinuation<Void, Never>])
    /// → done
    case running(ClientConnection, StreamClientCall<Request, Reply>)
    case failed(CallFailure)
    case done
  }

  private let client: RPCClient
  private let method: MethodDescriptor<Request, Reply, Failure>
  private let request: Request?
  private let options: CallOptions
  private let phase = Lock(Phase.idle)

  init(
    _ client: RPCClient, _ method: MethodDescriptor<Request, Reply, Failure>, _ request: Request?,
    _ options: CallOptions
  ) {
    self.client = client
    self.method = method
    self.request = request
    self.options = options
  }

  deinit { cancel() }

  /// The next reply; nil at the end.
  nonisolated(nonsending) func next() async throws(CallError<Failure>) -> Reply? {
    do {
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
    } catch let error as CallFailure {
      throw CallError(error)
    } catch {
      throw CallError(.internal, "\(error)", cause: error)
    }
  }

  /// Sends a request; returns when the server's credit has let it into the connection.
  nonisolated(nonsending) func send(_ item: Request) async throws(CallError<Failure>) {
    do {
      let (connection, call) = try await start()
      while true {
        if Task.isCancelled {
          let failure = CallFailure(.cancelled, "the caller gave up")
          connection.onLoop { $0.cancel(call, failure) }
          throw failure
        }
        let (outcome, news) = await connection.loop.perform {
          (call.failure.map { Result.failure($0) } ?? .success(connection.send(item, of: call)), call.creditNews)
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
    } catch let error as CallFailure {
      throw CallError(error)
    } catch {
      throw CallError(.internal, "\(error)", cause: error)
    }
  }

  nonisolated(nonsending) private func wait(
    _ call: StreamClientCall<Request, Reply>, _ connection: ClientConnection, since news: UInt64
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
  nonisolated(nonsending) func halfClose() async throws(CallError<Failure>) {
    do {
      let (connection, call) = try await start()
      await connection.loop.perform { connection.halfClose(call) }
    } catch {
      throw CallError(error)
    }
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
      guard !call.hasEnded else { return }
      connection.cancel(call, CallFailure(.cancelled, "the caller gave up"))
      call.replies.abandon()
    }
  }

  private func end() {
    phase.withLock { if case .running = $0 { $0 = .done } }
  }

  // MARK: The beginning

  private enum Step {
    case begin, wait
    case running(ClientConnection, StreamClientCall<Request, Reply>)
    case failed(CallFailure)
  }

  nonisolated(nonsending) private func start() async throws(CallFailure)
    -> (ClientConnection, StreamClientCall<Request, Reply>)
  {
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
      let prepared = try await client.prepare(method, options)
      let connection = try await client.connection()
      let call = makeCall(prepared, connection)
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

  private func makeCall(_ prepared: PreparedCall, _ connection: ClientConnection) -> StreamClientCall<Request, Reply> {
    let settings = client.settings
    let box = WeakCall<Request, Reply>()
    let replies = InboundChannel<Reply>(portion: settings.bounds.creditPortion) { bytes in
      connection.onLoop { connection in
        connection.consumed(bytes, of: box.call)
      }
    }
    let timeout = options.timeout ?? method.timeout
    let head = CallHead(method: method.id, hasItems: method.shape.streamsRequests, metadata: prepared.metadata)
    let call = StreamClientCall<Request, Reply>(
      head, request, streamsReplies: method.shape.streamsReplies, deadline: timeout.map { .now() + $0 },
      limits: DecodingLimits(maximumSize: method.replyLimit ?? settings.bounds.messageBytes), replies: replies)
    box.call = call
    call.onEnd = { [client] status in client.ended(prepared, status) }
    return call
  }
}

/// The call that a channel's items belong to; the call owns the channel. Set once, before the channel is used.
private final class WeakCall<Request: Message, Reply: Message>: @unchecked Sendable {  // see above
  weak var call: StreamClientCall<Request, Reply>?
}
