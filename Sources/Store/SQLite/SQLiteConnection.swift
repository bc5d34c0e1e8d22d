internal import CSQLite

/// One SQLite connection with its prepared statements. Used by one thread at a time (SQLite's own mutexes are off).
final class SQLiteConnection: DriverConnection {
  /// What a connection is for decides how it is opened.
  enum Purpose {
    case write, read, checkpoint
  }

  let handle: OpaquePointer
  @exclusivity(unchecked) private var statements = StatementCache()
  private var isClosed = false
  var checkpoints = CheckpointPlan()
  /// What moves the WAL's pages beside this connection, if anything does.
  var checkpointer: Checkpointer?

  private static let configured: Void = { _ = holdfast_disable_memory_statistics() }()

  /// Opens the database file, which the writer creates when it does not exist.
  init(path: String, purpose: Purpose, options: StoreOptions) throws(StoreError) {
    Self.configured
    var opened: OpaquePointer?
    var flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
    flags |= purpose == .write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READWRITE
    let result = sqlite3_open_v2(path, &opened, flags, options.vfs)
    guard result == SQLITE_OK, let opened else {
      defer { sqlite3_close_v2(opened) }
      throw StoreError(sqlite: result, doing: "opening \(path)", on: opened)
    }
    handle = opened
    sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, Int32(clamping: options.valueBytes))
    sqlite3_busy_timeout(handle, Int32(Limits.busyMilliseconds))
    holdfast_set_defensive(handle)
    do {
      try configure(purpose, options, path)
    } catch {
      close()
      throw error
    }
  }

  deinit { close() }

  /// Ends it; what is asked of it later is refused.
  func close() {
    guard !isClosed else { return }
    isClosed = true
    statements.removeAll()  // a statement outlives no connection
    sqlite3_close_v2(handle)
  }

  private func configure(_ purpose: Purpose, _ options: StoreOptions, _ path: String) throws(StoreError) {
    try pragma("PRAGMA temp_store = MEMORY")
    try pragma("PRAGMA foreign_keys = ON")
    switch purpose {
    case .read: try pragma("PRAGMA query_only = ON")
    case .checkpoint: try configureSyncing(options)
    case .write: try configureWriting(options, path)
    }
  }

  private func configureWriting(_ options: StoreOptions, _ path: String) throws(StoreError) {
    // Takes effect in a new file only.
    try pragma("PRAGMA page_size = 4096")
    // Overwrites what is deleted wherever that costs no further page; what must be unreadable is sealed anyway.
    try pragma(options.erasesDeleted ? "PRAGMA secure_delete = ON" : "PRAGMA secure_delete = FAST")
    guard try text("PRAGMA journal_mode = WAL") == "wal" else {
      throw StoreError(.notDurable, "the file system does not support write-ahead logging; use a local one")
    }
    watchWAL()
    try pragma("PRAGMA journal_size_limit = 67108864")  // Limits.walBytes
    try pragma("PRAGMA cache_size = -16384")
    try configureSyncing(options)
    guard options.durability == .full else { return }
    let result = holdfast_gather_wal_writes(handle)
    guard result == SQLITE_OK else {
      throw StoreError(sqlite: result, doing: "preparing the WAL of \(path)", on: handle)
    }
  }

  /// Sets when files are synced, and opens the WAL.
  private func configureSyncing(_ options: StoreOptions) throws(StoreError) {
    switch options.durability {
    case .full: try pragma("PRAGMA synchronous = FULL")
    case .none: try pragma("PRAGMA synchronous = OFF")
    }
    // Only macOS tells flushing the device from flushing to it.
    try pragma("PRAGMA fullfsync = ON")
    try pragma("PRAGMA checkpoint_fullfsync = ON")
    let level = try text("PRAGMA synchronous")
    guard level == (options.durability == .full ? "2" : "0") else {
      throw StoreError(.notDurable, "SQLite refused synchronous=FULL and reports level \(level)")
    }
    try pragma("PRAGMA schema_version")  // the first read opens the WAL
  }

  private func pragma(_ sql: SQL) throws(StoreError) {
    _ = try run(sql, []) { (_) throws(StoreError) in true }
  }

  private func text(_ sql: SQL) throws(StoreError) -> String {
    var found = ""
    // To its end: what a statement commits, such as a new journal mode, it commits after its row.
    _ = try run(sql, []) { (row) throws(StoreError) in
      found = Row(row).text(0)
      return true
    }
    return found
  }

  // MARK: Statements

  var isInTransaction: Bool { !isClosed && sqlite3_get_autocommit(handle) == 0 }
  private(set) var writes = 0

  func run(
    _ sql: SQL, _ parameters: [SQLValue], row: (any DriverRow) throws(StoreError) -> Bool
  ) throws(StoreError) -> Int {
    let statement = try prepared(sql)
    if !statement.isReadOnly { writes += 1 }
    return try statement.run(parameters[...], row: row)
  }

  func insert(_ sql: SQL, width: Int, _ values: [SQLValue]) throws(StoreError) {
    precondition(width > 0 && values.count.isMultiple(of: width), "rows are inserted whole")
    var rest = values[...]
    while !rest.isEmpty {
      // Powers of two: any number of rows by few statements, and few statements to keep.
      let most = min(rest.count / width, Limits.insertedRows)
      let rows = 1 << (Int.bitWidth - 1 - most.leadingZeroBitCount)
      let statement = try prepared(sql, rows: rows, width: width)
      writes += 1
      _ = try statement.run(rest.prefix(rows * width)) { (_) throws(StoreError) in true }
      rest = rest.dropFirst(rows * width)
    }
  }

  /// The statement from the cache, or a new one; a cached one that is still running is left alone.
  private func prepared(_ sql: SQL, rows: Int = 0, width: Int = 0) throws(StoreError) -> SQLiteStatement {
    guard !isClosed else { throw StoreError(.closed, "the database is closed") }
    if let known = statements.find(sql, rows: rows), !known.isRunning { return known }
    let statement =
      rows == 0
      ? try SQLiteStatement(sql, on: handle)
      : try SQLiteStatement(sql, rows: rows, width: width, on: handle)
    statements.insert(statement)
    return statement
  }

  // MARK: Transactions

  func begin(_ mode: TransactionMode) throws(StoreError) {
    switch mode {
    case .read: try pragma("BEGIN")
    case .write: try pragma("BEGIN IMMEDIATE")
    }
  }

  func commit() throws(StoreError) { try pragma("COMMIT") }

  func rollback() {
    guard isInTransaction else { return }
    // It fails only where the engine has rolled back already.
    _ = try? pragma("ROLLBACK")
  }

  func savepoint() throws(StoreError) { try pragma("SAVEPOINT job") }
  func releaseSavepoint() throws(StoreError) { try pragma("RELEASE job") }

  func rollbackSavepoint() throws(StoreError) {
    try pragma("ROLLBACK TO job")
    try pragma("RELEASE job")
  }
}
