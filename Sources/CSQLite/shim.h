#pragma once

#include <sqlite3.h>

/// SQLITE_TRANSIENT is a cast that Swift does not import: bind text that SQLite copies at once, unless it is empty.
static inline int holdfast_bind_text(sqlite3_stmt *statement, int index, const char *text, sqlite3_uint64 bytes) {
  if (bytes == 0) return sqlite3_bind_text64(statement, index, "", 0, SQLITE_STATIC, SQLITE_UTF8);
  return sqlite3_bind_text64(statement, index, text, bytes, SQLITE_TRANSIENT, SQLITE_UTF8);
}

/// sqlite3_db_config takes variable arguments: a damaged or hostile file must not run code of its own.
static inline int holdfast_set_defensive(sqlite3 *connection) {
  int result = sqlite3_db_config(connection, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)0);
  return result == SQLITE_OK ? sqlite3_db_config(connection, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)0) : result;
}

/// sqlite3_config takes variable arguments: without its statistics of memory, SQLite takes no lock for each allocation.
/// Fails once SQLite is in use; nothing is lost then but a little time.
static inline int holdfast_disable_memory_statistics(void) {
  return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}
