internal import HoldfastContract
internal import HoldfastStore
internal import HoldfastWire

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// A replica as the hub knows it.
struct ReplicaRecord: Equatable {
  /// The hub's number for it, from 1.
  var id: Int64
  var device: [UInt8]
  /// Whose credential it came with last.
  var principal: String
  /// The highest operation number that is known of it.
  var number: Int64 = 0
  /// Outcomes up to this one have reached it and been forgotten.
  var confirmed: Int64 = 0
}

enum ReplicaTable {
  static func find<Reading: Transaction & ~Copyable>(
    _ identity: ReplicaIdentity, in space: Int64, _ transaction: borrowing Reading
  ) throws(StoreError) -> ReplicaRecord? {
    try transaction.first(
      """
      SELECT id, device, principal, number, confirmed FROM replica WHERE space = $1 AND incarnation = $2
      """, [.integer(space), .bytes(identity.incarnation.bytes)]
    ) { row in
      ReplicaRecord(
        id: row.integer(0), device: row.bytes(1), principal: row.text(2), number: row.integer(3),
        confirmed: row.integer(4))
    }
  }

  static func insert(
    _ identity: ReplicaIdentity, in space: Int64, principal: String, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) -> ReplicaRecord {
    let id = try transaction.first(
      """
      INSERT INTO replica (space, incarnation, device, principal, number, confirmed)
      VALUES ($1, $2, $3, $4, 0, 0) RETURNING id
      """,
      [.integer(space), .bytes(identity.incarnation.bytes), .bytes(identity.device.bytes), .text(principal)]
    ) { $0.integer(0) }
    guard let id, id <= OperationID.lastReplica else {
      throw StoreError(.tooLarge, "the hub has had all the replicas that it can have")
    }
    return ReplicaRecord(id: id, device: identity.device.bytes, principal: principal)
  }

  static func update(_ record: ReplicaRecord, _ transaction: borrowing WriteTransaction) throws(StoreError) {
    try transaction.execute(
      "UPDATE replica SET principal = $2, number = $3, confirmed = $4 WHERE id = $1",
      [.integer(record.id), .text(record.principal), .integer(record.number), .integer(record.confirmed)])
  }
}

extension UUID {
  var bytes: [UInt8] { withUnsafeBytes(of: uuid) { Array($0) } }
}
