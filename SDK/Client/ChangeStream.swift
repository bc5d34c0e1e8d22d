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

  let persistence: PersistenceClient
  let request: WatchRequest
  let options: CallOptions
  let backoff: Backoff

  public struct AsyncIterator: AsyncIteratorProtocol {
    let persistence: PersistenceClient
    var request: WatchRequest
    let options: CallOptions
    let backoff: Backoff
    var current: ReplyStream<Change, PersistenceMethods.WatchFailure>.AsyncIterator?
    var failures = 0

    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws(CallError<PersistenceMethods.WatchFailure>) -> Change? {
      while true {
        do throws(CallError<PersistenceMethods.WatchFailure>) {
          var iterator = current ?? persistence.watch(request, options: options).makeAsyncIterator()
          let change = try await iterator.next()
          current = change == nil ? nil : iterator
          guard let change else { continue }
          failures = 0
          if !change.cursor.isEmpty {
            request.cursor = change.cursor
            request.fromStart = false
          }
          return change
        } catch {
          current = nil
          guard error.status == .unavailable || error.retryAfter != nil, !Task.isCancelled else { throw error }
          failures += 1
          let asked = error.retryAfter ?? .zero
          do {
            let pause = backoff.delay(before: failures)
            try await Task.sleep(for: pause < asked ? asked : pause)
          } catch {
            throw CallError(.cancelled, "the caller gave up", cause: error)
          }
        }
      }
    }

    public mutating func next() async throws(CallError<PersistenceMethods.WatchFailure>) -> Change? {
      try await next(isolation: nil)
    }
  }

  public func makeAsyncIterator() -> AsyncIterator {
    AsyncIterator(persistence: persistence, request: request, options: options, backoff: backoff)
  }
}

extension PersistenceClient {
  /// Follows a space across lost connections. See `ChangeStream`.
  public func changes(
    _ request: WatchRequest, options: CallOptions = .default, backoff: Backoff = .standard
  ) -> ChangeStream {
    ChangeStream(persistence: self, request: request, options: options, backoff: backoff)
  }
}
