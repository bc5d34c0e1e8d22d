import HoldfastContract
import HoldfastStore
import HoldfastSync

/// What the hub's word does to an entity.
extension ReplicaBook {
  /// When, and in which pass from the start, something came from the hub.
  struct Arrival {
    var now: Int64
    var pass: Int64

    /// In place of a pass: it was the outcome of an operation, and the hub may never tell of the entity, since it is not
    /// wanted.
    static let untold: Int64 = -1
  }

  /// The hub has this state of the entity, or none. Whatever waits is put on top of it. Returns whether anything waits.
  ///
  /// A row that has all of it is not written again: what a device has pushed comes back to it with the next pull.
  @discardableResult
  func setServer(
    _ entity: EntityRef, to state: [UInt8]?, version: UInt64, _ arrival: Arrival,
    in transaction: borrowing WriteTransaction
  ) throws -> Bool {
    let pending = try transaction.first(
      """
      INSERT INTO entity(type, key, version, server, local, pending, keep, accessed, pass)
      VALUES($1, $2, $3, $4, NULL, 0, 1, $5, $6)
      ON CONFLICT(type, key) DO UPDATE SET version = excluded.version, server = excluded.server,
        pass = CASE WHEN version = excluded.version THEN MAX(pass, excluded.pass) ELSE excluded.pass END,
        lost = CASE WHEN excluded.server IS NULL AND entity.pending > 0 THEN COALESCE(entity.server, entity.lost) END
      WHERE entity.pending > 0 OR entity.version <> excluded.version OR entity.pass < excluded.pass
        OR entity.server IS NOT excluded.server
      RETURNING pending
      """,
      [
        .text(entity.type), .bytes(entity.key), .integer(Int64(bitPattern: version)), .bytes(state),
        .integer(arrival.now), .integer(arrival.pass),
      ]
    ) { $0.integer(0) }
    guard let pending, pending > 0 else { return false }
    try rebase(entity, in: transaction)
    return true
  }

  /// The entity is not the replica's any longer, but for what waits.
  func forgetServer(_ entity: EntityRef, in transaction: borrowing WriteTransaction) throws {
    let whole = try transaction.execute(
      "DELETE FROM entity WHERE type = $1 AND key = $2 AND pending = 0", [.text(entity.type), .bytes(entity.key)])
    guard whole == 0 else { return }
    let isThere = try transaction.execute(
      "UPDATE entity SET server = NULL, version = 0, lost = COALESCE(server, lost) WHERE type = $1 AND key = $2",
      [.text(entity.type), .bytes(entity.key)])
    if isThere > 0 { try rebase(entity, in: transaction) }
  }

  /// Makes the local state anew: the hub's with the operations that wait on top.
  func rebase(_ entity: EntityRef, in transaction: borrowing WriteTransaction) throws {
    guard let record = try transaction.entity(entity.type, entity.key) else { return }
    let operations = try transaction.operations(on: entity)
    if operations.isEmpty && record.server == nil && record.version == 0 {
      try transaction.execute("DELETE FROM entity WHERE id = $1", [.integer(record.id)])
      return
    }
    if operations.isEmpty, try letGo(record.id, entity.type, record.server, in: transaction) { return }
    var local: [UInt8]?
    if !operations.isEmpty {
      let shape = try shape(of: entity.type, in: transaction)
      let server = try record.server.map { (bytes) throws(SyncError) in try EntityFields(bytes) }
      local = Rebase.shown(server, operations, shape)?.message
    }
    try transaction.execute(
      "UPDATE entity SET local = $2, pending = $3, lost = CASE WHEN $3 > 0 THEN lost END WHERE id = $1",
      [.integer(record.id), .bytes(local), .integer(operations.count)])
  }

  /// Nothing waits on an entity any longer. It goes if it is none that is wanted: the hub will say nothing of it. Returns
  /// whether it has gone.
  @discardableResult
  func letGo(
    _ id: Int64, _ type: String, _ server: [UInt8]?, in transaction: borrowing WriteTransaction
  ) throws -> Bool {
    let head = try transaction.head()
    guard let server, !head.filters.isEmpty, try !head.wanted.wants(type, server) else { return false }
    try transaction.execute("DELETE FROM entity WHERE id = $1", [.integer(id)])
    return true
  }
}
