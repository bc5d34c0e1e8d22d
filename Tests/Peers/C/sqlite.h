// What the peers on SQLite share: one database in WAL mode whose commits have reached the disk.
#ifndef PEERS_SQLITE_H
#define PEERS_SQLITE_H

#include <sqlite3.h>

#include "tls.h"

static sqlite3 *database;

static void check(int code) {
  if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) return;
  fprintf(stderr, "sqlite: %s\n", sqlite3_errmsg(database));
  exit(1);
}

static void run(const char *sql) { check(sqlite3_exec(database, sql, NULL, NULL, NULL)); }

static sqlite3_stmt *prepare(const char *sql) {
  sqlite3_stmt *statement;
  check(sqlite3_prepare_v2(database, sql, -1, &statement, NULL));
  return statement;
}

static int64_t query(const char *sql) {
  sqlite3_stmt *statement = prepare(sql);
  check(sqlite3_step(statement));
  int64_t value = sqlite3_column_int64(statement, 0);
  sqlite3_finalize(statement);
  return value;
}

static void open_durable(const char *path) {
  check(sqlite3_open(path, &database));
  run("PRAGMA journal_mode=WAL");
  run("PRAGMA synchronous=FULL");
  if (query("PRAGMA synchronous") != 2) die("synchronous is not FULL");
}

#endif
