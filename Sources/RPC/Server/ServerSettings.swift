public import HoldfastWire

/// How a server treats each connection.
public struct ServerSettings: Sendable {
  public var authenticator: any Authenticator
  /// What a client may call. Asked once for each credential, on the loop, as its answer is for each call.
  public var authorize: @Sendable (any Principal) -> CallAuthorizer
  public var bounds = SessionBounds.standard
  public var timing = SessionTiming.standard
  /// What a client may wait at random before it comes back after a loss.
  public var pacing = Duration.seconds(1)
  /// Names the server and its version to clients.
  public var agent = "holdfast"
  /// Counts what connections and calls do; made of the dispatcher that serves them. Nil counts nothing.
  public var meter: CallMeter?
  /// Told of handlers that failed and of clients that were shut out; any thread.
  public var log: @Sendable (String) -> Void = { _ in }

  public init(
    authenticator: any Authenticator,
    authorize: @escaping @Sendable (any Principal) -> CallAuthorizer = { _ in { _ in nil } }
  ) {
    self.authenticator = authenticator
    self.authorize = authorize
  }
}

/// Whether a client may make a call: nil allows it. Must be quick.
public typealias CallAuthorizer = @Sendable (MethodID) -> CallRefusal?

/// Why a call is refused before it begins.
public struct CallRefusal: Error, Hashable, Sendable {
  public let status: Status
  public let message: String

  public init(_ status: Status, _ message: String) {
    self.status = status
    self.message = message
  }
}
