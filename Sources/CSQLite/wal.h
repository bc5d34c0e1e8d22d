#pragma once

#include <sqlite3.h>
#include <string.h>

/// The methods of a WAL file that gathers what is written one after the other.
///
/// SQLite writes each page of a commit in two pieces, a header of 24 bytes and the page; here they go to the file at
/// once, before it is synced or read. Only where each commit syncs the file before other connections hear of it.
///
/// Invariant: bytes are gathered only while their connection has a transaction that writes. Left over from one that was
/// rolled back they would go, later, to a place where another process may have committed something.
typedef struct {
  sqlite3_io_methods methods;
  const sqlite3_io_methods *file;
  sqlite3 *connection;
  /// Where in the file the gathered bytes belong, and how many there are.
  sqlite3_int64 start;
  int count;
  /// Less than 128 KiB: SQLite's own files take no more at once.
  unsigned char bytes[120 << 10];
} holdfast_wal;

static inline holdfast_wal *holdfast_wal_of(sqlite3_file *file) { return (holdfast_wal *)file->pMethods; }

/// Hands what has been gathered to the file. It stays gathered when that fails.
static inline int holdfast_wal_flush(sqlite3_file *file) {
  holdfast_wal *wal = holdfast_wal_of(file);
  if (wal->count == 0) return SQLITE_OK;
  int result = wal->file->xWrite(file, wal->bytes, wal->count, wal->start);
  if (result == SQLITE_OK) wal->count = 0;
  return result;
}

/// The same for a transaction that fails with it: what it has written is not wanted any longer.
static inline int holdfast_wal_flush_or_drop(sqlite3_file *file) {
  int result = holdfast_wal_flush(file);
  holdfast_wal_of(file)->count = 0;
  return result;
}

static inline int holdfast_wal_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset) {
  holdfast_wal *wal = holdfast_wal_of(file);
  if (offset != wal->start + wal->count || count > (int)sizeof wal->bytes - wal->count) {
    int result = holdfast_wal_flush_or_drop(file);
    if (result != SQLITE_OK) return result;
    if (count > (int)sizeof wal->bytes) return wal->file->xWrite(file, bytes, count, offset);
    wal->start = offset;
  }
  memcpy(wal->bytes + wal->count, bytes, (size_t)count);
  wal->count += count;
  return SQLITE_OK;
}

static inline int holdfast_wal_sync(sqlite3_file *file, int flags) {
  int result = holdfast_wal_flush_or_drop(file);
  return result == SQLITE_OK ? holdfast_wal_of(file)->file->xSync(file, flags) : result;
}

/// What lies elsewhere is read without the gathered bytes, so that a rollback does not need to write them.
static inline int holdfast_wal_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 offset) {
  holdfast_wal *wal = holdfast_wal_of(file);
  if (offset < wal->start + wal->count && wal->start < offset + count) {
    int result = holdfast_wal_flush(file);
    if (result != SQLITE_OK) return result;
  }
  return wal->file->xRead(file, bytes, count, offset);
}

static inline int holdfast_wal_truncate(sqlite3_file *file, sqlite3_int64 size) {
  int result = holdfast_wal_flush(file);
  return result == SQLITE_OK ? holdfast_wal_of(file)->file->xTruncate(file, size) : result;
}

static inline int holdfast_wal_size(sqlite3_file *file, sqlite3_int64 *size) {
  int result = holdfast_wal_flush(file);
  return result == SQLITE_OK ? holdfast_wal_of(file)->file->xFileSize(file, size) : result;
}

static inline void holdfast_wal_rolled_back(void *context) { ((holdfast_wal *)context)->count = 0; }

/// What is still gathered was not committed.
static inline int holdfast_wal_close(sqlite3_file *file) {
  holdfast_wal *wal = holdfast_wal_of(file);
  sqlite3_rollback_hook(wal->connection, 0, 0);
  file->pMethods = wal->file;
  sqlite3_free(wal);
  return file->pMethods->xClose(file);
}

/// Gathers the writes of this connection's WAL, which must be open. Takes the connection's rollback hook.
///
/// Not where the file system may damage bytes beside those that it writes: SQLite then adds to a commit after the sync.
static inline int holdfast_gather_wal_writes(sqlite3 *connection) {
  sqlite3_file *database = 0, *file = 0;
  int result = sqlite3_file_control(connection, "main", SQLITE_FCNTL_FILE_POINTER, &database);
  if (result == SQLITE_OK) result = sqlite3_file_control(connection, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file);
  if (result != SQLITE_OK) return result;
  if (!database || !database->pMethods || !file || !file->pMethods) return SQLITE_MISUSE;
  // The database file's characteristics are those that SQLite goes by.
  if (!(database->pMethods->xDeviceCharacteristics(database) & SQLITE_IOCAP_POWERSAFE_OVERWRITE)) return SQLITE_OK;
  holdfast_wal *wal = sqlite3_malloc(sizeof *wal);
  if (!wal) return SQLITE_NOMEM;
  wal->methods = *file->pMethods;
  wal->methods.iVersion = 1;  // the later methods are those of database files
  wal->methods.xClose = holdfast_wal_close;
  wal->methods.xRead = holdfast_wal_read;
  wal->methods.xWrite = holdfast_wal_write;
  wal->methods.xTruncate = holdfast_wal_truncate;
  wal->methods.xSync = holdfast_wal_sync;
  wal->methods.xFileSize = holdfast_wal_size;
  wal->file = file->pMethods;
  wal->connection = connection;
  wal->start = 0;
  wal->count = 0;
  file->pMethods = &wal->methods;
  sqlite3_rollback_hook(connection, holdfast_wal_rolled_back, wal);
  return SQLITE_OK;
}
