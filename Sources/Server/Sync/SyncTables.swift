internal import HoldfastStore

/// The tables of entities: what several devices keep and change.
///
/// An entity's `id` is the place of the change that wrote it last (`ChangeID`), so that a row moves to the end of its
/// space when it changes, and what is newer than a cursor is one range of the table. `type` stands for the name of a
/// type in one space.
///
/// An entity's `seal` is the key by which its state is sealed; none where it is as it was given, or empty. The same goes for
/// conflicts; of outcomes see `OutcomeTable`.
///
/// Outcomes have a table of their own, with the number of replica and operation as their key (`OperationID`), and not the
/// log's columns for outcomes. They last until their device confirms that it has them, however long that takes, while the
/// log is cut by age. It is cheaper as well: a row in each, removed when it is confirmed, took 7.7 µs of SQLite's time, and
/// filling and emptying the columns and their index 9.6.
enum SyncTables {
  static let create: Migration.Body = { transaction in
    try transaction.execute("ALTER TABLE history ADD COLUMN run INTEGER NOT NULL DEFAULT 0")
    // Histories that this one has grown out of, and how much of each it shares.
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
    // What is counted of a space's entities; `id` is the space's.
    try transaction.execute(
      """
      CREATE TABLE entity_space (
        id            INTEGER PRIMARY KEY,
        entities      INTEGER NOT NULL,
        checksum      BLOB NOT NULL,
        floor         INTEGER NOT NULL,
        clock_time    INTEGER NOT NULL,
        clock_counter INTEGER NOT NULL,
        replicas      INTEGER NOT NULL,
        conflicts     INTEGER NOT NULL,
        last_conflict INTEGER NOT NULL
      )
      """)
    try transaction.execute(
      """
      CREATE TABLE entity_type (
        id    INTEGER PRIMARY KEY,
        space INTEGER NOT NULL,
        name  TEXT NOT NULL,
        UNIQUE (space, name)
      )
      """)
    try transaction.execute(
      """
      CREATE TABLE entity_description (
        id          INTEGER PRIMARY KEY,
        type        INTEGER NOT NULL,
        version     INTEGER NOT NULL,
        hash        BLOB NOT NULL,
        description BLOB NOT NULL,
        UNIQUE (type, version)
      )
      """)
    try transaction.execute(
      """
      CREATE TABLE entity (
        id         INTEGER PRIMARY KEY,
        type       INTEGER NOT NULL,
        key        BLOB NOT NULL,
        state      BLOB NOT NULL,
        marks      BLOB NOT NULL,
        is_deleted INTEGER NOT NULL,
        is_erased  INTEGER NOT NULL,
        UNIQUE (type, key)
      )
      """)
    // `number` is the highest of an operation that the hub knows; outcomes up to `confirmed` have been forgotten.
    try transaction.execute(
      """
      CREATE TABLE replica (
        id          INTEGER PRIMARY KEY,
        space       INTEGER NOT NULL,
        incarnation BLOB NOT NULL,
        device      BLOB NOT NULL,
        principal   TEXT NOT NULL,
        epoch       BLOB NOT NULL,
        number      INTEGER NOT NULL,
        confirmed   INTEGER NOT NULL,
        UNIQUE (space, incarnation)
      )
      """)
    try transaction.execute(
      "CREATE TABLE outcome (id INTEGER PRIMARY KEY, request BLOB NOT NULL, outcome BLOB NOT NULL)")
    // `id` is the space with the conflict's number in it; `operation` is that of `outcome`.
    try transaction.execute(
      """
      CREATE TABLE conflict (
        id         INTEGER PRIMARY KEY,
        operation  INTEGER NOT NULL UNIQUE,
        type       INTEGER NOT NULL,
        key        BLOB NOT NULL,
        version    INTEGER NOT NULL,
        content    BLOB NOT NULL
      )
      """)
    try transaction.execute("CREATE INDEX conflict_entity ON conflict (type, key)")
  }

  /// Fails once there are entities: the older schema has no place for them.
  static let remove: Migration.Body = { transaction in
    guard try transaction.first("SELECT 1 FROM entity LIMIT 1", [], { _ in true }) == nil else {
      throw StoreError(.migration, "the hub has entities; restore a backup from before they came")
    }
    try transaction.execute("DROP TABLE conflict")
    try transaction.execute("DROP TABLE outcome")
    try transaction.execute("DROP TABLE replica")
    try transaction.execute("DROP TABLE entity")
    try transaction.execute("DROP TABLE entity_description")
    try transaction.execute("DROP TABLE entity_type")
    try transaction.execute("DROP TABLE entity_space")
    try transaction.execute("DROP TABLE ancestor")
    try transaction.execute("ALTER TABLE history DROP COLUMN run")
  }

  /// What has come of a replica before has no opening.
  static let addOpenings: Migration.Body = { transaction in
    try transaction.execute(
      """
      CREATE TABLE opening (
        replica INTEGER NOT NULL,
        name    INTEGER NOT NULL,
        first   INTEGER NOT NULL,
        last    INTEGER NOT NULL,
        PRIMARY KEY (replica, name)
      ) WITHOUT ROWID
      """)
    try transaction.execute(
      "INSERT INTO opening (replica, name, first, last) SELECT id, 0, 1, number FROM replica WHERE number > 0")
  }

  static let addSeals: Migration.Body = { transaction in
    try transaction.execute("ALTER TABLE entity ADD COLUMN seal INTEGER")
    // Where values are sealed already, all rows are looked through once more.
    try transaction.execute("UPDATE sealing SET generation = 0")
  }

  /// Fails once some are sealed: the older schema has no place for that.
  static let removeSeals: Migration.Body = { transaction in
    guard try transaction.first("SELECT 1 FROM entity WHERE seal IS NOT NULL LIMIT 1", [], { _ in true }) == nil else {
      throw StoreError(.migration, "entities are sealed; restore a backup from before that")
    }
    try transaction.execute("ALTER TABLE entity DROP COLUMN seal")
  }

  static let addMoreSeals: Migration.Body = { transaction in
    try transaction.execute("ALTER TABLE conflict ADD COLUMN seal INTEGER")
    try transaction.execute("ALTER TABLE outcome ADD COLUMN seal INTEGER")
    try transaction.execute("UPDATE sealing SET generation = 0")
  }

  /// Fails once some are sealed: the older schema has no place for that.
  static let removeMoreSeals: Migration.Body = { transaction in
    let used: SQL = """
      SELECT 1 FROM conflict WHERE seal IS NOT NULL UNION ALL SELECT 1 FROM outcome WHERE seal IS NOT NULL LIMIT 1
      """
    guard try transaction.first(used, [], { _ in true }) == nil else {
      throw StoreError(.migration, "conflicts and outcomes are sealed; restore a backup from before that")
    }
    try transaction.execute("ALTER TABLE outcome DROP COLUMN seal")
    try transaction.execute("ALTER TABLE conflict DROP COLUMN seal")
  }

  static let removeOpenings: Migration.Body = { transaction in try transaction.execute("DROP TABLE opening") }
}
