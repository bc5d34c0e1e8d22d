import HoldfastContract
import HoldfastSDK
import HoldfastServer
import HoldfastStore
import HoldfastSync
import HoldfastTesting
import HoldfastWire

// Hubs that make one mistake each.

/// Forgets what it has answered: what is sent again is done again.
struct ForgetfulHub: HubSteps {
  let desk: SyncDesk

  func push(
    _ request: PushRequest, by principal: String, at now: Int64, _ transaction: borrowing WriteTransaction
  ) throws -> PushReply {
    try transaction.execute("DELETE FROM outcome WHERE id > 0")
    try transaction.execute("UPDATE replica SET confirmed = 0 WHERE id > 0")
    return try desk.push(request, by: principal, at: now, transaction)
  }
}

/// Forgets how far back its tombstones go: who has missed some is not told.
struct BottomlessHub: HubSteps {
  let desk: SyncDesk

  func push(
    _ request: PushRequest, by principal: String, at now: Int64, _ transaction: borrowing WriteTransaction
  ) throws -> PushReply {
    try transaction.execute("UPDATE entity_space SET floor = 0 WHERE floor > 0")
    return try desk.push(request, by: principal, at: now, transaction)
  }
}

/// Says that it has told everything up to a change that is only about to be made.
struct HastyHub: HubSteps {
  let desk: SyncDesk

  func pull(
    _ request: PullRequest, _ filters: FilterSet, at now: Int64, _ transaction: borrowing ReadTransaction
  ) throws -> PullReply {
    var reply = try desk.pull(request, filters, at: now, transaction)
    if !reply.entities.isEmpty, !reply.more, var cursor = Cursor(reply.cursor) {
      cursor.sequence += 1
      reply.cursor = cursor.bytes
    }
    return reply
  }
}

/// Lets the change that comes later prevail when two were made at the same time.
struct ArrivalHub: HubSteps {
  let desk: SyncDesk

  func push(
    _ request: PushRequest, by principal: String, at now: Int64, _ transaction: borrowing WriteTransaction
  ) throws -> PushReply {
    var request = request
    try transaction.execute(
      "CREATE TABLE IF NOT EXISTS arrival (id INTEGER PRIMARY KEY, replica BLOB, number INTEGER, UNIQUE (replica, number))"
    )
    for index in request.operations.indices {
      // A replay has to say what it said before.
      let place: [SQLValue] = [
        .bytes(request.replica.incarnation.bytes), .integer(Int64(request.operations[index].number)),
      ]
      try transaction.execute("INSERT INTO arrival(replica, number) VALUES($1, $2) ON CONFLICT DO NOTHING", place)
      let arrival = try transaction.first("SELECT id FROM arrival WHERE replica = $1 AND number = $2", place) {
        UInt32(clamping: $0.integer(0))
      }
      request.operations[index].clock.counter += arrival ?? 0
    }
    return try desk.push(request, by: principal, at: now, transaction)
  }
}
