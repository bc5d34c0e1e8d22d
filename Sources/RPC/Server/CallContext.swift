public import HoldfastWire

/// What a handler may know about the call that it serves.
public struct CallContext: Sendable {
  let call: ServerCall

  /// The call's name: `notes.Notes/save`.
  public var name: String { call.route.name }
  public var method: MethodID { call.route.id }
  public var metadata: Metadata { call.metadata ?? Metadata() }
  public var principal: any Principal { call.client.principal }
  /// When the client stops waiting; nil when it waits for ever.
  public var deadline: MonotonicTime? { call.deadline }
  /// The identity of this mutation, when its client gave one. Whoever commits its outcome together with its effect under
  /// this identity makes sure that a call which is sent twice happens once.
  public var idempotencyKey: [UInt8]? { call.metadata?.entries[Metadata.idempotencyKey] }
  /// W3C trace context, when the client sent one.
  public var traceparent: String? { call.metadata?[Metadata.traceparent] }
  /// The same, if it can be read.
  public var trace: TraceContext? { traceparent.flatMap(TraceContext.init(traceparent:)) }

  /// Sends this with the reply, beside its message.
  public func setReplyMetadata(_ name: String, _ value: String) {
    call.setReplyMetadata(name, value)
  }
}

/// Stands around handlers: measures, logs, refuses.
public protocol ServerInterceptor: Sendable {
  /// Called once for each call; `proceed` runs the rest. Not calling it and throwing refuses the call.
  nonisolated(nonsending) func intercept(
    _ context: CallContext, _ proceed: nonisolated(nonsending) () async throws -> Void
  ) async throws
}
