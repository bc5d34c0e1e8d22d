/// Knows context: typed values under keys, each with the answer to where it came from and how old it is.
///
///     extension ContextKey<Int> { static let retries = ContextKey("sync.retries", default: 3) }
///
///     let context = NetworkContextProvider(HubContextSource(hub, space: "settings"))
///     let found = try await context.resolve(.retries)
///     // found?.value, found?.source, found?.age, found?.reason
///
/// A provider of your own meets this protocol; `ContextConformance` in HoldfastTesting shows whether it does. The rules:
///
/// - Nil means that the place was asked and has no value. What cannot be asked or read is an error, never nil, and never
///   the key's default.
/// - Any text that is not empty is a key's name, up to `ContextLimits.keyBytes`; two are the same when their UTF-8 bytes are.
/// - A value of another type than the key's is `corruption`.
/// - Nothing blocks the caller's thread. Whoever waits may be cancelled, and gets `cancelled`.
public protocol ContextProvider: Sendable {
  /// What resolutions and errors call it.
  var name: String { get }

  /// Tells whose value may have changed. `watch` listens to it.
  var news: ContextNews { get }

  /// The key's value as far as it is known this moment, without asking anybody, and without the key's default.
  func atHand<Value: ContextValue>(_ key: ContextKey<Value>) -> ContextAtHand<Value>

  /// The key's value, or its default where there is none; nil where there is neither.
  func resolve<Value: ContextValue>(_ key: ContextKey<Value>) async throws(ContextError) -> Resolution<Value>?

  /// What `resolve` gives for each of the keys, in their order, asked for together where the place allows that.
  func resolveAll<Value: ContextValue>(_ keys: [ContextKey<Value>]) async -> [ContextOutcome<Value>]

  /// Sets the key's value, and returns when it is as safe as the place can make it.
  ///
  /// - Parameter lifetime: how long it holds; without one it does not end by time.
  /// - Throws: `readOnly` where nothing can be set.
  func set<Value: ContextValue>(
    _ value: Value, for key: ContextKey<Value>, lifetime: Duration?
  ) async throws(ContextError)

  /// Removes the key's value. One that is not there is none that could not be removed.
  /// - Throws: `readOnly` where nothing can be removed.
  func remove<Value: ContextValue>(_ key: ContextKey<Value>) async throws(ContextError)

  /// Forgets what it remembers of the key, so that the next lookup asks the place itself.
  func invalidate<Value: ContextValue>(_ key: ContextKey<Value>)

  /// Forgets everything that it remembers.
  func invalidateAll()
}

/// What came of one lookup of several.
public typealias ContextOutcome<Value: Sendable> = Result<Resolution<Value>?, ContextError>

extension ContextProvider {
  public func atHand<Value: ContextValue>(_ key: ContextKey<Value>) -> ContextAtHand<Value> { .unknown }

  public func resolveAll<Value: ContextValue>(_ keys: [ContextKey<Value>]) async -> [ContextOutcome<Value>] {
    await withTaskGroup(of: (Int, ContextOutcome<Value>).self) { group in
      var outcomes: [ContextOutcome<Value>?] = Array(repeating: nil, count: keys.count)
      var waiting = keys.enumerated().makeIterator()
      func startNext() {
        guard let (place, key) = waiting.next() else { return }
        group.addTask { (place, await self.outcome(of: key)) }
      }
      for _ in 0..<ContextLimits.lookupsAtOnce { startNext() }
      for await (place, outcome) in group {
        outcomes[place] = outcome
        startNext()
      }
      return outcomes.compactMap { $0 }
    }
  }

  public func set<Value: ContextValue>(
    _ value: Value, for key: ContextKey<Value>, lifetime: Duration?
  ) async throws(ContextError) {
    throw ContextError(.readOnly, "nothing can be set here; set it where it comes from", key: key.name, provider: name)
  }

  public func remove<Value: ContextValue>(_ key: ContextKey<Value>) async throws(ContextError) {
    throw ContextError(
      .readOnly, "nothing can be removed here; remove it where it comes from", key: key.name, provider: name)
  }

  public func invalidate<Value: ContextValue>(_ key: ContextKey<Value>) {}
  public func invalidateAll() {}

  /// Sets the key's value for as long as nobody sets another.
  public func set<Value: ContextValue>(_ value: Value, for key: ContextKey<Value>) async throws(ContextError) {
    try await set(value, for: key, lifetime: nil)
  }

  /// What the key has now, and then each time that is something else: another value, none, a failure, or one that had to
  /// do in place of a failure. Never ends by itself; the newest counts, and what nobody looked at in between is left out.
  public func watch<Value: ContextValue>(_ key: ContextKey<Value>) -> ContextUpdates<Value> {
    ContextUpdates(provider: self, key: key)
  }

  /// What `resolve` does, as a value.
  func outcome<Value: ContextValue>(of key: ContextKey<Value>) async -> ContextOutcome<Value> {
    do throws(ContextError) {
      return .success(try await resolve(key))
    } catch {
      return .failure(error)
    }
  }
}
