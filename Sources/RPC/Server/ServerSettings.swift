public import HoldfastWire

/// How a server treats each connection.
public struct ServerSettings: Sendable {
  public var authenticator: any Authenticator
  /// Whether this client may make this call; nil allows it. Asked for each call, on the loop: must be quick.
  public var authorize: @Sendable (any Principal, MethodID) -> CallRefusal?
  public var bounds = SessionBounds.standard
  public var timing = SessionTiming.standard
  /// What a client may wait at random before it comes back after a loss.
  public var pacing = Duration.seconds(1)
  /// Names the server and its version to clients.
  public var agent = "holdfast"
  /// Told of handlers that failed and of clients that were shut out; any thread.
  public var log: @Sendable (String) -> Void = { _ in }

  public init(
    authenticator: any Authenticator,
    authorize: @escaping @Sendable (any Principal, MethodID) -> CallRefusal? = { _, _ in nil }
  ) {
    self.authenticator = authenticator
    self.authorize = authorize
  }
}

/// Why a call is refused before it begins.
public struct CallRefusal: Error, Hashable, Sendable {
  public let status: Status
  public let message: String

  public init(_ status: Status, _ message: String) {
    self.status = status
    self.message = message
  }
}
