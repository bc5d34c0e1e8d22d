// The limits for a durable save of one value under its key, without versions, checksums or coding, on one thread.
//
// With --place sqlite: SQLite in WAL mode with synchronous=FULL, one row for each, committed in groups. With --place file:
// a new file is written and synced, takes the old one's place, and the directory is synced, one save after the other.
//
//   save --place sqlite|file --data PATH [--group 16] [--payload 1024] [--seconds S] [--keys N]
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sqlite.h"

static uint8_t value[1 << 16];
static Histogram latencies;

static uint64_t save_rows(const char *path, int group, int payload, uint64_t keys, int64_t end, int64_t now) {
  open_durable(path);
  run("CREATE TABLE item (id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, content BLOB NOT NULL)");
  sqlite3_stmt *begin = prepare("BEGIN IMMEDIATE"), *commit = prepare("COMMIT");
  sqlite3_stmt *save = prepare(
    "INSERT INTO item (key, content) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET content = excluded.content");
  uint64_t count = 0;
  while (now < end) {
    check(sqlite3_step(begin)), sqlite3_reset(begin);
    for (int i = 0; i < group; i++) {
      char key[32];
      // Another value each time: SQLite writes no page that would stay as it was.
      memcpy(value, &count, sizeof count);
      int length = sprintf(key, "caller/%lu", count++ % keys);
      sqlite3_bind_blob(save, 1, key, length, SQLITE_STATIC);
      sqlite3_bind_blob(save, 2, value, payload, SQLITE_STATIC);
      check(sqlite3_step(save)), sqlite3_reset(save);
    }
    check(sqlite3_step(commit)), sqlite3_reset(commit);
    int64_t done = now_ns();
    for (int i = 0; i < group; i++) histogram_add(&latencies, (uint64_t)(done - now));
    now = done;
  }
  return (uint64_t)query("SELECT count(*) FROM item") == (count < keys ? count : keys) ? 0 : 1;
}

static void must(int result, const char *what) {
  if (result >= 0) return;
  perror(what);
  exit(1);
}

static uint64_t save_files(const char *path, int payload, uint64_t keys, int64_t end, int64_t now) {
  if (mkdir(path, 0700) != 0 && errno != EEXIST) die("the directory cannot be made");
  char name[4096], next[4096 + 8];
  uint64_t count = 0;
  while (now < end) {
    snprintf(name, sizeof name, "%s/%lu.value", path, count++ % keys);
    snprintf(next, sizeof next, "%s.new", name);
    int file = open(next, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    must(file, "open");
    if (write(file, value, (size_t)payload) != payload) die("write");
    must(fsync(file), "fsync"), must(close(file), "close"), must(rename(next, name), "rename");
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    must(folder, "open"), must(fsync(folder), "fsync"), must(close(folder), "close");
    int64_t done = now_ns();
    histogram_add(&latencies, (uint64_t)(done - now));
    now = done;
  }
  return 0;
}

int main(int argc, char **argv) {
  const char *place = option(argc, argv, "--place", "sqlite"), *path = option(argc, argv, "--data", "save.data");
  int group = atoi(option(argc, argv, "--group", "16")), payload = atoi(option(argc, argv, "--payload", "1024"));
  double seconds = atof(option(argc, argv, "--seconds", "3"));
  uint64_t keys = (uint64_t)atol(option(argc, argv, "--keys", "1024"));
  if (payload < 8 || payload > (int)sizeof value || group < 1 || keys < 1) die("arguments");
  for (int i = 0; i < payload; i++) value[i] = (uint8_t)('a' + i % 26);

  int is_file = strcmp(place, "file") == 0;
  if (!is_file && strcmp(place, "sqlite") != 0) die("--place is sqlite or file");
  int64_t start = now_ns(), end = start + (int64_t)(seconds * 1e9);
  uint64_t missing =
    is_file ? save_files(path, payload, keys, end, start) : save_rows(path, group, payload, keys, end, start);
  report("save", &latencies, (double)(now_ns() - start) / 1e9, missing);
  return missing ? 1 : 0;
}
