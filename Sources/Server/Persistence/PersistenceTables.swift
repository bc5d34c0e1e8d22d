internal import HoldfastCrypto
internal import HoldfastStore

/// The tables of spaces, values and changes.
///
/// A change's `id` is its space and its sequence in one number (`ChangeID`), so that a space's log is one range of the
/// table and needs no further index. The columns `operation`, `request` and `outcome` serve replies to calls that are
/// sent twice; they are emptied when that is over, and the chain of digests does not cover them.
///
/// A log has two marks (`LogTending`), so that what is too old is found at its start and needs no index either: up to
/// `forgotten` those columns are empty, up to `floor` there are no rows. `anchor` is the digest of the last row that was
/// cut off: the chain of those that are left begins with it.
///
/// A value's `seal` is the key by which its content is sealed; none where it is as it was given. `subject` is whom it is
/// about. `logged` is the change which has the hash of the content, where that is not the one which wrote the value.
/// `sealing` has a row once the hub seals (`SealingMarks`).
enum PersistenceTables {
  static let create: Migration.Body = { transaction in
    try transaction.execute("CREATE TABLE history (id INTEGER PRIMARY KEY CHECK (id = 1), epoch BLOB NOT NULL)")
    try transaction.execute("INSERT INTO history (id, epoch) VALUES (1, $1)", [.bytes(try Random.bytes(8))])
    try transaction.execute(
      """
      CREATE TABLE space (
        id           INTEGER PRIMARY KEY,
        name         TEXT NOT NULL UNIQUE,
        sequence     INTEGER NOT NULL,
        floor        INTEGER NOT NULL,
        digest       BLOB NOT NULL,
        bytes        INTEGER NOT NULL,
        "values"     INTEGER NOT NULL,
        quota_bytes  INTEGER NOT NULL,
        quota_values INTEGER NOT NULL
      )
      """)
    try transaction.execute(
      """
      CREATE TABLE value (
        id      INTEGER PRIMARY KEY,
        space   INTEGER NOT NULL,
        key     BLOB NOT NULL,
        version INTEGER NOT NULL,
        updated INTEGER NOT NULL,
        expires INTEGER,
        type    TEXT NOT NULL,
        content BLOB NOT NULL,
        UNIQUE (space, key)
      )
      """)
    try transaction.execute("CREATE INDEX value_expires ON value (expires) WHERE expires IS NOT NULL")
    try transaction.execute(
      """
      CREATE TABLE change (
        id        INTEGER PRIMARY KEY,
        at        INTEGER NOT NULL,
        who       TEXT NOT NULL,
        kind      INTEGER NOT NULL,
        key       BLOB NOT NULL,
        content   BLOB NOT NULL,
        digest    BLOB NOT NULL,
        operation BLOB,
        request   BLOB,
        outcome   BLOB
      )
      """)
    try transaction.execute(
      "CREATE UNIQUE INDEX change_operation ON change (operation, who) WHERE operation IS NOT NULL")
  }

  static let addSeals: Migration.Body = { transaction in
    try transaction.execute("ALTER TABLE value ADD COLUMN seal INTEGER")
    try transaction.execute("ALTER TABLE value ADD COLUMN subject INTEGER")
    try transaction.execute("CREATE INDEX value_subject ON value (subject) WHERE subject IS NOT NULL")
    try transaction.execute(
      """
      CREATE TABLE subject (
        id    INTEGER PRIMARY KEY,
        space INTEGER NOT NULL,
        name  TEXT NOT NULL,
        UNIQUE (space, name)
      )
      """)
    try transaction.execute(
      """
      CREATE TABLE sealing (
        id         INTEGER PRIMARY KEY CHECK (id = 1),
        last_key   INTEGER NOT NULL,
        generation INTEGER NOT NULL
      )
      """)
  }

  /// Fails once something is sealed or about somebody: the older schema has no place for that.
  static let removeSeals: Migration.Body = { transaction in
    let isUsed = try transaction.first(
      "SELECT 1 FROM sealing UNION ALL SELECT 1 FROM subject LIMIT 1", [], { _ in true })
    guard isUsed == nil else {
      throw StoreError(.migration, "values are sealed or about a subject; restore a backup from before that")
    }
    try transaction.execute("DROP TABLE sealing")
    try transaction.execute("DROP TABLE subject")
    try transaction.execute("DROP INDEX value_subject")
    try transaction.execute("ALTER TABLE value DROP COLUMN subject")
    try transaction.execute("ALTER TABLE value DROP COLUMN seal")
  }

  static let addErasures: Migration.Body = { transaction in
    try transaction.execute("ALTER TABLE value ADD COLUMN logged INTEGER")
    try transaction.execute("ALTER TABLE sealing ADD COLUMN erasures INTEGER NOT NULL DEFAULT 0")
    // Erasures under way: what is found here when the hub starts is gone on with. All changes up to `until` go.
    try transaction.execute(
      """
      CREATE TABLE erasure (
        id      INTEGER PRIMARY KEY,
        space   TEXT NOT NULL,
        subject TEXT NOT NULL,
        who     TEXT NOT NULL,
        until   INTEGER
      )
      """)
  }

  static let removeErasures: Migration.Body = { transaction in
    try transaction.execute("DROP TABLE erasure")
    try transaction.execute("ALTER TABLE sealing DROP COLUMN erasures")
    try transaction.execute("ALTER TABLE value DROP COLUMN logged")
  }

  /// What was asked for, with the fields by which entities are found.
  static let addErasedEntities: Migration.Body = { transaction in
    try transaction.execute("ALTER TABLE erasure ADD COLUMN request BLOB NOT NULL DEFAULT x''")
  }

  static let removeErasedEntities: Migration.Body = { transaction in
    try transaction.execute("ALTER TABLE erasure DROP COLUMN request")
  }

  static let addLogEnds: Migration.Body = { transaction in
    try transaction.execute("ALTER TABLE space ADD COLUMN forgotten INTEGER NOT NULL DEFAULT 0")
    // Nothing has been cut off yet: every chain begins with zeros.
    try transaction.execute(
      """
      ALTER TABLE space ADD COLUMN anchor BLOB NOT NULL
        DEFAULT x'0000000000000000000000000000000000000000000000000000000000000000'
      """)
  }

  /// Fails once a log has been cut: the older schema has no place for where its chain begins.
  static let removeLogEnds: Migration.Body = { transaction in
    let cut = try transaction.first("SELECT name FROM space WHERE floor > 0 LIMIT 1") { $0.text(0) }
    if let cut {
      throw StoreError(.migration, "the log of the space \(cut) has been cut; restore a backup from before that")
    }
    try transaction.execute("ALTER TABLE space DROP COLUMN anchor")
    try transaction.execute("ALTER TABLE space DROP COLUMN forgotten")
  }
}

/// A change's place among all: the space in the upper bits, the sequence in the lower 40.
struct ChangeID {
  static let sequenceBits = 40
  /// A space's last sequence: over a trillion changes.
  static let lastSequence: Int64 = 1 << sequenceBits - 1
  /// The last space: more than eight million.
  static let lastSpace: Int64 = 1 << (63 - sequenceBits) - 1

  let rawValue: Int64

  init(space: Int64, sequence: Int64) { rawValue = space << Self.sequenceBits | sequence }
}
