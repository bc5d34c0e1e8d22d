package import HoldfastContract
package import HoldfastStore
import HoldfastSync
import HoldfastWire

/// What is asked of a replica beside its entities.
extension ReplicaBook {
  /// How an operation stands.
  package enum Standing: Hashable, Sendable {
    case waiting
    /// With what the hub said.
    case parked(Outcome)
    /// It has its outcome; one of no kind was taken back.
    case over(Outcome)
    /// Nothing is known of it, or no longer.
    case unknown
  }

  package func standing<T: Transaction & ~Copyable>(
    of position: UInt64, in transaction: borrowing T
  ) throws -> Standing {
    if let operation = try transaction.operation(at: position) {
      return operation.isParked ? .parked(operation.refusal ?? Outcome(kind: .blocked)) : .waiting
    }
    let bytes = try transaction.first(
      "SELECT outcome FROM outcome WHERE position = $1", [.integer(Int64(bitPattern: position))]
    ) { $0.bytes(0) }
    guard let bytes else { return .unknown }
    return .over(try Outcome(decoding: bytes))
  }

  /// Forgets outcomes that nobody has asked for in a long time.
  package func trimOutcomes(at now: Int64, in transaction: borrowing WriteTransaction) throws(StoreError) {
    let last = try transaction.first("SELECT MAX(position) FROM outcome") { $0.integer(0) } ?? 0
    try transaction.execute(
      "DELETE FROM outcome WHERE position <= $1 OR at < $2",
      [.integer(last - Limits.keptOutcomes), .integer(now.addingSaturated(-Limits.keptOutcomesAge))])
  }

  /// Why an operation has not been done yet.
  package struct Explanation: Hashable, Sendable {
    package var operation: StoredOperation
    /// What stands before it in its lanes: the nearest in each.
    package var behind: [UInt64] = []
  }

  /// nil when it is not in the queue.
  package func explain<T: Transaction & ~Copyable>(
    _ position: UInt64, in transaction: borrowing T
  ) throws -> Explanation? {
    guard let operation = try transaction.operation(at: position) else { return nil }
    var nearest: Set<UInt64> = []
    for lane in [Lane(key: operation.content.key)] + (try transaction.otherLanes(of: position)) {
      for other in try transaction.before(position, in: lane) { nearest.insert(other) }
    }
    return Explanation(operation: operation, behind: nearest.sorted())
  }

  // MARK: Comparing

  /// Whether the replica holds what the hub holds.
  package enum Comparison: Hashable, Sendable {
    case equal
    case different
    /// The replica is not where the hub is, or holds less on purpose.
    case notComparable
  }

  /// What the hub is asked for that.
  package func checksumRequest<T: Transaction & ~Copyable>(
    in transaction: borrowing T
  ) throws(StoreError) -> ChecksumRequest {
    let head = try transaction.storedHead()
    return ChecksumRequest(space: head.space, filters: head.filters)
  }

  /// Compares, and lets everything be pulled anew where something differs.
  package func verify(
    _ reply: ChecksumReply, to request: ChecksumRequest, in transaction: borrowing WriteTransaction
  ) throws(StoreError) -> Comparison {
    let comparison = try compare(with: reply, to: request, in: transaction)
    if comparison == .different { try startOver(in: transaction) }
    return comparison
  }

  package func compare<T: Transaction & ~Copyable>(
    with reply: ChecksumReply, to request: ChecksumRequest, in transaction: borrowing T
  ) throws(StoreError) -> Comparison {
    let head = try transaction.storedHead()
    // Something else may be wanted since the hub was asked.
    guard head.pulledTo == reply.sequence, !head.cursor.isEmpty, !head.isPassing, head.pruned == 0,
      head.filters == request.filters
    else {
      return .notComparable
    }
    let wanted = try head.wanted
    var checksum = Checksum()
    var newest: UInt64 = 0
    try transaction.forEach("SELECT type, key, version, server FROM entity WHERE server IS NOT NULL") {
      (row) throws(StoreError) in
      // What waits for the hub may be none of what is wanted.
      guard try wanted.wants(row.text(0), row.bytes(3)) else { return true }
      newest = max(newest, UInt64(bitPattern: row.integer(2)))
      checksum.add(
        type: row.text(0), key: row.bytes(1), version: UInt64(bitPattern: row.integer(2)), state: row.bytes(3))
      return true
    }
    // What came of the replica's own work may be ahead of what it has pulled.
    guard newest <= reply.sequence else { return .notComparable }
    return checksum.entities == reply.entities && checksum.bytes == reply.checksum ? .equal : .different
  }

  /// Everything is pulled anew; what the replica has stays until then.
  package func startOver(in transaction: borrowing WriteTransaction) throws(StoreError) {
    try transaction.changeHead { (head) throws(StoreError) in
      head.cursor = []
      head.pulledTo = 0
      head.isPassing = false
    }
  }
}

extension Transaction where Self: ~Copyable {
  /// Looks through the whole file.
  ///
  /// - Throws: `corrupt` when its parts do not go together.
  func checkFile() throws(StoreError) {
    let report = try first("PRAGMA quick_check(1)") { $0.text(0) }
    guard report == "ok" else { throw StoreError(.corrupt, report ?? "it cannot be looked through") }
  }

  /// The nearest operations before a position in a lane: of the lane's own entity, and of others.
  fileprivate func before(_ position: UInt64, in lane: Lane) throws(StoreError) -> [UInt64] {
    let place = SQLValue.integer(Int64(bitPattern: position))
    let own = try first(
      """
      SELECT MAX(position) FROM operation WHERE position < $2
        AND entity IN (SELECT id FROM entity WHERE type IN (SELECT type FROM entity_type) AND key = $1)
      """, [.bytes(lane.key), place]
    ) { $0.optionalInteger(0) }
    let other = try first(
      "SELECT MAX(position) FROM lane WHERE key = $1 AND position < $2", [.bytes(lane.key), place]
    ) { $0.optionalInteger(0) }
    return [own ?? nil, other ?? nil].compactMap { $0 }.max().map { [UInt64(bitPattern: $0)] } ?? []
  }
}
