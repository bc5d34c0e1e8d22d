internal import HoldfastStore

/// The table of context: a row for each change of a name that is remembered.
///
/// A row's `id` is its change's place in the log (`ChangeID`). `key` is a `ContextAddress`; the newest row of each has
/// `is_latest`, and is what the name is now: a value, or that it was removed. What is over before a removal goes with it
/// when its change is cut off the log. `size` is what was given, however `content` is kept; a removal has none. `subject`
/// names the person whom a value is about. `seal` is the key by which the content is sealed; none where it is as it was
/// given. `logged` is the change which has the hash of what is sealed, where that is not the one which wrote the row.
enum ContextTables {
  /// Fails when there is a space with the name under which the scope `global` is kept from now on.
  static let create: Migration.Body = { transaction in
    let taken = try transaction.first("SELECT 1 FROM space WHERE name = $1", [.text(GlobalContext.space)]) { _ in true }
    guard taken == nil else {
      throw StoreError(
        .migration,
        "a space is called \(GlobalContext.space), which the hub needs for itself; copy what it holds with the version of before"
      )
    }
    try transaction.execute(
      """
      CREATE TABLE context (
        id        INTEGER PRIMARY KEY,
        space     INTEGER NOT NULL,
        key       BLOB NOT NULL,
        is_latest INTEGER NOT NULL,
        kind      INTEGER NOT NULL,
        at        INTEGER NOT NULL,
        expires   INTEGER,
        who       TEXT NOT NULL,
        type      TEXT NOT NULL,
        subject   TEXT,
        size      INTEGER NOT NULL,
        content   BLOB
      )
      """)
    try transaction.execute("CREATE INDEX context_key ON context (space, is_latest, key, id)")
    try transaction.execute(
      "CREATE INDEX context_expires ON context (expires) WHERE is_latest = 1 AND expires IS NOT NULL")
    try transaction.execute("CREATE INDEX context_subject ON context (subject) WHERE subject IS NOT NULL")
  }

  /// Fails once there is context: the older schema has no place for it.
  static let remove: Migration.Body = { transaction in
    guard try transaction.first("SELECT 1 FROM context LIMIT 1", [], { _ in true }) == nil else {
      throw StoreError(.migration, "the hub has context; restore a backup from before it came")
    }
    try transaction.execute("DROP TABLE context")
    // Empty as well, or what was in it and is gone stands in its log.
    try transaction.execute("DELETE FROM space WHERE name = $1 AND sequence = 0", [.text(GlobalContext.space)])
  }

  static let addSeals: Migration.Body = { transaction in
    try transaction.execute("ALTER TABLE context ADD COLUMN seal INTEGER")
    try transaction.execute("ALTER TABLE context ADD COLUMN logged INTEGER")
    // Where values are sealed already, all rows are looked through once more.
    try transaction.execute("UPDATE sealing SET generation = 0")
  }

  /// Fails once some is sealed: the older schema has no place for that.
  static let removeSeals: Migration.Body = { transaction in
    guard try transaction.first("SELECT 1 FROM context WHERE seal IS NOT NULL LIMIT 1", [], { _ in true }) == nil else {
      throw StoreError(.migration, "context is sealed; restore a backup from before that")
    }
    try transaction.execute("ALTER TABLE context DROP COLUMN logged")
    try transaction.execute("ALTER TABLE context DROP COLUMN seal")
  }
}

/// Where the scope `global` is kept.
enum GlobalContext {
  /// A space that no call can name.
  static let space = "@global"
}
