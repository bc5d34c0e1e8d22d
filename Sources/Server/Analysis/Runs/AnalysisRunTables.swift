internal import HoldfastStore

/// The tables of analyses.
///
/// An analysis has a row in `analysis_run`, and each of its columns one in `analysis_column`, whose `fence` grows with each
/// lease. Items stand in `analysis_block`, those of one batch together: the block's `sequence` is that of its first item, and
/// `content` an `ItemBlock` without sequence, column and row. `analysis_checkpoint` tells for each column how many rows have
/// their items, and what the chain knows by then. `expected` is how many seconds a sample made one expect; 0 without one.
enum AnalysisRunTables {
  /// Analyses of one column each.
  static let create: Migration.Body = { transaction in
    try transaction.execute(
      """
      CREATE TABLE analysis_run (
        id          INTEGER PRIMARY KEY,
        run         BLOB NOT NULL UNIQUE,
        space       INTEGER NOT NULL,
        file        BLOB NOT NULL,
        column_name TEXT NOT NULL,
        options     BLOB NOT NULL,
        state       INTEGER NOT NULL,
        row_count   INTEGER NOT NULL DEFAULT 0,
        done        INTEGER NOT NULL DEFAULT 0,
        errors      INTEGER NOT NULL DEFAULT 0,
        tokens      INTEGER NOT NULL DEFAULT 0,
        expected    REAL NOT NULL DEFAULT 0,
        fence       INTEGER NOT NULL DEFAULT 0,
        summary     BLOB NOT NULL DEFAULT X'',
        found       BLOB NOT NULL DEFAULT X'',
        began       INTEGER NOT NULL,
        ended       INTEGER,
        who         TEXT NOT NULL,
        failure     TEXT NOT NULL DEFAULT ''
      )
      """)
    try transaction.execute("CREATE INDEX analysis_run_space ON analysis_run (space, id)")
    try transaction.execute(
      """
      CREATE TABLE analysis_block (
        id        INTEGER PRIMARY KEY,
        run       INTEGER NOT NULL,
        sequence  INTEGER NOT NULL,
        first_row INTEGER NOT NULL,
        count     INTEGER NOT NULL,
        content   BLOB NOT NULL,
        UNIQUE (run, sequence)
      )
      """)
    try transaction.execute(
      """
      CREATE TABLE analysis_log (
        id     INTEGER PRIMARY KEY,
        run    INTEGER NOT NULL,
        at     INTEGER NOT NULL,
        worker TEXT NOT NULL,
        text   TEXT NOT NULL
      )
      """)
    try transaction.execute("CREATE INDEX analysis_log_run ON analysis_log (run, id)")
  }

  /// Fails once there are analyses: the older schema has no place for them.
  static let remove: Migration.Body = { transaction in
    guard try transaction.first("SELECT 1 FROM analysis_run LIMIT 1", [], { _ in true }) == nil else {
      throw StoreError(.migration, "the hub has analyses; remove them first, or restore a backup from before")
    }
    for statement: SQL in [
      "DROP TABLE analysis_log", "DROP TABLE analysis_block", "DROP TABLE analysis_run",
    ] { try transaction.execute(statement) }
  }

  /// Analyses of several columns: what was known of the one is copied before its place is given up.
  static let widen: Migration.Body = { transaction in
    try transaction.execute(
      """
      CREATE TABLE analysis_column (
        id    INTEGER PRIMARY KEY,
        run   INTEGER NOT NULL,
        place INTEGER NOT NULL,
        name  TEXT NOT NULL,
        fence INTEGER NOT NULL DEFAULT 0,
        UNIQUE (run, place)
      )
      """)
    try transaction.execute(
      """
      CREATE TABLE analysis_checkpoint (
        column_id INTEGER PRIMARY KEY,
        run       INTEGER NOT NULL,
        rows_done INTEGER NOT NULL,
        errors    INTEGER NOT NULL,
        is_done   INTEGER NOT NULL,
        summary   BLOB NOT NULL,
        found     BLOB NOT NULL,
        at        INTEGER NOT NULL
      )
      """)
    try transaction.execute("CREATE INDEX analysis_checkpoint_run ON analysis_checkpoint (run)")
    try transaction.execute(
      "INSERT INTO analysis_column (run, place, name, fence) SELECT id, 0, column_name, fence FROM analysis_run")
    try transaction.execute(
      """
      INSERT INTO analysis_checkpoint (column_id, run, rows_done, errors, is_done, summary, found, at)
      SELECT c.id, r.id, r.done, r.errors, r.state = 2, r.summary, r.found, coalesce(r.ended, r.began)
      FROM analysis_run AS r JOIN analysis_column AS c ON c.run = r.id WHERE r.done > 0 OR r.state = 2
      """)
    try transaction.execute("ALTER TABLE analysis_block ADD COLUMN column_id INTEGER NOT NULL DEFAULT 0")
    try transaction.execute(
      "UPDATE analysis_block SET column_id = (SELECT c.id FROM analysis_column AS c WHERE c.run = analysis_block.run)")
    try transaction.execute("ALTER TABLE analysis_log ADD COLUMN column_id INTEGER NOT NULL DEFAULT 0")
    try transaction.execute(
      "UPDATE analysis_log SET column_id = (SELECT c.id FROM analysis_column AS c WHERE c.run = analysis_log.run)")
    for statement: SQL in [
      "ALTER TABLE analysis_run DROP COLUMN column_name", "ALTER TABLE analysis_run DROP COLUMN fence",
      "ALTER TABLE analysis_run DROP COLUMN summary", "ALTER TABLE analysis_run DROP COLUMN found",
      "ALTER TABLE analysis_run DROP COLUMN errors",
    ] { try transaction.execute(statement) }
  }

  /// What becomes of analyses whose file was removed (`AnalysisRunTable.Emptying`).
  static let addEmptying: Migration.Body = { transaction in
    try transaction.execute("ALTER TABLE analysis_run ADD COLUMN emptied INTEGER NOT NULL DEFAULT 0")
    try transaction.execute("CREATE INDEX analysis_run_emptied ON analysis_run (emptied) WHERE emptied = 1")
    try transaction.execute("CREATE INDEX analysis_run_file ON analysis_run (space, file)")
  }

  /// The older schema keeps what a removed file's analyses have left.
  static let removeEmptying: Migration.Body = { transaction in
    try transaction.execute("DROP INDEX analysis_run_file")
    try transaction.execute("DROP INDEX analysis_run_emptied")
    try transaction.execute("ALTER TABLE analysis_run DROP COLUMN emptied")
  }

  /// Items, checkpoints and logs may be sealed, by the key in `seal`; the text of a log entry stands in `content` then.
  static let addSeals: Migration.Body = { transaction in
    for statement: SQL in [
      "ALTER TABLE analysis_block ADD COLUMN seal INTEGER", "ALTER TABLE analysis_checkpoint ADD COLUMN seal INTEGER",
      "ALTER TABLE analysis_log ADD COLUMN content BLOB NOT NULL DEFAULT X''",
      "ALTER TABLE analysis_log ADD COLUMN seal INTEGER",
      // Where values are sealed already, all rows are looked through once more.
      "UPDATE sealing SET generation = 0",
    ] { try transaction.execute(statement) }
  }

  /// Fails once some are sealed: the older schema has no place for that.
  static let removeSeals: Migration.Body = { transaction in
    let sealed: SQL = """
      SELECT 1 FROM analysis_block WHERE seal IS NOT NULL UNION ALL
      SELECT 1 FROM analysis_checkpoint WHERE seal IS NOT NULL UNION ALL
      SELECT 1 FROM analysis_log WHERE seal IS NOT NULL LIMIT 1
      """
    guard try transaction.first(sealed, [], { _ in true }) == nil else {
      throw StoreError(.migration, "what came of analyses is sealed; restore a backup from before that")
    }
    for statement: SQL in [
      "ALTER TABLE analysis_log DROP COLUMN seal", "ALTER TABLE analysis_log DROP COLUMN content",
      "ALTER TABLE analysis_checkpoint DROP COLUMN seal", "ALTER TABLE analysis_block DROP COLUMN seal",
    ] { try transaction.execute(statement) }
  }

  /// Makes of an analysis of several columns one for each: the first keeps its identity, the others get new ones, and each its
  /// items in a sequence of its own.
  static let narrow: Migration.Body = { transaction in
    for statement: SQL in [
      "ALTER TABLE analysis_run ADD COLUMN column_name TEXT NOT NULL DEFAULT ''",
      "ALTER TABLE analysis_run ADD COLUMN fence INTEGER NOT NULL DEFAULT 0",
      "ALTER TABLE analysis_run ADD COLUMN summary BLOB NOT NULL DEFAULT X''",
      "ALTER TABLE analysis_run ADD COLUMN found BLOB NOT NULL DEFAULT X''",
      "ALTER TABLE analysis_run ADD COLUMN errors INTEGER NOT NULL DEFAULT 0",
      "ALTER TABLE analysis_run ADD COLUMN origin INTEGER",
    ] { try transaction.execute(statement) }
    try transaction.execute(
      """
      INSERT INTO analysis_run
        (run, space, file, options, state, row_count, done, tokens, began, ended, who, failure, column_name, origin)
      SELECT randomblob(16), r.space, r.file, r.options, r.state, r.row_count, 0, 0, r.began, r.ended, r.who, r.failure, c.name,
        c.id
      FROM analysis_column AS c JOIN analysis_run AS r ON r.id = c.run WHERE c.place > 0 ORDER BY c.id
      """)
    try transaction.execute(
      """
      UPDATE analysis_run SET
        origin = (SELECT c.id FROM analysis_column AS c WHERE c.run = analysis_run.id AND c.place = 0),
        column_name = (SELECT c.name FROM analysis_column AS c WHERE c.run = analysis_run.id AND c.place = 0)
      WHERE origin IS NULL
      """)
    try transaction.execute(
      """
      UPDATE analysis_run SET
        fence = (SELECT c.fence FROM analysis_column AS c WHERE c.id = origin),
        done = coalesce((SELECT p.rows_done FROM analysis_checkpoint AS p WHERE p.column_id = origin), 0),
        errors = coalesce((SELECT p.errors FROM analysis_checkpoint AS p WHERE p.column_id = origin), 0),
        summary = coalesce((SELECT p.summary FROM analysis_checkpoint AS p WHERE p.column_id = origin), X''),
        found = coalesce((SELECT p.found FROM analysis_checkpoint AS p WHERE p.column_id = origin), X'')
      """)
    // Each block's first item comes after those of its column's rows before it. The sequences of a run are in use until all of
    // its blocks have moved.
    try transaction.execute(
      "UPDATE analysis_block SET run = (SELECT r.id FROM analysis_run AS r WHERE r.origin = column_id), sequence = -1 - first_row"
    )
    try transaction.execute("UPDATE analysis_block SET sequence = -sequence")
    try transaction.execute(
      "UPDATE analysis_log SET run = coalesce((SELECT r.id FROM analysis_run AS r WHERE r.origin = column_id), run)")
    try transaction.execute("ALTER TABLE analysis_block DROP COLUMN column_id")
    try transaction.execute("ALTER TABLE analysis_log DROP COLUMN column_id")
    try transaction.execute("ALTER TABLE analysis_run DROP COLUMN origin")
    try transaction.execute("DROP TABLE analysis_checkpoint")
    try transaction.execute("DROP TABLE analysis_column")
  }
}
