public import HoldfastContract
public import HoldfastRPC
public import HoldfastWire

/// What comes of a run, in order, without a gap or a repeat, until the run has ended: when the connection is lost it waits,
/// connects again and goes on after the last item that was read. The last event tells how the run ended.
public struct RunResults: AsyncSequence, Sendable {
  public typealias Element = RunEvent
  public typealias Failure = CallError<AnalysisMethods.ResultsFailure>

  let client: AnalysisClient
  let request: ResultsRequest
  let options: CallOptions
  let backoff: Backoff

  public struct AsyncIterator: AsyncIteratorProtocol {
    private let results: RunResults
    private var current: ReplyStream<RunEvent, AnalysisMethods.ResultsFailure>.AsyncIterator?
    private var request: ResultsRequest
    private var failures = 0
    private var isOver = false

    init(_ results: RunResults) {
      self.results = results
      request = results.request
    }

    public mutating func next(isolation actor: isolated (any Actor)?) async throws(Failure) -> RunEvent? {
      while !isOver {
        do throws(Failure) {
          var iterator =
            current ?? results.client.results(request, options: results.options).makeAsyncIterator()
          let event = try await iterator.next()
          current = event == nil ? nil : iterator
          guard let event else { continue }
          failures = 0
          note(event)
          return event
        } catch {
          current = nil
          guard error.status == .unavailable || error.retryAfter != nil, !Task.isCancelled else { throw error }
          failures += 1
          let pause = results.backoff.delay(before: failures)
          do {
            try await Task.sleep(for: Swift.max(pause, error.retryAfter ?? .zero))
          } catch {
            throw CallError(.cancelled, "the caller gave up", cause: error)
          }
        }
      }
      return nil
    }

    public mutating func next() async throws(Failure) -> RunEvent? { try await next(isolation: nil) }

    private mutating func note(_ event: RunEvent) {
      switch event.value {
      case .items(let block): request.after = block.sequence + UInt64(block.results.count) - 1
      case .progress(let status): isOver = status.state != .running
      case nil: break
      }
    }
  }

  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(self) }
}

extension AnalysisClient {
  /// Follows a run across lost connections. See `RunResults`.
  public func follow(
    _ request: ResultsRequest, options: CallOptions = .default, backoff: Backoff = .standard
  ) -> RunResults {
    RunResults(client: self, request: request, options: options, backoff: backoff)
  }
}
