public import HoldfastWire

/// The items that a client sends in one call, in order. Each is granted to the client anew only when it has been taken
/// here, so that a slow handler slows the client and nothing piles up.
///
/// Ends when the client says that it sends no more; throws when the call is cancelled or the connection is lost. To be
/// read by one task at a time.
public struct RequestStream<Item: Message>: AsyncSequence, Sendable {
  let channel: InboundChannel
  let limits: DecodingLimits

  public struct AsyncIterator: AsyncIteratorProtocol {
    let channel: InboundChannel
    let limits: DecodingLimits

    public nonisolated(nonsending) mutating func next() async throws -> Item? {
      guard let item = try await channel.next() else { return nil }
      do {
        return try item.decode(limits: limits)
      } catch {
        throw CallFailure(.invalidArgument, "an item cannot be decoded: \(error)", cause: error)
      }
    }

    public mutating func next(isolation actor: isolated (any Actor)?) async throws -> Item? { try await next() }
  }

  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(channel: channel, limits: limits) }
}

/// Sends the items of a reply stream.
public struct ReplyWriter<Item: Message>: Sendable {
  let call: ServerCall

  /// Sends an item; returns when the client's credit has let it into the connection. Waits while the client is slow.
  ///
  /// Throws when the call was cancelled, its deadline has passed or its connection is lost: the handler should end.
  public nonisolated(nonsending) func send(_ item: Item) async throws {
    if call.connection.loop.isCurrent, try call.send(item) { return }
    try await sendWithCredit(item)
  }

  private nonisolated(nonsending) func sendWithCredit(_ item: Item) async throws {
    let call = call
    var turn: CreditWaiters.Turn?
    while true {
      let (isSent, news) = await call.connection.loop.perform { () -> (Result<Bool, CallFailure>, UInt64) in
        (Result { () throws(CallFailure) in try call.send(item) }, call.connection.creditNews)
      }
      if try isSent.get() { return }
      turn = await call.connection.waitForCredit(call.stream, since: news, turn)
    }
  }
}
