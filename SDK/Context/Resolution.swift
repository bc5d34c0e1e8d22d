/// A value of a key, and why it is this one.
public struct Resolution<Value: Sendable>: Sendable {
  public typealias Reason = ContextReason

  public let value: Value
  /// The name of the provider that it came from; “default” for a default.
  public let source: String
  /// Time since the place said so, for as far as this device knows; zero for fallbacks and defaults.
  public let age: Duration
  public let reason: Reason
  // In a box, so that what has none is small.
  private let obstacle: (any Error)?

  /// What stood in the way of something better: of stale values and fallbacks, and of values that only some of those who
  /// were asked agree on.
  public var problem: ContextError? { obstacle as? ContextError }

  var hasProblem: Bool { obstacle != nil }

  @inline(__always)
  public init(_ value: Value, source: String, age: Duration, reason: Reason, problem: ContextError? = nil) {
    self.value = value
    self.source = source
    self.age = age
    self.reason = reason
    obstacle = problem
  }
}

/// Why a resolution has the value that it has.
public enum ContextReason: String, Sendable, Hashable, CaseIterable {
  /// The place where it comes from was asked just now.
  case fresh
  /// It was asked lately enough.
  case cached
  /// What was known last; the place cannot be asked. `problem` says why.
  case stale
  /// What was set down for the case that it cannot be had. `problem` says why it cannot.
  case fallback
  /// Nobody has set one, and the key has this default.
  case `default`
}

/// What is known of a key without asking anybody.
public enum ContextAtHand<Value: Sendable>: Sendable {
  /// This is what the provider would answer now; nil where it knows that there is no value.
  case known(Resolution<Value>?)
  /// Somebody has to be asked.
  case unknown
}
