import CSQLite
import HoldfastStore
import Testing

/// The lines of SQLite's plan for a statement.
func queryPlan(of statement: SQL, in file: String) throws -> [String] {
  var connection: OpaquePointer?
  var prepared: OpaquePointer?
  defer {
    sqlite3_finalize(prepared)
    sqlite3_close(connection)
  }
  try #require(sqlite3_open(file, &connection) == SQLITE_OK)
  try #require(sqlite3_prepare_v2(connection, "EXPLAIN QUERY PLAN \(statement)", -1, &prepared, nil) == SQLITE_OK)
  var lines: [String] = []
  while sqlite3_step(prepared) == SQLITE_ROW {
    lines.append(String(cString: try #require(sqlite3_column_text(prepared, 3))))
  }
  return lines
}
