public import HoldfastWire

/// The reply of a call that has been begun: `RPCClient.begin` makes it.
///
/// Like a `Task`, the call goes on to its end whether somebody waits for it or not.
public struct PendingReply<Reply: Message, Failure: DeclaredFailure>: Sendable {
  @usableFromInline let call: BegunCall

  @usableFromInline
  init(_ call: BegunCall) { self.call = call }

  /// The reply, as soon as it is here; the call is sent again as often as its retry policy allows. When the task that
  /// waits is cancelled, the call is.
  @inlinable
  public nonisolated(nonsending) var reply: Reply {
    get async throws(CallError<Failure>) {
      do throws(CallFailure) {
        // What has arrived already is read without suspending.
        if case .sent(let call) = call, call.hasReply { return try call.decodeReply() }
        let last = try await call.finish()
        return try last.decodeReply()
      } catch {
        throw CallError(error)
      }
    }
  }

  /// Ends the call, unless it has ended: who waits for the reply finds it cancelled.
  public func cancel() { call.cancel() }
}

/// A call that nobody need wait for yet.
@usableFromInline
enum BegunCall: Sendable {
  case sent(SentCall)
  /// There was no connection yet, or interceptors are shown the call first.
  case starting(Task<Result<UnaryCall, CallFailure>, Never>)

  /// Waits for its end, and makes it again as often as the policy allows.
  @usableFromInline
  nonisolated(nonsending) func finish() async throws(CallFailure) -> UnaryCall {
    switch self {
    case .sent(let call): try await call.finish()
    case .starting(let task):
      try await withTaskCancellationHandler {
        await task.value
      } onCancel: {
        task.cancel()
      }.get()
    }
  }

  func cancel() {
    switch self {
    case .sent(let call): call.cancel()
    case .starting(let task): task.cancel()
    }
  }
}

/// A call that is sent before anybody waits for it, with what it takes to send it again.
@usableFromInline
final class SentCall: UnaryCall, @unchecked Sendable {  // what it adds never changes
  private let client: RPCClient
  private let method: MethodTerms
  private let retry: RetryPolicy?
  private let connection: ClientConnection

  init(
    _ head: CallHead, request: [UInt8], deadline: MonotonicTime?, limits: DecodingLimits, _ client: RPCClient,
    _ method: MethodTerms, _ retry: RetryPolicy?, _ connection: ClientConnection
  ) {
    self.client = client
    self.method = method
    self.retry = retry
    self.connection = connection
    super.init(head, request: request, deadline: deadline, limits: limits)
  }

  /// Whether it is seen here and now that the reply has come.
  @usableFromInline
  var hasReply: Bool { hasEnded(on: connection) && failure == nil }

  @usableFromInline
  nonisolated(nonsending) func finish() async throws(CallFailure) -> UnaryCall {
    await end(on: connection)
    guard let failure else { return self }
    return try await client.again(self, method, retry, after: failure)
  }

  func cancel() {
    connection.onLoop { $0.cancel(self, CallFailure(.cancelled, "the caller gave up")) }
  }
}
