/// When what is written to a cache reaches its store.
public enum CacheWriting: Sendable, Equatable {
  /// Before the writer goes on: what was written is as durable as the store makes it.
  case through
  /// Later, many changes at once. What has not reached the store is lost when the process dies: at most `weight`, and
  /// nothing older than `interval` and the time that the store takes, as long as that takes what it is given.
  case back(interval: Duration, weight: Int)
}

/// What a cache that writes later would lose if its process died now.
public struct UnsavedChanges: Sendable {
  public var count = 0
  /// What they weigh together.
  public var weight = 0
  /// How long ago the oldest was made.
  public var age = Duration.zero
  /// Why the store did not take them the last time; nil when it took them, or was not asked yet.
  public var failure: (any Error)?

  package init(count: Int, weight: Int, age: Duration, failure: (any Error)?) {
    (self.count, self.weight, self.age, self.failure) = (count, weight, age, failure)
  }
}

/// Written to after it was closed.
public struct CacheClosed: Error {
  public init() {}
}
