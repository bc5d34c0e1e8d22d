public import HoldfastWire

/// How a client treats its connections and calls.
public struct ClientSettings: Sendable {
  /// Names the program and its version to servers.
  public var agent = "holdfast-client"
  public var bounds = SessionBounds.standard
  public var timing = SessionTiming.standard
  /// Connections to the server, over which calls are dealt out.
  public var connections = 1
  /// How long a call waits when neither its options nor its definition say; nil waits for ever. Streams have no limit
  /// unless theirs says so.
  public var timeout: Duration? = .seconds(60)
  public var retry = RetryPolicy.standard
  /// How long one attempt to connect may take, from name to TLS.
  public var connectTimeout = Duration.seconds(10)
  /// The credential; asked for whenever a connection is made and before the one in use expires.
  public var token: (@Sendable () async throws -> String)?
  public var interceptors: [any ClientInterceptor] = []
  /// The loop that serves the connections; nil takes the process's own for clients.
  public var loops: EventLoopGroup?

  public init() {}
}

/// A call that is about to be sent.
public struct OutgoingCall: Sendable {
  /// `notes.Notes/save`.
  public let name: String
  public let method: MethodID
  public let shape: CallShape
  public var metadata: Metadata
}

/// Stands before calls: adds metadata, refuses, measures.
public protocol ClientInterceptor: Sendable {
  /// Called before a call is sent; may change its metadata. Throwing refuses the call.
  nonisolated(nonsending) func prepare(_ call: inout OutgoingCall) async throws
  /// Called when the call has ended.
  func ended(_ call: OutgoingCall, _ status: Status, after elapsed: Duration)
}

extension ClientInterceptor {
  public nonisolated(nonsending) func prepare(_ call: inout OutgoingCall) async throws {}
  public func ended(_ call: OutgoingCall, _ status: Status, after elapsed: Duration) {}
}
