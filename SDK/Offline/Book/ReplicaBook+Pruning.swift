package import HoldfastStore
import HoldfastSync

/// How much a replica holds.
extension ReplicaBook {
  /// What has been taken away.
  package struct Pruned: Hashable, Sendable {
    package var entities = 0
    package var bytes: Int64 = 0
    package var touched = Touched()
  }

  /// Takes away what nobody has looked at for long, and then, what matters least and was looked at longest ago, until
  /// the rest is small enough. What is critical stays, and so does all that operations wait for, with the hub's state
  /// below it.
  package func prune(
    toBytes limit: Int64, accessedSince time: Int64, in transaction: borrowing WriteTransaction
  ) throws(StoreError) -> Pruned {
    var pruned = Pruned()
    var held = try bytes(in: transaction)
    while true {
      let batch = try transaction.all(
        """
        SELECT id, type, key, LENGTH(type) + LENGTH(key) + COALESCE(LENGTH(server), 0), accessed, server IS NOT NULL
        FROM entity WHERE pending = 0 AND keep < 3 AND (accessed < $1 OR $2) ORDER BY accessed >= $1, keep, accessed,
          type, key LIMIT $3
        """, [.integer(time), .integer(held > limit ? 1 : 0), .integer(Limits.batch)]
      ) {
        Candidate(
          id: $0.integer(0), entity: EntityRef(type: $0.text(1), key: $0.bytes(2)), bytes: $0.integer(3),
          isOld: $0.integer(4) < time, isAlive: $0.integer(5) != 0)
      }
      for candidate in batch where candidate.isOld || held > limit {
        try transaction.execute("DELETE FROM entity WHERE id = $1", [.integer(candidate.id)])
        held -= candidate.bytes
        guard candidate.isAlive else { continue }
        pruned.entities += 1
        pruned.bytes += candidate.bytes
        pruned.touched.entities.insert(candidate.entity)
      }
      guard let last = batch.last, last.isOld || held > limit else { break }
    }
    let count = Int64(pruned.entities)
    try transaction.changeHead { (head) throws(StoreError) in head.pruned += count }
    return pruned
  }

  private struct Candidate {
    let id: Int64
    let entity: EntityRef
    let bytes: Int64
    let isOld: Bool
    let isAlive: Bool
  }

  /// Bytes of all entities.
  package func bytes<T: Transaction & ~Copyable>(in transaction: borrowing T) throws(StoreError) -> Int64 {
    try transaction.first(
      """
      SELECT COALESCE(SUM(LENGTH(type) + LENGTH(key) + COALESCE(LENGTH(server), 0) + COALESCE(LENGTH(local), 0)), 0)
      FROM entity
      """
    ) { $0.integer(0) } ?? 0
  }

  /// How much it matters that the entity stays: 0 least, 3 for ever.
  package func keep(
    _ entity: EntityRef, level: Int64, in transaction: borrowing WriteTransaction
  ) throws(StoreError) {
    try transaction.execute(
      "UPDATE entity SET keep = $3 WHERE type = $1 AND key = $2",
      [.text(entity.type), .bytes(entity.key), .integer(level)])
  }

  /// Entities have been looked at.
  package func touch(
    _ entities: some Sequence<EntityRef>, at now: Int64, in transaction: borrowing WriteTransaction
  ) throws(StoreError) {
    for entity in entities {
      try transaction.execute(
        "UPDATE entity SET accessed = $3 WHERE type = $1 AND key = $2 AND accessed < $4",
        [
          .text(entity.type), .bytes(entity.key), .integer(now), .integer(now.addingSaturated(-Limits.accessStep)),
        ])
    }
  }
}
