/// Where a cache gets what it does not have.
public protocol CacheSource: Sendable {
  associatedtype Key: Hashable & Sendable
  associatedtype Value: Sendable

  /// What there is under the key, and how long it may be kept; nil where there is nothing, which the cache remembers too.
  ///
  /// Called once at a time for each key, however many ask for it.
  func load(_ key: Key) async throws -> CacheContent<Value>?
}

/// A source that also takes what is written.
public protocol CacheStore: CacheSource {
  /// Makes all the changes, or none and throws. No key is in it twice.
  func store(_ changes: [CacheChange<Key, Value>]) async throws
}

/// A value, and how long it holds from now on.
public struct CacheContent<Value: Sendable>: Sendable {
  public var value: Value
  /// Nil where it does not end by time.
  public var lifetime: Duration?

  public init(_ value: Value, lifetime: Duration? = nil) {
    self.value = value
    self.lifetime = lifetime
  }
}

/// What is to be under a key from now on.
public struct CacheChange<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  public let key: Key
  /// Nil where there is to be nothing.
  public let content: CacheContent<Value>?

  public init(key: Key, content: CacheContent<Value>?) {
    self.key = key
    self.content = content
  }
}
