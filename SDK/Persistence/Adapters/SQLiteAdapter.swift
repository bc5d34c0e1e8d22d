import HoldfastCrypto
import HoldfastRPC
import HoldfastStore

/// Keeps values in an SQLite file. Writes of many callers are made durable together; several processes may use one file.
public final class SQLiteAdapter: StorageAdapter {
  private let store: Store
  private let path: String

  private init(_ store: Store, at path: String) { (self.store, self.path) = (store, path) }

  /// Opens the file, and creates it when it does not exist.
  public static func open(_ path: String) async throws(StorageError) -> SQLiteAdapter {
    try await open(path, StoreOptions())
  }

  static func open(_ path: String, _ options: StoreOptions) async throws(StorageError) -> SQLiteAdapter {
    do {
      return try await WorkerPool.shared.run {
        var options = options
        options.valueBytes = PersistenceLimits.rowBytes
        return SQLiteAdapter(
          try Store(try Database(path: path, options: options, migrations: migrations), options: options), at: path)
      }
    } catch {
      throw StorageError(error, "\(path) cannot be opened")
    }
  }

  /// Looks through the whole file, for damage that a read would not notice: one that hides a key seems to be its absence.
  /// Takes a second for some hundred MiB.
  ///
  /// - Throws: `damaged`, and what SQLite says of it.
  public func check() async throws(StorageError) {
    let finding = try await reading(nil) { try $0.first("PRAGMA integrity_check(1)") { $0.text(0) } }
    guard finding == "ok" else {
      throw StorageError(
        .damaged, "\(path) is damaged (\(finding ?? "no more is known")): put back a copy, or begin with a new file")
    }
  }

  /// Finishes what is queued and closes the file. Later calls throw `closed`.
  public func close() async {
    // Refused only by a pool that has been shut down, which the shared one never is, or by a task that was cancelled.
    if (try? await WorkerPool.shared.run { [store] in store.close() }) == nil { store.close() }
  }

  private static let migrations = [
    Migration(1, "values") { transaction in
      try transaction.execute(
        """
        CREATE TABLE item(
          id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, version INTEGER NOT NULL, hash BLOB NOT NULL,
          content BLOB NOT NULL)
        """)
    }
  ]

  public func read(_ key: String) async throws(StorageError) -> StoredValue? {
    try StorageRules.check(key)
    return try await reading(key) { transaction in
      let found = try transaction.first(
        "SELECT version, hash, content FROM item WHERE key = $1", [.bytes(Array(key.utf8))]
      ) { row in
        let value = StoredValue(row.bytes(2), version: UInt64(bitPattern: row.integer(0)))
        return row.bytes(1) == Self.hash(key, value) ? value : nil
      }
      guard let found else { return nil }
      guard let value = found else {
        throw StorageError(
          .damaged, "the stored value is not what was written; it stays until it is written anew or deleted", key: key)
      }
      return value
    }
  }

  public func version(_ key: String) async throws(StorageError) -> UInt64? {
    try StorageRules.check(key)
    return try await reading(key) { try Self.version(of: key, $0) }
  }

  public func keys(prefix: String, after last: String?, limit: Int) async throws(StorageError) -> [String] {
    let prefix = Array(prefix.utf8)
    let start = last.map { Array($0.utf8) }
    return try await reading(nil) { transaction in
      var keys: [String] = []
      try transaction.forEach(
        "SELECT key FROM item WHERE key >= $1 AND key > $2 ORDER BY key LIMIT $3",
        [.bytes(prefix), .bytes(start ?? []), .integer(limit)]
      ) { row in
        let key = row.bytes(0)
        guard key.starts(with: prefix) else { return false }
        keys.append(String(decoding: key, as: UTF8.self))
        return true
      }
      return keys
    }
  }

  @discardableResult
  public func apply(_ changes: [StorageChange]) async throws(StorageError) -> [StorageOutcome] {
    try StorageRules.check(changes)
    if changes.count == 1, changes[0].expected == nil, case .write(let bytes) = changes[0].kind {
      return [try await write(bytes, for: changes[0].key)]
    }
    do {
      return try await store.write { transaction in
        // All are looked at before the first is made: what fails then has nothing to undo.
        let before = try changes.map { change in
          let version = try Self.version(of: change.key, transaction) ?? 0
          try StorageRules.check(change, against: version)
          return version
        }
        return try zip(changes, before).map { try Self.apply($0, over: $1, transaction) }
      }
    } catch {
      throw StorageError(error, "nothing was saved", key: changes.count == 1 ? changes[0].key : nil)
    }
  }

  /// Writes one key, whatever is there.
  ///
  /// All that can be made ready is, before the job waits for the one thread that writes.
  private func write(_ bytes: [UInt8], for key: String) async throws(StorageError) -> StorageOutcome {
    let item = Item(StoredValue(bytes, version: StorageVersion.next(after: 0)), for: key)
    do {
      return try await store.write { transaction in
        // Where something is there, its version is nearly always less than the time at which the call was made.
        if try transaction.execute(
          "UPDATE item SET version = $2, hash = $3, content = $4 WHERE key = $1 AND version < $2", item.parameters) > 0
        {
          return StorageOutcome(version: item.version)
        }
        // A new row's version is greater than any that its key has had, so the time is that of the transaction.
        let new = Item(StoredValue(bytes, version: StorageVersion.next(after: 0)), for: key)
        if try transaction.execute(
          "INSERT INTO item(key, version, hash, content) VALUES ($1, $2, $3, $4) ON CONFLICT (key) DO NOTHING",
          new.parameters) > 0
        {
          return StorageOutcome(version: new.version)
        }
        // The clock is behind what is there.
        let before = try Self.version(of: key, transaction) ?? 0
        return try Self.apply(.write(bytes, for: key), over: before, transaction)
      }
    } catch {
      throw StorageError(error, "nothing was saved", key: key)
    }
  }

  public func eraseAll() async throws(StorageError) {
    do {
      try await store.write { _ = try $0.execute("DELETE FROM item WHERE id > $1", [.integer(Int64.min)]) }
    } catch {
      throw StorageError(error, "nothing was erased")
    }
  }

  // MARK: Inside

  private func reading<Value: Sendable>(
    _ key: String?, _ body: @escaping @Sendable (borrowing ReadTransaction) throws -> Value
  ) async throws(StorageError) -> Value {
    do {
      return try await store.scan(body)
    } catch {
      throw StorageError(error, "cannot be read", key: key)
    }
  }

  private static func version(
    of key: String, _ transaction: borrowing some Transaction & ~Copyable
  ) throws(StoreError) -> UInt64? {
    try transaction.first("SELECT version FROM item WHERE key = $1", [.bytes(Array(key.utf8))]) {
      UInt64(bitPattern: $0.integer(0))
    }
  }

  private static func apply(
    _ change: StorageChange, over before: UInt64, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) -> StorageOutcome {
    let key = SQLValue.bytes(Array(change.key.utf8))
    switch change.kind {
    case .check: return StorageOutcome(version: before)
    case .delete:
      try transaction.execute("DELETE FROM item WHERE key = $1", [key])
      return StorageOutcome(version: 0, existed: before != 0)
    case .write(let bytes):
      let item = Item(StoredValue(bytes, version: StorageVersion.next(after: before)), for: change.key)
      if before == 0 {
        try transaction.execute(
          "INSERT INTO item(key, version, hash, content) VALUES ($1, $2, $3, $4)", item.parameters)
      } else {
        try transaction.execute(
          "UPDATE item SET version = $2, hash = $3, content = $4 WHERE key = $1", item.parameters)
      }
      return StorageOutcome(version: item.version)
    }
  }

  /// A row.
  private struct Item {
    let version: UInt64
    /// Key, version, hash and content.
    let parameters: [SQLValue]

    init(_ value: StoredValue, for key: String) {
      version = value.version
      parameters = [
        .bytes(Array(key.utf8)), .integer(Int64(bitPattern: value.version)), .bytes(hash(key, value)),
        .bytes(value.bytes),
      ]
    }
  }

  /// Half of SHA-256 over version, key and content, each with its length where that is not plain.
  private static func hash(_ key: String, _ value: StoredValue) -> [UInt8] {
    var message: [UInt8] = []
    message.reserveCapacity(16 + key.utf8.count + value.bytes.count)
    for number in [value.version, UInt64(key.utf8.count)] {
      withUnsafeBytes(of: number.littleEndian) { message += $0 }
    }
    message += key.utf8
    message += value.bytes
    return Array(SHA256.hash(message)[..<16])
  }
}

extension SQLiteAdapter: MarkedAdapter {
  /// Every write goes to the write-ahead log first.
  var mark: WriteTime? { WriteTime(of: path + "-wal") }
}
