public import HoldfastContract
public import HoldfastRPC
public import HoldfastWire

/// The changes of context that concern a view, in order, without a gap or a repeat, for as long as it is read: when the
/// connection is lost it waits, connects again and goes on after the last change that was read.
///
/// Ends only by an error that waiting does not mend, such as a credential that is refused or a cursor that the hub's log
/// no longer reaches.
public struct ContextChangeStream: AsyncSequence, Sendable {
  public typealias Element = ContextChange
  public typealias Failure = CallError<ContextMethods.WatchFailure>

  let stream: CursorStream<ContextChange, ContextMethods.WatchFailure>

  public struct AsyncIterator: AsyncIteratorProtocol {
    var iterator: CursorStream<ContextChange, ContextMethods.WatchFailure>.Iterator

    public mutating func next(isolation actor: isolated (any Actor)?) async throws(Failure) -> ContextChange? {
      try await iterator.next(isolation: actor)
    }

    public mutating func next() async throws(Failure) -> ContextChange? { try await next(isolation: nil) }
  }

  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(iterator: .init(stream)) }
}

extension ContextClient {
  /// Follows context across lost connections. See `ContextChangeStream`.
  public func changes(
    _ request: ContextWatchRequest, options: CallOptions = .default, backoff: Backoff = .standard
  ) -> ContextChangeStream {
    ContextChangeStream(
      stream: CursorStream(
        open: { cursor in
          guard let cursor else { return self.watch(request, options: options) }
          var request = request
          request.cursor = cursor
          return self.watch(request, options: options)
        },
        cursor: { $0.cursor }, backoff: backoff))
  }
}
