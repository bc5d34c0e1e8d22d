import HoldfastContract
import HoldfastRPC
import HoldfastWire

/// A stream whose items carry cursors, across lost connections: it waits, connects again and goes on behind the last item
/// that was read. Ends only by an error that waiting does not mend.
struct CursorStream<Item: Message, Failure: DeclaredFailure>: Sendable {
  typealias Stream = ReplyStream<Item, Failure>

  /// Opens it behind a cursor; nil where there was none yet.
  let open: @Sendable (_ cursor: [UInt8]?) -> Stream
  let cursor: @Sendable (Item) -> [UInt8]
  let backoff: Backoff

  struct Iterator {
    private let stream: CursorStream
    private var current: Stream.AsyncIterator?
    private var cursor: [UInt8]?
    private var failures = 0

    init(_ stream: CursorStream) { self.stream = stream }

    mutating func next(isolation actor: isolated (any Actor)?) async throws(CallError<Failure>) -> Item? {
      while true {
        do throws(CallError<Failure>) {
          var iterator = current ?? stream.open(cursor).makeAsyncIterator()
          let item = try await iterator.next()
          current = item == nil ? nil : iterator
          guard let item else { continue }
          failures = 0
          let place = stream.cursor(item)
          if !place.isEmpty { cursor = place }
          return item
        } catch {
          current = nil
          guard error.status == .unavailable || error.retryAfter != nil, !Task.isCancelled else { throw error }
          failures += 1
          let asked = error.retryAfter ?? .zero
          do {
            let pause = stream.backoff.delay(before: failures)
            try await Task.sleep(for: pause < asked ? asked : pause)
          } catch {
            throw CallError(.cancelled, "the caller gave up", cause: error)
          }
        }
      }
    }
  }
}
