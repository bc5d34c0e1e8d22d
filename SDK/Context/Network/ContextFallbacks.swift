/// What to do with while values cannot be had.
///
///     var fallbacks = ContextFallbacks()
///     fallbacks[.retries] = 1
public struct ContextFallbacks: Sendable {
  private var boxes: [ContextName: any Sendable] = [:]

  public init() {}

  /// The key's fallback. One of another type than the key's is none.
  public subscript<Value: ContextValue>(key: ContextKey<Value>) -> Value? {
    get { boxes[key.id] as? Value }
    set { boxes[key.id] = newValue }
  }
}
