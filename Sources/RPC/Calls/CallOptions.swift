public import HoldfastWire

/// What one call may set for itself.
public struct CallOptions: Sendable {
  /// How long to wait in all, retries included; nil takes the definition's, or else the client's.
  public var timeout: Duration?
  public var metadata: Metadata
  /// Whether and how often to send again what can be sent again without harm; nil takes the client's.
  public var retry: RetryPolicy?
  /// The identity of a mutation. Give the same to make sure that two calls are one; nil takes a fresh one.
  public var idempotencyKey: [UInt8]?

  @inlinable public init(
    timeout: Duration? = nil, metadata: Metadata = Metadata(), retry: RetryPolicy? = nil, idempotencyKey: [UInt8]? = nil
  ) {
    self.timeout = timeout
    self.metadata = metadata
    self.retry = retry
    self.idempotencyKey = idempotencyKey
  }

  @inlinable public static var `default`: CallOptions { CallOptions() }

  /// The trace that the call belongs to, and the span that it is part of.
  public var trace: TraceContext? {
    get { metadata[Metadata.traceparent].flatMap(TraceContext.init(traceparent:)) }
    set { metadata[Metadata.traceparent] = newValue?.traceparent }
  }

  /// Options of calls that belong together: to this trace, or to one that begins.
  public static func traced(_ trace: TraceContext = .random()) -> CallOptions {
    var options = CallOptions()
    options.trace = trace
    return options
  }
}

/// How often and how soon a call is sent again.
public struct RetryPolicy: Hashable, Sendable {
  /// How often a call is sent at most, the first time included.
  public var attempts: Int
  public var backoff: Backoff

  public init(attempts: Int, backoff: Backoff = .standard) {
    self.attempts = attempts
    self.backoff = backoff
  }

  public static let standard = RetryPolicy(attempts: 4)
  public static let never = RetryPolicy(attempts: 1)
}
