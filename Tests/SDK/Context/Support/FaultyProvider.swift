import HoldfastRPC
import HoldfastSDK

/// Rules that a provider may break.
enum ContextFault: String, CaseIterable, Sendable {
  case absentIsAnError = "what nobody has set is nil, or the default"
  case losesEmptyText = "what is set is found"
  case foldsCase = "any text is a key"
  case takesEmptyNames = "names have bounds"
  case brokenIsTheDefault = "a value has a type"
  case setsOnce = "what is set last counts"
  case removesNothing = "what is removed is gone"
  case answersOutOfOrder = "many are found as one is"
  case guesses = "what is at hand is what is found"
  case forgets = "what is invalidated is found again"
  case tellsNobody = "who watches sees each change"
  case mixesUp = "many callers do not disturb each other"
  case ownErrors = "a caller who gives up is let go"
  case brokenIsNil = "what is damaged is an error"
  case hidesFailures = "what cannot be asked is an error, or says so"
  case keepsWhatHasEnded = "what has ended is gone"
}

/// Does what another provider does, and breaks one rule.
final class FaultyProvider: ContextProvider {
  private let fault: ContextFault
  private let inner: any ContextProvider
  private let isForgotten = Lock(false)
  let news: ContextNews

  init(_ fault: ContextFault, _ inner: any ContextProvider) {
    self.fault = fault
    self.inner = inner
    news = fault == .tellsNobody ? ContextNews() : inner.news
  }

  var name: String { inner.name }

  private func key<Value: ContextValue>(_ key: ContextKey<Value>) -> ContextKey<Value> {
    switch fault {
    case .foldsCase: ContextKey(key.name.lowercased(), default: key.defaultValue)
    case .takesEmptyNames: key.name.isEmpty ? ContextKey("empty", default: key.defaultValue) : key
    case .mixesUp: key.name.hasPrefix("caller") ? ContextKey("caller", default: key.defaultValue) : key
    default: key
    }
  }

  func atHand<Value: ContextValue>(_ key: ContextKey<Value>) -> ContextAtHand<Value> {
    fault == .guesses ? .known(key.orDefault(nil)) : inner.atHand(self.key(key))
  }

  func resolve<Value: ContextValue>(_ key: ContextKey<Value>) async throws(ContextError) -> Resolution<Value>? {
    let key = self.key(key)
    if isForgotten.withLock({ $0 }) { return key.orDefault(nil) }
    if fault == .ownErrors, Task.isCancelled { throw ContextError(.network, "gone", provider: name) }
    do throws(ContextError) {
      let found = try await inner.resolve(key)
      if fault == .absentIsAnError, found == nil { throw ContextError(.unavailable, "nothing", provider: name) }
      if fault == .losesEmptyText, (found?.value as? String)?.isEmpty == true { return nil }
      return found
    } catch {
      switch (fault, error.code) {
      case (.brokenIsTheDefault, .corruption), (.hidesFailures, .network): return key.orDefault(nil)
      case (.brokenIsNil, .corruption): return nil
      default: throw error
      }
    }
  }

  func resolveAll<Value: ContextValue>(_ keys: [ContextKey<Value>]) async -> [ContextOutcome<Value>] {
    var outcomes: [ContextOutcome<Value>] = []
    for key in fault == .answersOutOfOrder ? keys.reversed() : keys {
      do throws(ContextError) { outcomes.append(.success(try await resolve(key))) } catch {
        outcomes.append(.failure(error))
      }
    }
    return outcomes
  }

  func set<Value: ContextValue>(
    _ value: Value, for key: ContextKey<Value>, lifetime: Duration?
  ) async throws(ContextError) {
    let key = self.key(key)
    if fault == .setsOnce, try await inner.resolve(key.withoutDefault) != nil { return }
    try await inner.set(value, for: key, lifetime: fault == .keepsWhatHasEnded ? nil : lifetime)
  }

  func remove<Value: ContextValue>(_ key: ContextKey<Value>) async throws(ContextError) {
    if fault != .removesNothing { try await inner.remove(self.key(key)) }
  }

  func invalidate<Value: ContextValue>(_ key: ContextKey<Value>) {
    inner.invalidate(self.key(key))
    isForgotten.withLock { $0 = fault == .forgets }
  }

  func invalidateAll() {
    inner.invalidateAll()
    isForgotten.withLock { $0 = fault == .forgets }
  }
}
