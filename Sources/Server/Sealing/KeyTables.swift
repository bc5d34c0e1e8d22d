internal import HoldfastStore

/// The tables of `keys.sqlite`.
///
/// `master` has one row: what the master key is made with, a proof by which a wrong one shows, the number of the last key
/// that was made, how often the keys have been changed (`generation`), and how often some were destroyed in order to erase
/// what they have sealed.
///
/// A row of `key` is a space's key (`subject` is empty then) or that of a subject in it. `sealer` is the key that has sealed
/// `bytes`: 0 for the master key, otherwise a space's. `retired` is the generation since which nothing is sealed by it any
/// more; 0 of keys that are destroyed as soon as what they have sealed is removed. A key that is destroyed keeps its number, which is never given again; its bytes are overwritten, and so is whose
/// it was.
enum KeyTables {
  static let migrations = [Migration(1, "keys", create), Migration(2, "count of erasures", addErasures)]

  private static let create: Migration.Body = { transaction in
    try transaction.execute(
      """
      CREATE TABLE master (
        id         INTEGER PRIMARY KEY CHECK (id = 1),
        salt       BLOB NOT NULL,
        rounds     INTEGER NOT NULL,
        block_size INTEGER NOT NULL,
        lanes      INTEGER NOT NULL,
        proof      BLOB NOT NULL,
        last_key   INTEGER NOT NULL,
        generation INTEGER NOT NULL
      )
      """)
    try transaction.execute(
      """
      CREATE TABLE key (
        id      INTEGER PRIMARY KEY,
        space   TEXT NOT NULL,
        subject TEXT NOT NULL,
        made    INTEGER NOT NULL,
        sealer  INTEGER NOT NULL,
        bytes   BLOB NOT NULL,
        retired INTEGER,
        fate    INTEGER NOT NULL
      )
      """)
    try transaction.execute(
      "CREATE UNIQUE INDEX key_current ON key (space, subject) WHERE retired IS NULL AND fate = 0")
    try transaction.execute("CREATE INDEX key_retired ON key (retired) WHERE retired IS NOT NULL AND fate = 0")
  }

  private static let addErasures: Migration.Body = { transaction in
    try transaction.execute("ALTER TABLE master ADD COLUMN erasures INTEGER NOT NULL DEFAULT 0")
  }
}

/// What has become of a key.
enum KeyFate: Int64 {
  case living = 0
  /// Destroyed, because what it has sealed was to be erased.
  case erased = 1
  /// Destroyed, because everything that it had sealed is sealed by another.
  case replaced = 2
}
