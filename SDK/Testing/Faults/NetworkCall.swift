internal import HoldfastContract
internal import HoldfastWire

/// A kind of call that a network carries, by the name that its definition gives it.
public struct NetworkCall: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
  /// The package, service and call: `notes.Notes/save`.
  public let name: String

  /// A call of this name, of any service.
  public init(_ name: String) { self.name = name }

  public init(stringLiteral name: String) { self.name = name }

  /// A replica introduces itself.
  public static let join = NetworkCall(SyncMethods.join.name)
  /// A replica tells of its changes.
  public static let push = NetworkCall(SyncMethods.push.name)
  /// A replica asks for the changes of others.
  public static let pull = NetworkCall(SyncMethods.pull.name)
  /// A replica compares what it has with the hub.
  public static let checksum = NetworkCall(SyncMethods.checksum.name)
  /// The hub tells a replica that there is something new: each time counts as a call.
  public static let hints = NetworkCall(SyncMethods.hints.name)

  /// All calls of replicas.
  public static let ofReplicas: Set<NetworkCall> = [.join, .push, .pull, .checksum, .hints]

  public var description: String { name }
}
