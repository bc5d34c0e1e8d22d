package import HoldfastWire

/// What has to change before the hub lets the replica go on.
package enum SyncNeed: Hashable, Sendable {
  /// A fresh credential.
  case credential
  /// A new incarnation: the hub knows this one as another's.
  case incarnation
  /// The right to use the space. Joining is tried again from time to time.
  case access
  /// Another version of the program: its description of an entity contradicts the hub's. Joining is tried again.
  case program
}

/// A call of the sync machine.
package enum SyncCall: Hashable, Sendable {
  case join
  case pull
  case push(PushPlan.PushID)
  case hints
}

/// Why a call has failed.
package enum SyncFault: Hashable, Sendable {
  /// It did not get through, or the hub asks to come later.
  case unreachable(retryAfter: Duration?)
  case needs(SyncNeed)
  /// The hub cannot do this call as it is.
  case refused(Status)

  /// What a call's status means; errors that the protocol declares are told by `needs`.
  package init(_ status: Status, retryAfter: Duration?) {
    switch status {
    case .unauthenticated: self = .needs(.credential)
    case .permissionDenied: self = .needs(.access)
    case .invalidArgument, .outOfRange, .unimplemented, .internal, .dataLoss, .failedPrecondition, .notFound,
      .alreadyExists:
      self = .refused(status)
    default: self = .unreachable(retryAfter: retryAfter)
    }
  }
}
