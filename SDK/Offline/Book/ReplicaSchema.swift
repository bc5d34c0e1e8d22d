package import HoldfastStore

/// What a replica's file holds.
///
/// - `replica`: one row, see `ReplicaHead`.
/// - `entity_type`: descriptions, of the newest program that has used the file.
/// - `entity`: what the hub has, as far as it is known here, and beside it what the program sees while operations wait.
/// - `operation`: the queue. `lane`: the lanes of an operation beside its entity's own.
/// - `outcome`: what became of operations that have left the queue, for those who ask.
/// - `history`: the hub's histories in which the replica was before, the latest first by `id`, and up to where each is
///   that of now.
/// - `failure`: what went wrong last, see `StoredFailure`.
package enum ReplicaSchema {
  package static let migrations = [
    Migration(1, "entities, queue and outcomes") { transaction in
      try transaction.execute(
        """
        CREATE TABLE replica(
          id INTEGER PRIMARY KEY CHECK (id = 1),
          device BLOB NOT NULL, incarnation BLOB NOT NULL, place BLOB NOT NULL, space TEXT NOT NULL,
          epoch BLOB NOT NULL, cursor BLOB NOT NULL, pulled_to INTEGER NOT NULL, filters BLOB NOT NULL,
          pass INTEGER NOT NULL, is_passing INTEGER NOT NULL,
          last_number INTEGER NOT NULL, last_position INTEGER NOT NULL, edits INTEGER NOT NULL,
          clock_time INTEGER NOT NULL, clock_counter INTEGER NOT NULL, clock_offset INTEGER NOT NULL,
          pruned INTEGER NOT NULL)
        """)
      try transaction.execute(
        """
        CREATE TABLE entity_type(
          type TEXT PRIMARY KEY, version INTEGER NOT NULL, description BLOB NOT NULL) WITHOUT ROWID
        """)
      try transaction.execute(
        """
        CREATE TABLE entity(
          id INTEGER PRIMARY KEY, type TEXT NOT NULL, key BLOB NOT NULL,
          version INTEGER NOT NULL, server BLOB, local BLOB, lost BLOB, pending INTEGER NOT NULL,
          keep INTEGER NOT NULL, accessed INTEGER NOT NULL, pass INTEGER NOT NULL,
          UNIQUE (type, key))
        """)
      try transaction.execute(
        """
        CREATE TABLE operation(
          position INTEGER PRIMARY KEY, incarnation BLOB NOT NULL, number INTEGER NOT NULL UNIQUE,
          unit INTEGER NOT NULL, type TEXT NOT NULL, key BLOB NOT NULL, content BLOB NOT NULL,
          urgency INTEGER NOT NULL, state INTEGER NOT NULL, enqueued INTEGER NOT NULL, not_before INTEGER NOT NULL,
          attempts INTEGER NOT NULL, attempted INTEGER NOT NULL, refusal BLOB)
        """)
      try transaction.execute("CREATE INDEX operation_key ON operation(key, position)")
      try transaction.execute(
        """
        CREATE TABLE lane(
          key BLOB NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (key, position)) WITHOUT ROWID
        """)
      try transaction.execute("CREATE INDEX lane_position ON lane(position)")
      try transaction.execute(
        """
        CREATE TABLE outcome(
          position INTEGER PRIMARY KEY, at INTEGER NOT NULL, outcome BLOB NOT NULL)
        """)
    },
    // Entities that no page has told of yet, see `Arrival.untold`.
    Migration(2, "what no page has told of") { transaction in
      try transaction.execute("CREATE INDEX entity_untold ON entity(version) WHERE pass < 0")
    },
    Migration(3, "histories") { transaction in
      try transaction.execute("ALTER TABLE replica ADD COLUMN seen INTEGER NOT NULL DEFAULT 0")
      // How much it was has not been noted: more than any other history has.
      try transaction.execute("UPDATE replica SET seen = $1 WHERE LENGTH(epoch) > 0", [.integer(Int64.max)])
      try transaction.execute(
        "CREATE TABLE history(id INTEGER PRIMARY KEY, epoch BLOB NOT NULL, shared INTEGER NOT NULL)")
    },
    // Entities' rows come and go in the order of their operations, keys in none: of a long queue, each operation that
    // left changed a page of the index by keys.
    Migration(4, "operations by entity") { transaction in
      try transaction.execute("ALTER TABLE operation ADD COLUMN entity INTEGER NOT NULL DEFAULT 0")
      try transaction.execute(
        """
        UPDATE operation SET entity = COALESCE(
          (SELECT e.id FROM entity AS e WHERE e.type = operation.type AND e.key = operation.key), 0)
        """)
      try transaction.execute("CREATE INDEX operation_entity ON operation(entity, position)")
      try transaction.execute("DROP INDEX operation_key")
    },
    Migration(5, "openings") { transaction in
      try transaction.execute("ALTER TABLE replica ADD COLUMN opening INTEGER NOT NULL DEFAULT 0")
    },
    Migration(6, "the last failure") { transaction in
      try transaction.execute(
        """
        CREATE TABLE failure(
          place INTEGER PRIMARY KEY, depth INTEGER NOT NULL, type TEXT NOT NULL, kind TEXT NOT NULL,
          message TEXT NOT NULL, activity TEXT NOT NULL, remedy TEXT NOT NULL, status INTEGER, since INTEGER NOT NULL)
        """)
    },
    Migration(7, "checksums of operations") { transaction in
      try transaction.execute("ALTER TABLE operation ADD COLUMN checksum INTEGER NOT NULL DEFAULT 0")
      var last = Int64.min
      while true {
        let operations = try transaction.all(
          "SELECT position, content FROM operation WHERE position > $1 ORDER BY position LIMIT $2",
          [.integer(last), .integer(Limits.batch)]
        ) { (position: $0.integer(0), checksum: StoredOperation.checksum(of: $0.bytes(1))) }
        guard let end = operations.last?.position else { return }
        for operation in operations {
          try transaction.execute(
            "UPDATE operation SET checksum = $2 WHERE position = $1",
            [.integer(operation.position), .integer(operation.checksum)])
        }
        last = end
      }
    },
  ]
}
