public import HoldfastWire

/// The items that a client sends in one call, in order. Each is granted to the client anew only when it has been taken
/// here, so that a slow handler slows the client and nothing piles up.
///
/// Ends when the client says that it sends no more; throws when the call is cancelled or the connection is lost. To be
/// read by one task at a time.
public struct RequestStream<Item: Message>: AsyncSequence, Sendable {
  let channel: InboundChannel<Item>

  public struct AsyncIterator: AsyncIteratorProtocol {
    let channel: InboundChannel<Item>

    public nonisolated(nonsending) mutating func next() async throws -> Item? { try await channel.next() }

    public mutating func next(isolation actor: isolated (any Actor)?) async throws -> Item? {
      try await channel.next()
    }
  }

  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(channel: channel) }
}

/// Sends the items of a reply stream.
public struct ReplyWriter<Item: Message>: Sendable {
  let call: ServerCall

  /// Sends an item; returns when the client's credit has let it into the connection. Waits while the client is slow.
  ///
  /// Throws when the call was cancelled, its deadline has passed or its connection is lost: the handler should end.
  public nonisolated(nonsending) func send(_ item: Item) async throws {
    let call = call
    var turn: CreditWaiters.Turn?
    while true {
      let (outcome, news) = await call.connection.loop.perform { () -> (Result<ItemOutcome, CallFailure>, UInt64) in
        let connection = call.connection
        return (
          call.ending.map { .failure($0) } ?? .success(connection.send(item, on: call.stream)), connection.creditNews
        )
      }
      switch try outcome.get() {
      case .sent: return
      case .noCredit: turn = await call.connection.waitForCredit(call.stream, since: news, turn)
      case .closed: throw CallFailure(.cancelled, "the call has ended")
      case .tooLarge(let limit):
        throw CallFailure(.resourceExhausted, "an item of \(item.encodedSize) bytes, and the client takes \(limit)")
      }
    }
  }
}
