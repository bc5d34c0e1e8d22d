// The limits for a durable save of one value under its key, without versions, checksums or coding.
//
// With --place sqlite: SQLite in WAL mode with synchronous=FULL, one row for each, committed in groups by one thread that makes
// them itself. With --place callers: the same, but that the rows come from as many threads as a group has, each of which
// waits until its row is committed before it makes the next; a commit takes all that wait by then. With --place file: a
// new file is written and synced, takes the old one's place, and the directory is synced, one save after the other.
//
//   save --place sqlite|callers|file --data PATH [--group 16] [--payload 1024] [--seconds S] [--keys N]
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
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

// One that saves, and waits for each.
typedef struct {
  pthread_t thread;
  pthread_cond_t done;
  int waits;
  char key[32];
  int length;
  uint8_t content[1 << 16];
  Histogram latencies;
} Caller;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t asked = PTHREAD_COND_INITIALIZER;
static Caller *queue[1024];
static int queued, callers_left;
static atomic_ulong next_key;
static uint64_t key_count;
static int64_t last_moment;
static int value_bytes;

static void *call(void *argument) {
  Caller *caller = argument;
  memcpy(caller->content, value, (size_t)value_bytes);
  for (int64_t now = now_ns(); now < last_moment;) {
    uint64_t number = atomic_fetch_add(&next_key, 1);
    memcpy(caller->content, &number, sizeof number);
    caller->length = sprintf(caller->key, "caller/%lu", number % key_count);
    pthread_mutex_lock(&lock);
    caller->waits = 1;
    queue[queued++] = caller;
    if (queued == 1) pthread_cond_signal(&asked);
    while (caller->waits) pthread_cond_wait(&caller->done, &lock);
    pthread_mutex_unlock(&lock);
    int64_t done = now_ns();
    histogram_add(&caller->latencies, (uint64_t)(done - now));
    now = done;
  }
  pthread_mutex_lock(&lock);
  callers_left--;
  pthread_cond_signal(&asked);
  pthread_mutex_unlock(&lock);
  return NULL;
}

static uint64_t save_for_callers(const char *path, int group, int payload, uint64_t keys, int64_t end) {
  open_durable(path);
  run("CREATE TABLE item (id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, content BLOB NOT NULL)");
  sqlite3_stmt *begin = prepare("BEGIN IMMEDIATE"), *commit = prepare("COMMIT");
  sqlite3_stmt *save = prepare(
    "INSERT INTO item (key, content) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET content = excluded.content");
  Caller *callers = calloc((size_t)group, sizeof *callers), *taken[1024];
  if (!callers) die("memory");
  key_count = keys, last_moment = end, value_bytes = payload, callers_left = group;
  for (int i = 0; i < group; i++) {
    pthread_cond_init(&callers[i].done, NULL);
    if (pthread_create(&callers[i].thread, NULL, call, &callers[i])) die("thread");
  }
  for (;;) {
    pthread_mutex_lock(&lock);
    while (!queued && callers_left) pthread_cond_wait(&asked, &lock);
    int count = queued;
    memcpy(taken, queue, (size_t)count * sizeof *taken);
    queued = 0;
    pthread_mutex_unlock(&lock);
    if (!count) break;
    check(sqlite3_step(begin)), sqlite3_reset(begin);
    for (int i = 0; i < count; i++) {
      sqlite3_bind_blob(save, 1, taken[i]->key, taken[i]->length, SQLITE_STATIC);
      sqlite3_bind_blob(save, 2, taken[i]->content, payload, SQLITE_STATIC);
      check(sqlite3_step(save)), sqlite3_reset(save);
    }
    check(sqlite3_step(commit)), sqlite3_reset(commit);
    pthread_mutex_lock(&lock);
    for (int i = 0; i < count; i++) taken[i]->waits = 0, pthread_cond_signal(&taken[i]->done);
    pthread_mutex_unlock(&lock);
  }
  for (int i = 0; i < group; i++) {
    pthread_join(callers[i].thread, NULL);
    for (size_t j = 0; j < sizeof latencies.counts / sizeof *latencies.counts; j++)
      latencies.counts[j] += callers[i].latencies.counts[j];
    latencies.total += callers[i].latencies.total;
    if (callers[i].latencies.max > latencies.max) latencies.max = callers[i].latencies.max;
  }
  uint64_t count = atomic_load(&next_key);
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
  if (payload < 8 || payload > (int)sizeof value || group < 1 || group > 1024 || keys < 1) die("arguments");
  for (int i = 0; i < payload; i++) value[i] = (uint8_t)('a' + i % 26);

  int is_file = strcmp(place, "file") == 0, has_callers = strcmp(place, "callers") == 0;
  if (!is_file && !has_callers && strcmp(place, "sqlite") != 0) die("--place is sqlite, callers or file");
  int64_t start = now_ns(), end = start + (int64_t)(seconds * 1e9);
  uint64_t missing =
    is_file ? save_files(path, payload, keys, end, start)
    : has_callers ? save_for_callers(path, group, payload, keys, end)
    : save_rows(path, group, payload, keys, end, start);
  report("save", &latencies, (double)(now_ns() - start) / 1e9, missing);
  return missing ? 1 : 0;
}
