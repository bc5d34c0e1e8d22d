package import HoldfastSync

/// What a visit to the hub is for.
package enum SyncDirection: Sendable, Hashable {
  case push, pull, both
}

/// How far an errand is.
package struct SyncProgress: Sendable, Hashable {
  /// Operations that the hub has done, that it has not taken, and that there were to push.
  package var pushed = 0
  package var refused = 0
  package var toPush = 0
  /// Pages that have come, up to which change of the hub, and which is its newest.
  package var pages = 0
  package var pulledTo: UInt64 = 0
  package var hubSequence: UInt64 = 0
  /// What has been said and heard.
  package var metrics = ReplicaStatus.Metrics()
  /// What is being pushed.
  package var current: ReplicaStatus.Current?
  /// What went wrong last, and has not gone well since.
  package var lastError: ReplicaFailure?
  /// Whether another process has the right to sync, and this one waits for it.
  package var isElsewhere = false

  package init() {}
}

/// Why an errand was given up. What it did is kept, and what it did not do waits on.
package struct SyncErrandError: Error, Sendable {
  package enum Reason: Sendable, Hashable {
    /// The hub was not reached, or asked to come later, for as long as there was patience.
    case unreachable
    /// Nothing goes on until this is there.
    case needs(SyncNeed)
  }

  package let reason: Reason
  package let message: String
  /// What went wrong last.
  package let failure: ReplicaFailure?

  /// Given up for what went wrong last, or for this if nothing did.
  init(_ reason: Reason, _ failure: ReplicaFailure?, else message: String) {
    self.init(reason, failure, failure?.description ?? message)
  }

  init(_ reason: Reason, _ failure: ReplicaFailure?, _ message: String) {
    (self.reason, self.failure, self.message) = (reason, failure, message)
  }
}
