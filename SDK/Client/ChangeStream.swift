public import HoldfastContract
public import HoldfastRPC
public import HoldfastWire

/// The changes of a space, in order, without a gap or a repeat, for as long as it is read: when the connection is lost
/// it waits, connects again and goes on after the last change that was read.
///
/// Ends only by an error that waiting does not mend, such as a credential that is refused or a cursor that the hub's log
/// no longer reaches.
public struct ChangeStream: AsyncSequence, Sendable {
  public typealias Element = Change
  public typealias Failure = CallError<PersistenceMethods.WatchFailure>

  let stream: CursorStream<Change, PersistenceMethods.WatchFailure>

  public struct AsyncIterator: AsyncIteratorProtocol {
    var iterator: CursorStream<Change, PersistenceMethods.WatchFailure>.Iterator

    public mutating func next(isolation actor: isolated (any Actor)?) async throws(Failure) -> Change? {
      try await iterator.next(isolation: actor)
    }

    public mutating func next() async throws(Failure) -> Change? { try await next(isolation: nil) }
  }

  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(iterator: .init(stream)) }
}

extension PersistenceClient {
  /// Follows a space across lost connections. See `ChangeStream`.
  public func changes(
    _ request: WatchRequest, options: CallOptions = .default, backoff: Backoff = .standard
  ) -> ChangeStream {
    ChangeStream(
      stream: CursorStream(
        open: { cursor in
          guard let cursor else { return self.watch(request, options: options) }
          var request = request
          request.cursor = cursor
          request.fromStart = false
          return self.watch(request, options: options)
        },
        cursor: { $0.cursor }, backoff: backoff))
  }
}
