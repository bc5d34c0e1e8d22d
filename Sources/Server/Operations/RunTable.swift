internal import HoldfastStore

/// The hub's earlier runs, and where each ended.
///
/// A space that has not changed in a run has no row for it: where it stood, an earlier run tells.
enum RunTable {
  static let create: Migration.Body = { transaction in
    try transaction.execute("CREATE TABLE run (id INTEGER PRIMARY KEY, epoch BLOB NOT NULL UNIQUE)")
    try transaction.execute(
      """
      CREATE TABLE run_end (
        id       INTEGER PRIMARY KEY,
        space    INTEGER NOT NULL,
        run      INTEGER NOT NULL,
        sequence INTEGER NOT NULL,
        UNIQUE (space, run)
      )
      """)
    try transaction.execute("INSERT INTO run (epoch) SELECT epoch FROM ancestor GROUP BY epoch ORDER BY min(id)")
    try transaction.execute(
      """
      INSERT INTO run_end (space, run, sequence)
      SELECT a.space, r.id, a.sequence FROM ancestor AS a JOIN run AS r ON r.epoch = a.epoch ORDER BY a.id
      """)
    try transaction.execute("DROP TABLE ancestor")
    try transaction.execute("ALTER TABLE history DROP COLUMN run")
    try transaction.execute("ALTER TABLE replica DROP COLUMN epoch")
  }

  /// Replicas have to join again, and those that the older schema can tell nothing of begin anew.
  static let remove: Migration.Body = { transaction in
    try transaction.execute("ALTER TABLE replica ADD COLUMN epoch BLOB NOT NULL DEFAULT X''")
    try transaction.execute("ALTER TABLE history ADD COLUMN run INTEGER NOT NULL DEFAULT 0")
    try transaction.execute(
      """
      CREATE TABLE ancestor (
        id       INTEGER PRIMARY KEY,
        epoch    BLOB NOT NULL,
        space    INTEGER NOT NULL,
        sequence INTEGER NOT NULL,
        UNIQUE (epoch, space)
      )
      """)
    try transaction.execute(
      """
      INSERT INTO ancestor (epoch, space, sequence)
      SELECT r.epoch, e.space, e.sequence FROM run_end AS e JOIN run AS r ON r.id = e.run ORDER BY e.id
      """)
    try transaction.execute("DROP TABLE run_end")
    try transaction.execute("DROP TABLE run")
  }

  /// Notes that a run has ended where the spaces stand now, and forgets the oldest.
  static func end(_ epoch: [UInt8], _ transaction: borrowing WriteTransaction) throws(StoreError) {
    let run = try transaction.first("INSERT INTO run (epoch) VALUES ($1) RETURNING id", [.bytes(epoch)]) {
      $0.integer(0)
    }
    guard let run else { throw StoreError(.corrupt, "the end of a run cannot be noted") }
    try transaction.execute(
      """
      INSERT INTO run_end (space, run, sequence)
      SELECT s.id, $1, s.sequence FROM space AS s
      WHERE s.sequence > coalesce((SELECT max(e.sequence) FROM run_end AS e WHERE e.space = s.id), 0)
      """, [.integer(run)])
    let oldest = SQLValue.integer(run - Limits.runs + 1)
    try transaction.execute("DELETE FROM run WHERE id < $1", [oldest])
    // What a run that is kept may need to know of one before it stays.
    try transaction.execute(
      """
      DELETE FROM run_end WHERE run < $1 AND EXISTS (
        SELECT 1 FROM run_end AS later
        WHERE later.space = run_end.space AND later.run > run_end.run AND later.run <= $1)
      """, [oldest])
  }

  /// Where a space stood when a run ended; nil when nothing is known of the run.
  static func end<Reading: Transaction & ~Copyable>(
    of epoch: [UInt8], space: Int64, _ transaction: borrowing Reading
  ) throws(StoreError) -> Int64? {
    guard let run = try transaction.first("SELECT id FROM run WHERE epoch = $1", [.bytes(epoch)], { $0.integer(0) })
    else { return nil }
    return try transaction.first(
      "SELECT sequence FROM run_end WHERE space = $1 AND run <= $2 ORDER BY run DESC LIMIT 1",
      [.integer(space), .integer(run)]
    ) { $0.integer(0) } ?? 0
  }
}
