package import HoldfastContract
package import HoldfastSDK
package import HoldfastServer
package import HoldfastStore
package import HoldfastSync

/// What a simulated hub does. `SyncDesk` does what production does; a test that wants to know whether the simulator would
/// notice a mistake puts one that makes it in its place.
package protocol HubSteps {
  /// What does all that a faulty one does right.
  var desk: SyncDesk { get }

  func join(
    _ request: JoinRequest, by principal: String, at now: Int64, _ transaction: borrowing WriteTransaction
  ) throws -> JoinReply
  func push(
    _ request: PushRequest, by principal: String, at now: Int64, _ transaction: borrowing WriteTransaction
  ) throws -> PushReply
  func pull(
    _ request: PullRequest, _ filters: FilterSet, at now: Int64, _ transaction: borrowing ReadTransaction
  ) throws -> PullReply
  func cutLog(
    of space: String, to count: Int64, at now: Int64, _ transaction: borrowing WriteTransaction
  ) throws -> Bool
}

extension HubSteps {
  package func join(
    _ request: JoinRequest, by principal: String, at now: Int64, _ transaction: borrowing WriteTransaction
  ) throws -> JoinReply {
    try desk.join(request, by: principal, at: now, transaction)
  }

  package func push(
    _ request: PushRequest, by principal: String, at now: Int64, _ transaction: borrowing WriteTransaction
  ) throws -> PushReply {
    try desk.push(request, by: principal, at: now, transaction)
  }

  package func pull(
    _ request: PullRequest, _ filters: FilterSet, at now: Int64, _ transaction: borrowing ReadTransaction
  ) throws -> PullReply {
    if let nothing = try desk.pullNothing(request, filters, at: now, transaction) { return nothing }
    return try desk.pull(request, filters, at: now, transaction)
  }
}

extension HubSteps {
  package func cutLog(
    of space: String, to count: Int64, at now: Int64, _ transaction: borrowing WriteTransaction
  ) throws -> Bool {
    try desk.cutLog(of: space, to: count, at: now, transaction)
  }
}

/// The steps as production does them.
package struct SoundHub: HubSteps {
  package let desk: SyncDesk

  package init(_ desk: SyncDesk) { self.desk = desk }
}

/// What a simulation is put together from.
package struct SimulationParts: Sendable {
  package var hub: @Sendable (SyncDesk) -> any HubSteps
  package var replica: @Sendable (ReplicaBook) -> any ReplicaSteps

  package init(
    hub: @escaping @Sendable (SyncDesk) -> any HubSteps = { SoundHub($0) },
    replica: @escaping @Sendable (ReplicaBook) -> any ReplicaSteps = { SoundReplica($0) }
  ) {
    self.hub = hub
    self.replica = replica
  }
}
