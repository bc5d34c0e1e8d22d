internal import HoldfastStore

/// What the tables of analyses have so that results are used again (`ResultTable`).
///
/// A run's `version` is that of its chain, as those had it who were there when it began; null where they had none, or
/// several. A column's `result` is its key (`ResultKey`); null where what comes of it is used for no other.
enum ResultTables {
  static let create: Migration.Body = { transaction in
    for statement: SQL in [
      "ALTER TABLE analysis_run ADD COLUMN version TEXT",
      "ALTER TABLE analysis_column ADD COLUMN result BLOB",
      "ALTER TABLE analysis_column ADD COLUMN source INTEGER",
      "ALTER TABLE analysis_column ADD COLUMN first_sequence INTEGER NOT NULL DEFAULT 0",
      "ALTER TABLE analysis_checkpoint ADD COLUMN tokens INTEGER",
      "CREATE INDEX analysis_column_result ON analysis_column (result) WHERE result IS NOT NULL",
      "CREATE INDEX analysis_column_source ON analysis_column (source) WHERE source IS NOT NULL",
      "CREATE INDEX analysis_block_column ON analysis_block (column_id, first_row)",
    ] { try transaction.execute(statement) }
  }

  /// Gives each column items and a checkpoint of its own. Fails where these are sealed: they open in their place alone.
  static let remove: Migration.Body = { transaction in
    let sealed: SQL = """
      SELECT 1 FROM analysis_column AS c JOIN analysis_checkpoint AS p ON p.column_id = c.source
      WHERE p.seal IS NOT NULL LIMIT 1
      """
    guard try transaction.first(sealed, [], { _ in true }) == nil else {
      throw StoreError(.migration, "what came of analyses is sealed; restore a backup from before that")
    }
    for statement: SQL in [
      """
      INSERT INTO analysis_block (run, sequence, column_id, first_row, count, content)
      SELECT c.run, c.first_sequence + b.first_row, c.id, b.first_row, b.count, b.content
      FROM analysis_column AS c JOIN analysis_block AS b ON b.column_id = c.source
      """,
      """
      INSERT INTO analysis_checkpoint (column_id, run, rows_done, errors, is_done, summary, found, at)
      SELECT c.id, c.run, p.rows_done, p.errors, p.is_done, p.summary, p.found, p.at
      FROM analysis_column AS c JOIN analysis_checkpoint AS p ON p.column_id = c.source
      """,
      "DROP INDEX analysis_block_column", "DROP INDEX analysis_column_source", "DROP INDEX analysis_column_result",
      "ALTER TABLE analysis_checkpoint DROP COLUMN tokens", "ALTER TABLE analysis_column DROP COLUMN first_sequence",
      "ALTER TABLE analysis_column DROP COLUMN source", "ALTER TABLE analysis_column DROP COLUMN result",
      "ALTER TABLE analysis_run DROP COLUMN version",
    ] { try transaction.execute(statement) }
  }
}
