package import HoldfastContract
package import HoldfastStore
package import HoldfastSync
package import HoldfastWire

/// What the sync machine asks of the queue.
extension ReplicaBook {
  /// The device's two clocks at one moment: stored times are by the one that can jump, the machine's by the other.
  package struct Moment: Sendable {
    /// Microseconds since 1970.
    package var wall: Int64
    package var monotonic: MonotonicTime
    /// Nothing is put off for longer than this, whatever a clock that has jumped says.
    package var longestWait: Duration

    package init(wall: Int64, monotonic: MonotonicTime, longestWait: Duration = .seconds(300)) {
      self.wall = wall
      self.monotonic = monotonic
      self.longestWait = longestWait
    }

    /// A stored time in the past.
    func past(_ time: Int64) -> MonotonicTime {
      let (age, overflow) = wall.subtractingReportingOverflow(time)
      return overflow || age < 0 ? monotonic : monotonic + .microseconds(-age)
    }

    /// A stored time that may be to come; zero when it is not.
    func due(_ time: Int64) -> MonotonicTime {
      let (wait, overflow) = time.subtractingReportingOverflow(wall)
      guard wait > 0 || overflow && time > 0 else { return MonotonicTime(nanoseconds: 0) }
      return monotonic + min(overflow ? longestWait : .microseconds(wait), longestWait)
    }
  }

  /// The queue as the machine has it.
  package struct Queue: Sendable {
    package var units: [PushUnit] = []
    /// Operations that were sent and of which nothing is known.
    package var sent: Set<UInt64> = []
    /// See `ReplicaHead.edits`.
    package var edits: Int64 = 0
    /// The position of its last operation; 0 when it is empty.
    package var last: UInt64 = 0
  }

  /// What stands in the queue after `position`.
  package func queue<T: Transaction & ~Copyable>(
    after position: UInt64 = 0, at moment: Moment, in transaction: borrowing T
  ) throws -> Queue {
    var queue = Queue()
    queue.edits = try transaction.storedHead().edits
    let start = SQLValue.integer(Int64(bitPattern: position))
    var others: [Int64: [Lane]] = [:]
    try transaction.forEach("SELECT position, key FROM lane WHERE position > $1", [start]) { row in
      others[row.integer(0), default: []].append(Lane(key: row.bytes(1)))
      return true
    }
    try transaction.forEach(
      """
      SELECT position, number, unit, key, LENGTH(content), urgency, state, enqueued, not_before FROM operation
      WHERE position > $1 ORDER BY position
      """, [start]
    ) { row in
      let number = UInt64(bitPattern: row.integer(1))
      let unit = UInt64(bitPattern: row.integer(2))
      queue.last = UInt64(bitPattern: row.integer(0))
      let lanes = [Lane(key: row.bytes(3))] + (others[row.integer(0)] ?? [])
      let operation = PushUnit.Operation(number: number, bytes: Int(row.integer(4)))
      let notBefore = moment.due(row.integer(8))
      let isParked = row.integer(6) == StoredOperation.State.parked.rawValue
      if row.integer(6) == StoredOperation.State.sent.rawValue { queue.sent.insert(number) }
      if var group = queue.units.last, group.position == unit {
        group.operations.append(operation)
        group.lanes += lanes.filter { !group.lanes.contains($0) }
        group.notBefore = max(group.notBefore, notBefore)
        group.isParked = group.isParked || isParked
        queue.units[queue.units.count - 1] = group
      } else {
        queue.units.append(
          PushUnit(
            position: unit, operations: [operation], lanes: lanes,
            urgency: Urgency(rawValue: UInt8(clamping: row.integer(5))) ?? .normal,
            enqueued: moment.past(row.integer(7)), notBefore: notBefore, isParked: isParked))
      }
      return true
    }
    return queue
  }

  /// A push, ready to go.
  package struct Parcel: Sendable {
    package var request: PushRequest
    /// Of those that were asked for, what is no longer there.
    package var missing: [UInt64] = []
    /// What is there but goes later: it was made under another incarnation, or somebody has parked it.
    package var left: [UInt64: PushResult] = [:]
  }

  /// Parks those of the operations whose rows are damaged, each with all that takes effect together with it.
  func parkDamaged(_ numbers: [UInt64], in transaction: borrowing WriteTransaction) throws -> Settled {
    var settled = Settled()
    for number in numbers {
      guard let operation = try transaction.operation(numbered: number), operation.isDamaged else { continue }
      let unit = SQLValue.integer(Int64(bitPattern: operation.unit))
      let positions = try transaction.all("SELECT position, number FROM operation WHERE unit = $1", [unit]) {
        (position: UInt64(bitPattern: $0.integer(0)), number: UInt64(bitPattern: $0.integer(1)))
      }
      // Its content stays as it is, for whoever can make something of it.
      try transaction.execute(
        "UPDATE operation SET state = $2 WHERE unit = $1", [unit, .integer(StoredOperation.State.parked.rawValue)])
      for (position, number) in positions {
        settled.results[number] = .parked
        settled.parked.append(position)
        settled.touched.settled.insert(position)
      }
      settled.touched.isQueueTouched = true
    }
    return settled
  }

  /// Marks operations as sent, and puts them into a request. Once this is durable the request may go.
  ///
  /// All operations of a request are of one incarnation, since that is a part of their identity.
  package func pack(
    _ numbers: [UInt64], at now: Int64, in transaction: borrowing WriteTransaction
  ) throws -> Parcel {
    let head = try transaction.head()
    var parcel = Parcel(request: PushRequest(space: head.space, epoch: head.epoch))
    var identity: ReplicaIdentity?
    for number in numbers {
      guard var operation = try transaction.operation(numbered: number) else {
        parcel.missing.append(number)
        continue
      }
      guard !operation.isParked else {
        parcel.left[number] = .parked
        continue
      }
      // What comes behind one that stays may depend on it.
      let own = ReplicaIdentity(device: head.device, incarnation: operation.incarnation)
      guard parcel.left.isEmpty, identity == nil || identity == own else {
        parcel.left[number] = .again(after: .zero)
        continue
      }
      identity = own
      operation.state = .sent
      operation.attempts += 1
      operation.attempted = now
      try transaction.execute(
        "UPDATE operation SET state = $2, attempts = $3, attempted = $4 WHERE position = $1",
        [
          .integer(Int64(bitPattern: operation.position)), .integer(operation.state.rawValue),
          .integer(operation.attempts), .integer(now),
        ])
      parcel.request.operations.append(operation.content)
    }
    parcel.request.replica = identity ?? head.identity
    // What another life of the replica confirms is its own business.
    if parcel.request.replica == head.identity { parcel.request.confirmed = try confirmed(head, transaction) }
    return parcel
  }

  /// Up to this number nothing will be asked of the hub again: all of it has left the queue.
  private func confirmed(_ head: ReplicaHead, _ transaction: borrowing WriteTransaction) throws(StoreError) -> UInt64 {
    let lowest = try transaction.first(
      "SELECT number FROM operation WHERE incarnation = $1 ORDER BY number LIMIT 1", [.bytes(head.incarnation.bytes)]
    ) { UInt64(bitPattern: $0.integer(0)) }
    return lowest.map { $0 - 1 } ?? head.lastNumber
  }
}
