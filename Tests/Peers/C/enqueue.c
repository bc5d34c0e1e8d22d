// The limit for a durable change on a replica: SQLite in WAL mode with synchronous=FULL, two rows for each (the new
// entity and the operation that tells the hub of it), with the columns and indexes that a replica has, committed in
// groups. No merging, no checks, one thread.
//
//   enqueue --data FILE [--group 16] [--payload 300] [--seconds S]
#include "sqlite.h"

int main(int argc, char **argv) {
  const char *path = option(argc, argv, "--data", "enqueue.sqlite");
  int group = atoi(option(argc, argv, "--group", "16")), payload = atoi(option(argc, argv, "--payload", "300"));
  double seconds = atof(option(argc, argv, "--seconds", "3"));
  static uint8_t state[1 << 16], key[16], incarnation[16];
  if (payload > (int)sizeof state - 64 || group < 1) die("arguments");
  for (int i = 0; i < (int)sizeof state; i++) state[i] = (uint8_t)('a' + i % 26);

  open_durable(path);
  run("CREATE TABLE entity (id INTEGER PRIMARY KEY, type TEXT NOT NULL, key BLOB NOT NULL, version INTEGER NOT NULL,"
      " server BLOB, local BLOB, lost BLOB, pending INTEGER NOT NULL, keep INTEGER NOT NULL,"
      " accessed INTEGER NOT NULL, pass INTEGER NOT NULL, UNIQUE (type, key))");
  run("CREATE TABLE operation (position INTEGER PRIMARY KEY, incarnation BLOB NOT NULL, number INTEGER NOT NULL UNIQUE,"
      " unit INTEGER NOT NULL, type TEXT NOT NULL, key BLOB NOT NULL, content BLOB NOT NULL, urgency INTEGER NOT NULL,"
      " state INTEGER NOT NULL, enqueued INTEGER NOT NULL, not_before INTEGER NOT NULL, attempts INTEGER NOT NULL,"
      " attempted INTEGER NOT NULL, refusal BLOB)");
  run("CREATE INDEX operation_key ON operation(key, position)");
  sqlite3_stmt *begin = prepare("BEGIN IMMEDIATE"), *commit = prepare("COMMIT");
  sqlite3_stmt *entity = prepare(
    "INSERT INTO entity (type, key, version, local, pending, keep, accessed, pass)"
    " VALUES ('note', ?1, 0, ?2, 1, 1, ?3, 0)");
  sqlite3_stmt *operation = prepare(
    "INSERT INTO operation (position, incarnation, number, unit, type, key, content, urgency, state, enqueued,"
    " not_before, attempts, attempted) VALUES (?1, ?2, ?1, ?1, 'note', ?3, ?4, 2, 0, ?5, 0, 0, 0)");

  static Histogram latencies;
  int64_t start = now_ns(), end = start + (int64_t)(seconds * 1e9), now = start;
  uint64_t count = 0, random = 88172645463325252ull;
  while (now < end) {
    check(sqlite3_step(begin)), sqlite3_reset(begin);
    for (int i = 0; i < group; i++) {
      count++;
      // Keys that devices draw: in no order.
      for (int half = 0; half < 2; half++) {
        random ^= random << 13, random ^= random >> 7, random ^= random << 17;
        memcpy(key + 8 * half, &random, 8);
      }
      sqlite3_bind_blob(entity, 1, key, sizeof key, SQLITE_STATIC);
      sqlite3_bind_blob(entity, 2, state, payload + 3, SQLITE_STATIC);
      sqlite3_bind_int64(entity, 3, now);
      check(sqlite3_step(entity)), sqlite3_reset(entity);
      sqlite3_bind_int64(operation, 1, (int64_t)count);
      sqlite3_bind_blob(operation, 2, incarnation, sizeof incarnation, SQLITE_STATIC);
      sqlite3_bind_blob(operation, 3, key, sizeof key, SQLITE_STATIC);
      // An operation has some 60 bytes beside the text.
      sqlite3_bind_blob(operation, 4, state, payload + 60, SQLITE_STATIC);
      sqlite3_bind_int64(operation, 5, now);
      check(sqlite3_step(operation)), sqlite3_reset(operation);
    }
    check(sqlite3_step(commit)), sqlite3_reset(commit);
    int64_t done = now_ns();
    for (int i = 0; i < group; i++) histogram_add(&latencies, (uint64_t)(done - now));
    now = done;
  }
  uint64_t missing = query("SELECT count(*) FROM operation") == (int64_t)count ? 0 : 1;
  report("enqueue", &latencies, (double)(now - start) / 1e9, missing);
  return missing ? 1 : 0;
}
