// The limit for a durable put: SQLite in WAL mode with synchronous=FULL, two rows for each put (a value of 1 KiB and
// a log row of about 150 bytes), committed in groups. No network, no checks, one thread.
//
//   put --data FILE [--group 64] [--payload 1024] [--seconds S] [--keys N]
#include "sqlite.h"

int main(int argc, char **argv) {
  const char *path = option(argc, argv, "--data", "put.sqlite");
  int group = atoi(option(argc, argv, "--group", "64")), payload = atoi(option(argc, argv, "--payload", "1024"));
  double seconds = atof(option(argc, argv, "--seconds", "3"));
  uint64_t keys = (uint64_t)atol(option(argc, argv, "--keys", "10000"));
  static uint8_t value[1 << 16], digest[32], identity[24];
  if (payload > (int)sizeof value || group < 1 || keys < 1) die("arguments");
  for (int i = 0; i < payload; i++) value[i] = (uint8_t)('a' + i % 26);

  open_durable(path);
  run("CREATE TABLE value (id INTEGER PRIMARY KEY, space INTEGER NOT NULL, key BLOB NOT NULL, version INTEGER NOT NULL,"
      " expires INTEGER, content BLOB NOT NULL, UNIQUE (space, key))");
  run("CREATE TABLE log (id INTEGER PRIMARY KEY, space INTEGER NOT NULL, sequence INTEGER NOT NULL, key BLOB NOT NULL,"
      " kind INTEGER NOT NULL, version INTEGER NOT NULL, time INTEGER NOT NULL, who BLOB NOT NULL, operation BLOB,"
      " content_hash BLOB NOT NULL, digest BLOB NOT NULL, UNIQUE (space, sequence))");
  sqlite3_stmt *begin = prepare("BEGIN IMMEDIATE"), *commit = prepare("COMMIT");
  sqlite3_stmt *put = prepare(
    "INSERT INTO value (space, key, version, content) VALUES (1, ?1, ?2, ?3)"
    " ON CONFLICT (space, key) DO UPDATE SET version = excluded.version, content = excluded.content");
  sqlite3_stmt *log = prepare(
    "INSERT INTO log (space, sequence, key, kind, version, time, who, operation, content_hash, digest)"
    " VALUES (1, ?1, ?2, 1, ?1, ?3, ?4, ?4, ?5, ?5)");

  static Histogram latencies;
  int64_t start = now_ns(), end = start + (int64_t)(seconds * 1e9), now = start;
  uint64_t sequence = 0;
  while (now < end) {
    check(sqlite3_step(begin)), sqlite3_reset(begin);
    for (int i = 0; i < group; i++) {
      char key[32];
      sequence++;
      int length = sprintf(key, "bench/%010lu", sequence % keys);
      memcpy(digest, &sequence, sizeof sequence), memcpy(identity, &sequence, sizeof sequence);
      sqlite3_bind_blob(put, 1, key, length, SQLITE_STATIC);
      sqlite3_bind_int64(put, 2, (int64_t)sequence);
      sqlite3_bind_blob(put, 3, value, payload, SQLITE_STATIC);
      check(sqlite3_step(put)), sqlite3_reset(put);
      sqlite3_bind_int64(log, 1, (int64_t)sequence);
      sqlite3_bind_blob(log, 2, key, length, SQLITE_STATIC);
      sqlite3_bind_int64(log, 3, now);
      sqlite3_bind_blob(log, 4, identity, sizeof identity, SQLITE_STATIC);
      sqlite3_bind_blob(log, 5, digest, sizeof digest, SQLITE_STATIC);
      check(sqlite3_step(log)), sqlite3_reset(log);
    }
    check(sqlite3_step(commit)), sqlite3_reset(commit);
    int64_t done = now_ns();
    for (int i = 0; i < group; i++) histogram_add(&latencies, (uint64_t)(done - now));
    now = done;
  }
  uint64_t missing = query("SELECT count(*) FROM log") == (int64_t)sequence ? 0 : 1;
  report("put", &latencies, (double)(now - start) / 1e9, missing);
  return missing ? 1 : 0;
}
