package import HoldfastContract
package import HoldfastStore
package import HoldfastSync
import HoldfastWire

#if canImport(FoundationEssentials)
  package import FoundationEssentials
#else
  package import Foundation
#endif

/// What a replica knows of itself.
package struct ReplicaHead: Hashable, Sendable {
  /// Names the device to the hub; drawn when the file was made.
  package var device: UUID
  /// Names this life of the replica, from which numbers count; drawn anew for a copy.
  package var incarnation: UUID
  /// Where the file was when it got its incarnation. Elsewhere it is a copy.
  package var place: [UInt8]
  /// Names the last opening of the file. A life that begins with a backup, or with a copy, begins with an opening of its
  /// own, and so the hub can tell what it does from what another life has done under the same numbers.
  package var opening: UInt64 = 0
  package var space: String
  /// The hub's history that versions and cursor are of; empty: none yet.
  package var epoch: [UInt8] = []
  package var cursor: [UInt8] = []
  /// The sequence of the cursor.
  package var pulledTo: UInt64 = 0
  /// The highest sequence of this history that anything here is of: cursor, versions, and what operations were made on.
  package var seen: UInt64 = 0
  package var filters: [EntityFilter] = []
  /// The number of the last pass from the start; entities carry the number of the last that mentioned them.
  package var pass: Int64 = 0
  package var isPassing = false
  /// The highest operation number that was given out, in any incarnation.
  package var lastNumber: UInt64 = 0
  package var lastPosition: UInt64 = 0
  /// Rises when stored operations change otherwise than by joining the queue's end or getting an outcome.
  package var edits: Int64 = 0
  package var clock = HybridClock()
  /// How many entities were pruned since the last whole pass.
  package var pruned: Int64 = 0

  package var identity: ReplicaIdentity { ReplicaIdentity(device: device, incarnation: incarnation) }
}

/// The head in the memory of a group of jobs, so that a thousand changes cost one write of it.
package final class SharedHead: GroupState {
  private var head: ReplicaHead?
  /// As the last job that was kept left it, and as it is stored.
  private var kept: ReplicaHead?
  private var stored: ReplicaHead?

  package init() {}

  package func jobEnded(kept isKept: Bool) {
    if isKept { kept = head } else { head = kept }
  }

  package func flush(_ transaction: borrowing WriteTransaction) throws(StoreError) {
    guard let head, head != stored else { return }
    try transaction.store(head)
    stored = head
  }

  /// - Throws: `misuse` when the file holds no replica.
  fileprivate func load(_ transaction: borrowing WriteTransaction) throws(StoreError) -> ReplicaHead {
    if let head { return head }
    let found = try transaction.storedHead()
    (head, kept, stored) = (found, found, found)
    return found
  }

  fileprivate func set(_ head: ReplicaHead) { self.head = head }
}

extension WriteTransaction {
  /// The head as this transaction has it.
  package func head() throws(StoreError) -> ReplicaHead { try shared(SharedHead.self).load(self) }

  /// Changes the head.
  package func changeHead<Value>(_ body: (inout ReplicaHead) throws(StoreError) -> Value) throws(StoreError) -> Value {
    let shared = shared(SharedHead.self)
    var head = try shared.load(self)
    let value = try body(&head)
    shared.set(head)
    return value
  }

  /// The first head of a new file.
  package func beginReplica(_ head: ReplicaHead) throws(StoreError) {
    try store(head)
  }

  fileprivate func store(_ head: ReplicaHead) throws(StoreError) {
    let filters = PullRequest(filters: head.filters).encoded()
    try execute(
      """
      INSERT INTO replica(id, device, incarnation, place, space, epoch, cursor, pulled_to, filters, pass, is_passing,
        last_number, last_position, edits, clock_time, clock_counter, clock_offset, pruned, seen,
        opening)
      VALUES(1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
        $19)
      ON CONFLICT(id) DO UPDATE SET device = excluded.device, incarnation = excluded.incarnation,
        place = excluded.place, space = excluded.space, epoch = excluded.epoch, cursor = excluded.cursor,
        pulled_to = excluded.pulled_to, filters = excluded.filters, pass = excluded.pass,
        is_passing = excluded.is_passing, last_number = excluded.last_number, last_position = excluded.last_position,
        edits = excluded.edits, clock_time = excluded.clock_time, clock_counter = excluded.clock_counter,
        clock_offset = excluded.clock_offset, pruned = excluded.pruned, seen = excluded.seen,
        opening = excluded.opening
      """,
      [
        .bytes(head.device.bytes), .bytes(head.incarnation.bytes), .bytes(head.place), .text(head.space),
        .bytes(head.epoch), .bytes(head.cursor), .integer(Int64(bitPattern: head.pulledTo)), .bytes(filters),
        .integer(head.pass), .integer(head.isPassing ? 1 : 0), .integer(Int64(bitPattern: head.lastNumber)),
        .integer(Int64(bitPattern: head.lastPosition)), .integer(head.edits), .integer(head.clock.last.time),
        .integer(Int64(head.clock.last.counter)), .integer(head.clock.offset), .integer(head.pruned),
        .integer(Int64(bitPattern: head.seen)), .integer(Int64(bitPattern: head.opening)),
      ])
  }
}

extension Transaction where Self: ~Copyable {
  /// The head as it is stored; nil in a file that holds no replica yet.
  package func storedHeadIfAny() throws(StoreError) -> ReplicaHead? {
    try first(
      """
      SELECT device, incarnation, place, space, epoch, cursor, pulled_to, filters, pass, is_passing, last_number,
        last_position, edits, clock_time, clock_counter, clock_offset, pruned, seen, opening
      FROM replica WHERE id = 1
      """
    ) { (row) throws(StoreError) in try ReplicaHead(row) }
  }

  package func storedHead() throws(StoreError) -> ReplicaHead {
    guard let head = try storedHeadIfAny() else { throw StoreError(.misuse, "the file holds no replica") }
    return head
  }
}

extension ReplicaHead {
  /// Which entities are wanted.
  var wanted: FilterSet {
    get throws(StoreError) {
      do {
        return try FilterSet(filters)
      } catch {
        throw StoreError(.corrupt, "the replica's filters are damaged", cause: error)
      }
    }
  }

  fileprivate init(_ row: borrowing Row) throws(StoreError) {
    guard let device = UUID(row.bytes(0)), let incarnation = UUID(row.bytes(1)) else {
      throw StoreError(.corrupt, "the replica's identity is damaged")
    }
    self.init(device: device, incarnation: incarnation, place: row.bytes(2), space: row.text(3))
    epoch = row.bytes(4)
    cursor = row.bytes(5)
    pulledTo = UInt64(bitPattern: row.integer(6))
    do {
      filters = try PullRequest(decoding: row.bytes(7)).filters
    } catch {
      throw StoreError(.corrupt, "the replica's filters are damaged", cause: error)
    }
    pass = row.integer(8)
    isPassing = row.integer(9) != 0
    lastNumber = UInt64(bitPattern: row.integer(10))
    lastPosition = UInt64(bitPattern: row.integer(11))
    edits = row.integer(12)
    let last = ClockReading(time: row.integer(13), counter: UInt32(clamping: row.integer(14)))
    clock = HybridClock(last: last, offset: row.integer(15))
    pruned = row.integer(16)
    seen = UInt64(bitPattern: row.integer(17))
    opening = UInt64(bitPattern: row.integer(18))
  }
}

extension FilterSet {
  /// Whether an entity is wanted that has this state.
  func wants(_ type: String, _ state: [UInt8]) throws(StoreError) -> Bool {
    if isEmpty { return true }
    do {
      return matches(type: type, try EntityFields(state))
    } catch {
      throw StoreError(.corrupt, "the state of an entity is damaged", cause: error)
    }
  }
}

extension UUID {
  /// Another identity, which nobody has who does not branch off from this one by the same number.
  func branch(_ number: UInt64) -> UUID {
    var hash = SipHash()
    hash.add(bytes)
    hash.add(number)
    let (high, low) = hash.digest
    var branch = uuid
    withUnsafeMutableBytes(of: &branch) {
      $0.storeBytes(of: high, as: UInt64.self)
      $0.storeBytes(of: low, toByteOffset: 8, as: UInt64.self)
    }
    return UUID(uuid: branch)
  }

  /// A number that is as good as drawn by chance when the identity is.
  var halves: UInt64 {
    let (high, low) = withUnsafeBytes(of: uuid) {
      ($0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    }
    return UInt64(bigEndian: high ^ low)
  }

  /// Its sixteen bytes, in the order in which they are printed.
  package var bytes: [UInt8] { withUnsafeBytes(of: uuid) { Array($0) } }

  /// nil unless there are sixteen bytes.
  package init?(_ bytes: [UInt8]) {
    guard bytes.count == 16 else { return nil }
    self = bytes.withUnsafeBytes { $0.loadUnaligned(as: UUID.self) }
  }
}
