public import HoldfastWire

/// The reply of a call that has been sent: `RPCClient.begin` makes it.
///
/// Like a `Task`, the call goes on to its end whether somebody waits for it or not.
public struct PendingReply<Reply: Message, Failure: DeclaredFailure>: Sendable {
  @usableFromInline let call: PendingCall

  @usableFromInline
  init(_ call: PendingCall) { self.call = call }

  /// The reply, as soon as it is here; the call is sent again as often as its retry policy allows. When the task that
  /// waits is cancelled, the call is.
  @inlinable
  public nonisolated(nonsending) var reply: Reply {
    get async throws(CallError<Failure>) {
      do throws(CallFailure) {
        // What has arrived already is read without suspending.
        if call.hasReply { return try call.decodeReply() }
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

/// A call that is sent before anybody waits for it, with what it takes to send it again.
@usableFromInline
final class PendingCall: UnaryCall, @unchecked Sendable {  // what it adds never changes once it is sent
  private let client: RPCClient
  private let method: MethodTerms
  private let retry: RetryPolicy?
  /// Nil when there was none to be had, and the call has failed.
  private var connection: ClientConnection?

  init(_ draft: CallDraft, _ client: RPCClient, _ method: MethodTerms, _ retry: RetryPolicy?) {
    self.client = client
    self.method = method
    self.retry = retry
    super.init(draft)
  }

  /// Begins it. Once, before anybody else sees it.
  func send(on connection: ClientConnection) {
    self.connection = connection
    if connection.loop.isCurrent { connection.add(self) } else { connection.onLoop { $0.add(self) } }
  }

  /// Whether it is seen here and now that the reply has come.
  @usableFromInline
  var hasReply: Bool {
    guard let connection else { return false }
    return hasEnded(on: connection) && failure == nil
  }

  /// Waits for its end, and makes it again as often as the policy allows.
  @usableFromInline
  nonisolated(nonsending) func finish() async throws(CallFailure) -> UnaryCall {
    if let connection { await end(on: connection) }
    guard let failure else { return self }
    return try await client.again(self, method, retry, after: failure)
  }

  func cancel() {
    connection?.onLoop { $0.cancel(self, CallFailure(.cancelled, "the caller gave up")) }
  }
}
