package import HoldfastContract
package import HoldfastStore
package import HoldfastSync
import HoldfastWire

#if canImport(FoundationEssentials)
  package import FoundationEssentials
#else
  package import Foundation
#endif

/// An operation in the queue.
package struct StoredOperation: Hashable, Sendable {
  package enum State: Int64, Sendable {
    /// It has never been sent: it can still be changed.
    case fresh
    /// It was sent and nothing is known of it.
    case sent
    /// It was sent, and the hub said that nothing came of it so far.
    case again
    /// It waits for a person or the program.
    case parked
  }

  /// Its place in the queue, which it keeps whatever happens to it.
  package var position: UInt64
  /// Under which its number counts.
  package var incarnation: UUID
  /// Its entity's row, which stays for as long as operations wait.
  package var row: Int64
  /// The position of the first operation that it takes effect together with; its own when it is alone.
  package var unit: UInt64
  package var content: EntityOperation
  package var urgency: Urgency
  package var state: State
  /// Microseconds since 1970, by the device's clock; so are the others.
  package var enqueued: Int64
  package var notBefore: Int64
  package var attempts: Int64
  package var attempted: Int64
  /// What the hub said last, when that was not the end of it.
  package var refusal: Outcome?

  package var isParked: Bool { state == .parked }
  package var entity: EntityRef { EntityRef(type: content.type, key: content.key) }
}

extension Transaction where Self: ~Copyable {
  /// The operation at that place; nil when it has left the queue.
  package func operation(at position: UInt64) throws(StoreError) -> StoredOperation? {
    try first(
      """
      SELECT position, incarnation, unit, content, urgency, state, enqueued, not_before, attempts, attempted, refusal,
        entity, number, type, key, checksum
      FROM operation WHERE position = $1
      """, [.integer(Int64(bitPattern: position))]
    ) { StoredOperation($0) }
  }

  /// The operation of that number.
  package func operation(numbered number: UInt64) throws(StoreError) -> StoredOperation? {
    try first(
      """
      SELECT position, incarnation, unit, content, urgency, state, enqueued, not_before, attempts, attempted, refusal,
        entity, number, type, key, checksum
      FROM operation WHERE number = $1
      """, [.integer(Int64(bitPattern: number))]
    ) { StoredOperation($0) }
  }

  /// The operations on an entity, in their order.
  package func operations(on entity: EntityRef) throws(StoreError) -> [StoredOperation] {
    try all(
      """
      SELECT position, incarnation, unit, content, urgency, state, enqueued, not_before, attempts, attempted, refusal,
        entity, number, type, key, checksum
      FROM operation WHERE entity = (SELECT id FROM entity WHERE type = $2 AND key = $1) ORDER BY position
      """, [.bytes(entity.key), .text(entity.type)]
    ) { StoredOperation($0) }
  }

  /// Whether another operation on the same entity goes before this one.
  func waits(before operation: StoredOperation) throws(StoreError) -> Bool {
    try first(
      "SELECT 1 FROM operation WHERE entity = $1 AND position < $2 LIMIT 1",
      [.integer(operation.row), .integer(Int64(bitPattern: operation.position))]
    ) { _ in true } ?? false
  }

  /// Those that take effect together with the one at `position`, in their order.
  package func operations(inUnit unit: UInt64) throws(StoreError) -> [StoredOperation] {
    try all(
      """
      SELECT position, incarnation, unit, content, urgency, state, enqueued, not_before, attempts, attempted, refusal,
        entity, number, type, key, checksum
      FROM operation WHERE position >= $1 AND position < $2 AND unit = $1 ORDER BY position
      """,
      [
        .integer(Int64(bitPattern: unit)),
        .integer(Int64(bitPattern: unit) + Int64(HoldfastSync.Limits.groupOperations)),
      ]
    ) { StoredOperation($0) }
  }

  /// The whole queue from after `position`, in its order, until `body` returns false.
  package func forEachOperation(
    after position: UInt64 = 0, _ body: (StoredOperation) throws(StoreError) -> Bool
  ) throws(StoreError) {
    try forEach(
      """
      SELECT position, incarnation, unit, content, urgency, state, enqueued, not_before, attempts, attempted, refusal,
        entity, number, type, key, checksum
      FROM operation WHERE position > $1 ORDER BY position
      """, [.integer(Int64(bitPattern: position))]
    ) { (row) throws(StoreError) in try body(StoredOperation(row)) }
  }
}

extension WriteTransaction {
  /// Adds an operation at its place, or replaces the one that is there. One that is damaged is left as it is.
  func store(_ operation: StoredOperation) throws(StoreError) {
    guard !operation.isDamaged else { return }
    let content = operation.content.encoded()
    try execute(
      """
      INSERT INTO operation(position, incarnation, number, unit, type, key, content, urgency, state, enqueued,
        not_before, attempts, attempted, refusal, entity, checksum)
      VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
      ON CONFLICT(position) DO UPDATE SET incarnation = excluded.incarnation, number = excluded.number,
        unit = excluded.unit, content = excluded.content, urgency = excluded.urgency, state = excluded.state,
        not_before = excluded.not_before, attempts = excluded.attempts, attempted = excluded.attempted,
        refusal = excluded.refusal, checksum = excluded.checksum
      """,
      [
        .integer(Int64(bitPattern: operation.position)), .bytes(operation.incarnation.bytes),
        .integer(Int64(bitPattern: operation.content.number)), .integer(Int64(bitPattern: operation.unit)),
        .text(operation.content.type), .bytes(operation.content.key), .bytes(content),
        .integer(Int64(operation.urgency.rawValue)), .integer(operation.state.rawValue),
        .integer(operation.enqueued), .integer(operation.notBefore), .integer(operation.attempts),
        .integer(operation.attempted), .bytes(operation.refusal?.encoded()), .integer(operation.row),
        .integer(StoredOperation.checksum(of: content)),
      ])
  }

  /// Puts an operation into its lanes, its entity's own the first.
  func addLanes(_ lanes: [Lane], at position: UInt64) throws(StoreError) {
    let place = SQLValue.integer(Int64(bitPattern: position))
    for lane in lanes.dropFirst() {
      try execute("INSERT INTO lane(key, position) VALUES($1, $2)", [.bytes(lane.key), place])
    }
  }

  func leaveLanes(at position: UInt64) throws(StoreError) {
    try execute("DELETE FROM lane WHERE position = $1", [.integer(Int64(bitPattern: position))])
  }

  func removeOperation(at position: UInt64) throws(StoreError) {
    try execute("DELETE FROM operation WHERE position = $1", [.integer(Int64(bitPattern: position))])
    try leaveLanes(at: position)
  }
}

extension StoredOperation {
  /// Whether nothing is known of it but its place and its entity: its row is damaged. It waits for somebody to say anew
  /// what it is to do, or to give it up.
  package var isDamaged: Bool { refusal?.status == UInt32(Status.dataLoss.rawValue) && content.kind == .unknown }

  /// What is stored with the content, by which damage to it shows.
  static func checksum(of content: [UInt8]) -> Int64 {
    var hash = SipHash()
    hash.add(content)
    return Int64(bitPattern: hash.digest.0)
  }

  /// An operation whose row is damaged is parked with the reason, so that it holds back only what depends on it.
  init(_ row: borrowing Row) {
    position = UInt64(bitPattern: row.integer(0))
    unit = UInt64(bitPattern: row.integer(2))
    urgency = Urgency(rawValue: UInt8(clamping: row.integer(4))) ?? .normal
    enqueued = row.integer(6)
    notBefore = row.integer(7)
    attempts = row.integer(8)
    attempted = row.integer(9)
    self.row = row.integer(11)
    let number = UInt64(bitPattern: row.integer(12))
    let content = row.bytes(3)
    do throws(MessageDecodingError) {
      guard Self.checksum(of: content) == row.integer(15) else {
        throw MessageDecodingError(.malformed, "its checksum is another than when it was stored")
      }
      self.content = try EntityOperation(decoding: content)
      refusal = try row.optionalBytes(10).map { (bytes) throws(MessageDecodingError) in try Outcome(decoding: bytes) }
      guard let incarnation = UUID(row.bytes(1)), let state = State(rawValue: row.integer(5)),
        self.content.number == number
      else { throw MessageDecodingError(.malformed, "its columns do not belong together") }
      self.incarnation = incarnation
      self.state = state
    } catch {
      incarnation = UUID(row.bytes(1)) ?? UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
      state = .parked
      self.content = EntityOperation(number: number, kind: .unknown, type: row.text(13), key: row.bytes(14))
      refusal = Outcome(
        number: number, kind: .rejected, status: UInt32(Status.dataLoss.rawValue),
        message: "what the operation says is damaged in the replica's file: \(error)")
    }
  }
}
