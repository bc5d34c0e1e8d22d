package import HoldfastContract
package import HoldfastStore
import HoldfastSync

#if canImport(FoundationEssentials)
  package import FoundationEssentials
#else
  package import Foundation
#endif

/// Joining the hub, and taking in what it has.
extension ReplicaBook {
  // MARK: Joining

  /// What the replica says of itself; `incarnation` is an older one that operations still wait under, nil the present.
  package func joinRequest(
    as incarnation: UUID? = nil, in transaction: borrowing WriteTransaction
  ) throws -> JoinRequest {
    let head = try transaction.head()
    return JoinRequest(
      space: head.space, replica: ReplicaIdentity(device: head.device, incarnation: incarnation ?? head.incarnation),
      entities: try descriptions(in: transaction), epoch: head.epoch, earlier: try earlierHistories(transaction))
  }

  package enum Joined: Hashable, Sendable {
    /// `isNewHistory`: the replica has seen what the hub no longer has.
    case `in`(isNewHistory: Bool)
    /// The file is older than what the hub knows of this incarnation: it was put back from a backup, and goes on under
    /// a new one. It has to join again.
    case restored
  }

  /// The hub has let the replica in.
  ///
  /// Another history than before leaves the queue as it is. If more was known than the part that both histories share, that
  /// is known no longer, and everything is pulled anew.
  package func joined(
    _ reply: JoinReply, as incarnation: UUID, at now: Int64, fresh: UUID, in transaction: borrowing WriteTransaction
  ) throws -> Joined {
    var head = try transaction.head()
    head.clock.hear(reply.clock, at: now)
    let isPresent = incarnation == head.incarnation
    if isPresent && reply.number > head.lastNumber {
      head.incarnation = fresh
      try transaction.changeHead { (stored) throws(StoreError) in stored = head }
      return .restored
    }
    let isNewHistory = try enter(reply, &head, transaction)
    try transaction.changeHead { (stored) throws(StoreError) in stored = head }
    return .in(isNewHistory: isNewHistory)
  }

  /// The hub does not take the incarnation `old`, so nothing can be learnt of what was sent under it: its operations go
  /// under the present one, or under `fresh` if that is the one.
  package func replace(_ old: UUID, by fresh: UUID, in transaction: borrowing WriteTransaction) throws {
    try transaction.changeHead { (head) throws(StoreError) in
      if head.incarnation == old { head.incarnation = fresh }
    }
    var stale: [StoredOperation] = []
    try transaction.forEachOperation { operation in
      if operation.incarnation == old { stale.append(operation) }
      return true
    }
    for operation in stale {
      try renumber(
        operation, state: operation.isParked ? .parked : .fresh, refusal: operation.refusal, transaction)
    }
  }

  // MARK: Pulling

  package func pullRequest(in transaction: borrowing WriteTransaction) throws -> PullRequest {
    let head = try transaction.head()
    return PullRequest(space: head.space, cursor: head.cursor, filters: head.filters, limit: Limits.pageBytes)
  }

  package struct Pulled: Sendable {
    /// The sequence of the cursor.
    package var sequence: UInt64 = 0
    /// The page was not of the history, or not for the filters, that the replica is of: nothing was kept of it.
    package var isForeign = false
    package var entities = 0
    package var touched = Touched()
  }

  /// Keeps a page together with its cursor.
  package func apply(
    _ page: PullReply, for request: PullRequest, at now: Int64, in transaction: borrowing WriteTransaction
  ) throws -> Pulled {
    var pulled = Pulled()
    let head = try transaction.head()
    guard let cursor = Cursor(page.cursor), cursor.epoch == head.epoch, request.filters == head.filters,
      request.cursor == head.cursor
    else {
      pulled.isForeign = true
      return pulled
    }
    let isBeginning = page.restart || head.cursor.isEmpty
    let arrival = Arrival(now: now, pass: isBeginning ? head.pass + 1 : head.pass)
    for entity in page.entities {
      let name = EntityRef(type: entity.type, key: entity.key)
      if entity.isRemoved {
        try forgetServer(name, in: transaction)
      } else {
        let isAwaited = try setServer(
          name, to: entity.isDeleted ? nil : entity.state, version: entity.version, arrival, in: transaction)
        // A conflict that was decided at the hub shows by what came of it.
        if isAwaited {
          pulled.touched.formUnion(try askAgain(about: name, before: entity.version, in: transaction))
        }
      }
      pulled.touched.entities.insert(name)
    }
    let isEnding = (isBeginning || head.isPassing) && !page.more
    if isEnding {
      try sweep(before: arrival.pass, &pulled.touched, transaction)
    } else if !page.more, let last = Cursor(head.cursor) {
      try sweepUntold(after: last.since, upTo: cursor.sequence, &pulled.touched, transaction)
    }
    pulled.sequence = cursor.sequence
    pulled.entities = page.entities.count
    try transaction.changeHead { (head) throws(StoreError) in
      head.clock.hear(page.clock, at: now)
      head.pass = arrival.pass
      head.isPassing = (isBeginning || head.isPassing) && !isEnding
      if isEnding { head.pruned = 0 }
      head.cursor = page.cursor
      head.pulledTo = cursor.sequence
      head.seen = max(head.seen, cursor.sequence)
    }
    return pulled
  }

  /// A pass from the start is over: what it did not mention is no more.
  private func sweep(
    before pass: Int64, _ touched: inout Touched, _ transaction: borrowing WriteTransaction
  ) throws {
    let gone = try transaction.all(
      "SELECT type, key FROM entity WHERE pass < $1 AND (server IS NOT NULL OR version > 0)", [.integer(pass)]
    ) { EntityRef(type: $0.text(0), key: $0.bytes(1)) }
    try forget(gone, &touched, transaction)
  }

  /// The hub has told of all that is wanted and has changed. What only outcomes have told of in the meantime is no longer
  /// wanted: somebody has changed it since, before the hub had told this replica of it.
  private func sweepUntold(
    after last: UInt64, upTo sequence: UInt64, _ touched: inout Touched, _ transaction: borrowing WriteTransaction
  ) throws {
    let gone = try transaction.all(
      "SELECT type, key FROM entity WHERE pass < 0 AND version > $1 AND version <= $2",
      [.integer(Int64(bitPattern: last)), .integer(Int64(bitPattern: sequence))]
    ) { EntityRef(type: $0.text(0), key: $0.bytes(1)) }
    try forget(gone, &touched, transaction)
  }

  private func forget(
    _ gone: [EntityRef], _ touched: inout Touched, _ transaction: borrowing WriteTransaction
  ) throws {
    for entity in gone {
      try forgetServer(entity, in: transaction)
      touched.entities.insert(entity)
    }
  }

  /// Other entities are wanted from now on. What is no longer wanted goes with the next pull.
  package func setFilters(_ filters: [EntityFilter], in transaction: borrowing WriteTransaction) throws {
    _ = try FilterSet(filters)
    try transaction.changeHead { (head) throws(StoreError) in
      guard head.filters != filters else { return }
      head.filters = filters
      head.cursor = []
      head.pulledTo = 0
      head.isPassing = false
    }
  }

  /// The replica may no longer see the space: what the hub told it goes, but for what unsynced work needs.
  package func forgetEverything(in transaction: borrowing WriteTransaction) throws -> Touched {
    var touched = Touched()
    try transaction.forEach("SELECT type, key FROM entity WHERE pending = 0") { row in
      touched.entities.insert(EntityRef(type: row.text(0), key: row.bytes(1)))
      return true
    }
    try transaction.execute("DELETE FROM entity WHERE pending = 0")
    try transaction.changeHead { (head) throws(StoreError) in
      head.cursor = []
      head.pulledTo = 0
      head.isPassing = false
    }
    return touched
  }
}
