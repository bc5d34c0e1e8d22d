public import HoldfastWire

/// The replies of a streaming call, in order. Can be kept and iterated whenever it suits; each iteration is a call of its
/// own, begun with its first `next`. A reader that is slow slows the server: at most the client's stream credit is under
/// way. Leaving the loop early cancels the call.
public struct ReplyStream<Item: Message, Failure: DeclaredFailure>: AsyncSequence, Sendable {
  public typealias Element = Item

  private let makeNext: @Sendable () -> Next

  /// How an iteration asks for replies; ends the call when it is let go.
  typealias Next = nonisolated(nonsending) @Sendable () async throws(CallError<Failure>) -> Item?

  init<Request: Message>(_ make: @escaping @Sendable () -> StreamHandle<Request, Item, Failure>) {
    makeNext = {
      let handle = make()
      return { () async throws(CallError<Failure>) in try await handle.next() }
    }
  }

  public struct AsyncIterator: AsyncIteratorProtocol {
    let read: Next

    public nonisolated(nonsending) mutating func next() async throws(CallError<Failure>) -> Item? { try await read() }

    public mutating func next(isolation actor: isolated (any Actor)?) async throws(CallError<Failure>) -> Item? {
      try await read()
    }
  }

  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(read: makeNext()) }
}

/// A call that sends a stream of requests and gets one reply. Begins with its first use; letting it go cancels it.
public struct UploadCall<Request: Message, Reply: Message, Failure: DeclaredFailure>: Sendable {
  private let handle: StreamHandle<Request, Reply, Failure>

  init(_ handle: StreamHandle<Request, Reply, Failure>) { self.handle = handle }

  /// Sends a request; returns when the server's credit has let it into the connection.
  public nonisolated(nonsending) func send(_ request: Request) async throws(CallError<Failure>) {
    try await handle.send(request)
  }

  /// Says that no more requests come, and waits for the reply.
  public nonisolated(nonsending) func finish() async throws(CallError<Failure>) -> Reply {
    try await handle.halfClose()
    guard let reply = try await handle.next() else {
      throw CallError(.internal, "the server ended the call without a reply")
    }
    return reply
  }

  public func cancel() { handle.cancel() }
}

/// A call with streams both ways. Begins with its first use; letting it and its replies go cancels it.
public struct StreamCall<Request: Message, Reply: Message, Failure: DeclaredFailure>: Sendable {
  private let handle: StreamHandle<Request, Reply, Failure>

  init(_ handle: StreamHandle<Request, Reply, Failure>) { self.handle = handle }

  /// Sends a request; returns when the server's credit has let it into the connection.
  public nonisolated(nonsending) func send(_ request: Request) async throws(CallError<Failure>) {
    try await handle.send(request)
  }

  /// Says that no more requests come. Replies go on.
  public nonisolated(nonsending) func finish() async throws(CallError<Failure>) { try await handle.halfClose() }

  /// The replies; to be read by one task at a time. There is one call, however often this is iterated.
  public var replies: ReplyStream<Reply, Failure> { ReplyStream { [handle] in handle } }

  public func cancel() { handle.cancel() }
}
