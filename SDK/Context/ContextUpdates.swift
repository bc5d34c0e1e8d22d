/// What a key has, and then each time that it has something else. See `ContextProvider.watch`.
public struct ContextUpdates<Value: ContextValue>: AsyncSequence, Sendable {
  public typealias Element = ContextOutcome<Value>
  public typealias Failure = Never

  let provider: any ContextProvider
  let key: ContextKey<Value>

  /// For one task; ends when that is cancelled.
  public struct AsyncIterator: AsyncIteratorProtocol {
    let provider: any ContextProvider
    let key: ContextKey<Value>
    let listener: ContextNews.Listener
    private var last: ContextOutcome<Value>?

    init(_ provider: any ContextProvider, _ key: ContextKey<Value>) {
      self.provider = provider
      self.key = key
      // Before the first look, so that no change falls between the two.
      listener = provider.news.listen(to: key.id)
    }

    public mutating func next() async -> ContextOutcome<Value>? {
      while !Task.isCancelled {
        if last != nil { await listener.bell.wait() }
        if Task.isCancelled { break }
        let outcome = await provider.outcome(of: key)
        if let last, Self.same(last, outcome) { continue }
        if case .failure(let error) = outcome, error.code == .cancelled { break }
        last = outcome
        return outcome
      }
      return nil
    }

    /// Age and reason change all the time; what counts is the value, and whether something stands in the way.
    private static func same(_ left: ContextOutcome<Value>, _ right: ContextOutcome<Value>) -> Bool {
      switch (left, right) {
      case (.success(let left), .success(let right)):
        left?.value == right?.value && left?.problem?.code == right?.problem?.code
      case (.failure(let left), .failure(let right)): left.code == right.code
      case (.success, .failure), (.failure, .success): false
      }
    }
  }

  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(provider, key) }
}
