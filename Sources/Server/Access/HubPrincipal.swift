public import HoldfastRPC
public import HoldfastWire
import Synchronization

/// Who a hub takes a client for: the holder of a token or certificate, with what that allows at this moment.
public final class HubPrincipal: Sendable {
  /// The token's id: for logs, and for the change log to say who changed something.
  public let id: String
  /// What the token's maker called it.
  public let label: String
  public let scope: Scope
  /// When the credential ends, by this machine's monotonic clock; nil when it does not.
  public let expires: MonotonicTime?
  /// What all connections of the credential share; nil when it is not limited.
  public let allowance: ClientAllowance?
  private let revocation: Revocation

  /// - Parameter end: seconds since 1970 at which the credential ends.
  init(
    _ record: TokenRecord, end: Int64?, allowance: ClientAllowance?, revocation: Revocation, wallClock: Timestamp,
    monotonic: MonotonicTime
  ) {
    id = record.id
    label = record.name
    scope = record.scope
    expires = end.map { monotonic + .seconds(max(0, $0 - wallClock.seconds)) }
    self.allowance = allowance
    self.revocation = revocation
  }

  /// For servers in the same process as their only client.
  public init(_ id: String, scope: Scope) {
    self.id = id
    label = id
    self.scope = scope
    expires = nil
    allowance = nil
    revocation = Revocation()
  }

  public var name: String { id }

  /// Whether the credential has been revoked since the client came.
  public var isRevoked: Bool { revocation.isDone }

  /// Whether the client may read or write a space by way of a service.
  public func allows(_ access: Access, space: String, service: String) -> Bool {
    !isRevoked && scope.allows(service: service) && scope.allows(access, space: space)
  }

  /// Whether the client may call a service at all.
  public func allows(service: String) -> Bool { !isRevoked && scope.allows(service: service) }

  /// Whether the client may administer the hub.
  public var allowsAdministration: Bool { !isRevoked && scope.isAdmin }
}

/// Tells everybody who came with a credential that it has been revoked.
final class Revocation: Sendable {
  private let flag = Atomic(false)

  var isDone: Bool { flag.load(ordering: .acquiring) }

  func perform() { flag.store(true, ordering: .releasing) }
}
