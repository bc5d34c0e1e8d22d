public import HoldfastContract

/// How a replica stands with its hub.
public struct ReplicaStatus: Sendable, Equatable {
  public enum Phase: Sendable, Hashable {
    /// No hub can be reached, or none is connected.
    case offline
    /// Something is under way.
    case syncing
    /// Nothing is under way, and operations wait: for their time, or for somebody to decide.
    case pending
    /// The hub has all that was done here, and this replica all that the hub has told of.
    case synced
    /// Nothing goes on until this is there.
    case needs(Need)
    /// Another process on this file syncs for this one.
    case elsewhere
  }

  public enum Need: Sendable, Hashable {
    /// A fresh credential: the hub does not take the one at hand.
    case credential
    /// The right to use the space.
    case access
    /// A newer version of the program.
    case program
    /// Another identity of the replica; one is drawn by itself.
    case incarnation
  }

  /// What is being done just now.
  public struct Current: Sendable, Hashable {
    public var kind: OperationKind
    public var type: String
  }

  /// What has been done since the replica was opened.
  public struct Metrics: Sendable, Hashable {
    /// Operations that have their outcome.
    public var synced = 0
    /// Calls that failed.
    public var failed = 0
    /// Operations that somebody has to decide about, or had to.
    public var conflicts = 0
    /// Entities that the hub has told of.
    public var received = 0
    public var pushes = 0
    public var pulls = 0
    public var bytesSent = 0
    public var bytesReceived = 0
    /// Time that pushes took, reply included.
    public var pushTime = Duration.zero
    /// How long a push takes on average.
    public var meanPushTime: Duration { pushes == 0 ? .zero : pushTime / pushes }
    /// When everything was in step last, in microseconds since 1970; nil when it has not been.
    public var lastSynced: Int64?
  }

  public var phase = Phase.offline
  /// Operations without an outcome, those included that somebody has to decide about.
  public var pending = 0
  /// Of these, the ones that wait for a decision.
  public var parked = 0
  /// Of the operations that were there since everything was in step last: how many are through, and how many there were.
  public var done = 0
  public var total = 0
  public var current: Current?
  /// What went wrong last, and has not gone well since.
  public var lastError: ReplicaFailure?
  public var metrics = Metrics()
}

/// How a replica stands, whenever that changes. The newest counts: what nobody looked at in between is left out.
public struct ReplicaStatusStream: AsyncSequence, Sendable {
  public typealias Element = ReplicaStatus

  let latest: Latest<ReplicaStatus>

  public struct AsyncIterator: AsyncIteratorProtocol {
    let follower: Latest<ReplicaStatus>.Follower
    var last: ReplicaStatus?

    public mutating func next() async -> ReplicaStatus? {
      guard let next = await follower.next(after: last) else { return nil }
      last = next
      return next
    }
  }

  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(follower: Latest.Follower(latest)) }
}
