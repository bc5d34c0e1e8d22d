public import HoldfastWire

/// The replies of a streaming call, in order. Can be kept and iterated whenever it suits; each iteration is a call of its
/// own, begun with its first `next`. A reader that is slow slows the server: at most the client's stream credit is under
/// way. Leaving the loop early cancels the call.
public struct ReplyStream<Item: Message, Failure: DeclaredFailure>: AsyncSequence, Sendable {
  public typealias Element = Item

  private let makeHandle: @Sendable () -> StreamHandle

  init(_ makeHandle: @escaping @Sendable () -> StreamHandle) { self.makeHandle = makeHandle }

  /// Reads one call's replies; lets the call go with itself.
  public struct AsyncIterator: AsyncIteratorProtocol {
    @usableFromInline let handle: StreamHandle
    /// Where replies arrive, once the call has begun.
    @usableFromInline var channel: InboundChannel?

    init(_ handle: StreamHandle) { self.handle = handle }

    // Inlinable, so that a program's loop over a stream takes what has arrived without a generic call.
    @inlinable
    public nonisolated(nonsending) mutating func next() async throws(CallError<Failure>) -> Item? {
      guard let item = channel?.takeArrived() else { return try await nextArriving() }
      do {
        return try item.decode(limits: handle.limits)
      } catch {
        throw undecodable(error)
      }
    }

    @inlinable
    public mutating func next(isolation actor: isolated (any Actor)?) async throws(CallError<Failure>) -> Item? {
      try await next()
    }

    /// Begins the call, if it has not begun, and waits for the next reply.
    @usableFromInline
    nonisolated(nonsending) mutating func nextArriving() async throws(CallError<Failure>) -> Item? {
      let arrived: ArrivedItem?
      do throws(CallFailure) {
        channel = try await handle.replies()
        arrived = try await handle.next()
      } catch {
        throw CallError(error)
      }
      guard let arrived else { return nil }
      do {
        return try arrived.decode(limits: handle.limits)
      } catch {
        throw undecodable(error)
      }
    }

    @usableFromInline
    func undecodable(_ error: MessageDecodingError) -> CallError<Failure> { CallError(handle.giveUp(error)) }
  }

  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(makeHandle()) }
}

/// A call that sends a stream of requests and gets one reply. Begins with its first use; letting it go cancels it.
public struct UploadCall<Request: Message, Reply: Message, Failure: DeclaredFailure>: Sendable {
  private let handle: StreamHandle

  init(_ handle: StreamHandle) { self.handle = handle }

  /// Sends a request; returns when the server's credit has let it into the connection. Once the server has answered, a
  /// request goes nowhere.
  public nonisolated(nonsending) func send(_ request: Request) async throws(CallError<Failure>) {
    do throws(CallFailure) { try await handle.send(request) } catch { throw CallError(error) }
  }

  /// Says that no more requests come, and waits for the reply.
  public nonisolated(nonsending) func finish() async throws(CallError<Failure>) -> Reply {
    let arrived: ArrivedItem?
    do throws(CallFailure) {
      try await handle.halfClose()
      arrived = try await handle.next()
    } catch {
      throw CallError(error)
    }
    guard let arrived else { throw CallError(.internal, "the server ended the call without a reply") }
    do {
      return try arrived.decode(limits: handle.limits)
    } catch {
      throw CallError(handle.giveUp(error))
    }
  }

  public func cancel() { handle.cancel() }
}

/// A call with streams both ways. Begins with its first use; letting it and its replies go cancels it.
public struct StreamCall<Request: Message, Reply: Message, Failure: DeclaredFailure>: Sendable {
  private let handle: StreamHandle

  init(_ handle: StreamHandle) { self.handle = handle }

  /// Sends a request; returns when the server's credit has let it into the connection. Once the server has answered, a
  /// request goes nowhere.
  public nonisolated(nonsending) func send(_ request: Request) async throws(CallError<Failure>) {
    do throws(CallFailure) { try await handle.send(request) } catch { throw CallError(error) }
  }

  /// Says that no more requests come. Replies go on.
  public nonisolated(nonsending) func finish() async throws(CallError<Failure>) {
    do throws(CallFailure) { try await handle.halfClose() } catch { throw CallError(error) }
  }

  /// The replies; to be read by one task at a time. There is one call, however often this is iterated.
  public var replies: ReplyStream<Reply, Failure> { ReplyStream { [handle] in handle } }

  public func cancel() { handle.cancel() }
}
