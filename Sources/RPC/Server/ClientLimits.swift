/// How much of a server one client may take, over all its connections. What is nil is left to others to say; 0 stands for
/// any amount.
public struct ClientLimits: Hashable, Sendable {
  /// Calls that it may begin in a second.
  public var callsPerSecond: Int?
  /// Bytes of messages in a second, both ways together.
  public var bytesPerSecond: Int?
  /// How much of the time that it was quiet it may make up for at once.
  public var burst: Duration?
  /// Connections at once.
  public var connections: Int?

  public init(
    callsPerSecond: Int? = nil, bytesPerSecond: Int? = nil, burst: Duration? = nil, connections: Int? = nil
  ) {
    self.callsPerSecond = callsPerSecond
    self.bytesPerSecond = bytesPerSecond
    self.burst = burst
    self.connections = connections
  }

  /// The burst of whoever says nothing.
  public static let standardBurst: Duration = .seconds(2)

  /// These limits, and those of `defaults` where these say nothing.
  public func completed(by defaults: ClientLimits) -> ClientLimits {
    ClientLimits(
      callsPerSecond: callsPerSecond ?? defaults.callsPerSecond,
      bytesPerSecond: bytesPerSecond ?? defaults.bytesPerSecond, burst: burst ?? defaults.burst,
      connections: connections ?? defaults.connections)
  }

  /// Whether a client may take all that there is.
  public var isUnlimited: Bool { [callsPerSecond, bytesPerSecond, connections].allSatisfy { ($0 ?? 0) == 0 } }
}
