package import HoldfastRPC
package import HoldfastWire
import Synchronization

/// Who a hub takes a client for: the holder of a token or certificate, with what that allows at this moment.
package final class HubPrincipal: Sendable {
  /// The token's id: for logs, and for the change log to say who changed something.
  package let id: String
  package let scope: Scope
  /// When the credential ends, by this machine's monotonic clock; nil when it does not.
  package let expires: MonotonicTime?
  /// What all connections of the credential share; nil when it is not limited.
  package let allowance: ClientAllowance?
  private let revocation: Revocation

  /// - Parameter end: seconds since 1970 at which the credential ends.
  init(
    _ record: TokenRecord, end: Int64?, allowance: ClientAllowance?, revocation: Revocation, wallClock: Timestamp,
    monotonic: MonotonicTime
  ) {
    id = record.id
    scope = record.scope
    expires = end.map { monotonic + .seconds(max(0, $0 - wallClock.seconds)) }
    self.allowance = allowance
    self.revocation = revocation
  }

  /// For servers in the same process as their only client.
  package init(_ id: String, scope: Scope) {
    self.id = id
    self.scope = scope
    expires = nil
    allowance = nil
    revocation = Revocation()
  }

  package var name: String { id }

  /// Whether the credential has been revoked since the client came.
  package var isRevoked: Bool { revocation.isDone }

  /// Whether the client may read or write a space by way of a service.
  package func allows(_ access: Access, space: String, service: String) -> Bool {
    !isRevoked && scope.allows(service: service) && scope.allows(access, space: space)
  }

  /// Whether the client may call a service at all.
  package func allows(service: String) -> Bool { !isRevoked && scope.allows(service: service) }

  /// Whether the client may administer the hub.
  package var allowsAdministration: Bool { !isRevoked && scope.isAdmin }
}

/// Tells everybody who came with a credential that it has been revoked.
final class Revocation: Sendable {
  private let flag = Atomic(false)

  var isDone: Bool { flag.load(ordering: .acquiring) }

  func perform() { flag.store(true, ordering: .releasing) }
}
