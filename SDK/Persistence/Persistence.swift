/// Saves and loads values of any `Codable` type under string keys.
///
///     let persistence = Persistence(try FileAdapter(directory: "/var/lib/app", client: "editor"))
///     try await persistence.save(Settings(theme: "dark"), as: "settings")
///     let settings = try await persistence.load(Settings.self, "settings")
///
/// Where the values lie is the adapter's matter, and how they are written the coder's.
public final class Persistence: Sendable {
  public let adapter: any StorageAdapter
  public let coder: any ValueCoder

  public init(_ adapter: any StorageAdapter, coder: any ValueCoder = JSONValueCoder()) {
    self.adapter = adapter
    self.coder = coder
  }

  // MARK: One value

  /// Saves a value, and returns when it is as safe as the adapter can make it.
  ///
  /// - Parameter expected: the version that the key must have now, 0 for none; nil saves whatever is there.
  /// - Returns: the key's new version.
  @discardableResult
  public func save(
    _ value: some Encodable & Sendable, as key: String, expected: UInt64? = nil
  ) async throws(StorageError) -> UInt64 {
    try await adapter.write(encode(value, key), for: key, expected: expected)
  }

  /// The value under a key, or nil when there is none. A value of another type, or a damaged one, is an error.
  public func load<Value: Decodable & Sendable>(
    _ type: Value.Type = Value.self, _ key: String
  ) async throws(StorageError) -> Value? {
    guard let stored = try await adapter.read(key) else { return nil }
    return try decode(type, stored.bytes, key)
  }

  /// The value with its version, which `save(_:as:expected:)` takes.
  public func loadVersioned<Value: Decodable & Sendable>(
    _ type: Value.Type = Value.self, _ key: String
  ) async throws(StorageError) -> (value: Value, version: UInt64)? {
    guard let stored = try await adapter.read(key) else { return nil }
    return (try decode(type, stored.bytes, key), stored.version)
  }

  /// Removes the value under a key.
  /// - Returns: whether there was one.
  @discardableResult
  public func delete(_ key: String, expected: UInt64? = nil) async throws(StorageError) -> Bool {
    try await adapter.delete(key, expected: expected)
  }

  /// Whether there is a value, found without loading it.
  public func exists(_ key: String) async throws(StorageError) -> Bool {
    try await adapter.version(key) != nil
  }

  // MARK: Many values

  /// All keys that begin with `prefix`, ascending by their UTF-8 bytes.
  public func keys(prefix: String = "") -> KeySequence {
    KeySequence(adapter: adapter, prefix: prefix)
  }

  /// All of them as an array, for who knows that they are few.
  public func list(prefix: String = "") async throws(StorageError) -> [String] {
    var all: [String] = []
    for try await key in keys(prefix: prefix) { all.append(key) }
    return all
  }

  /// Saves all values or none.
  public func saveAll<Value: Encodable & Sendable>(_ values: [String: Value]) async throws(StorageError) {
    var changes: [StorageChange] = []
    for (key, value) in values { changes.append(.write(try encode(value, key), for: key)) }
    changes.sort { $0.key < $1.key }
    try await adapter.apply(changes)
  }

  /// The values of the keys that have one.
  public func loadAll<Value: Decodable & Sendable>(
    _ type: Value.Type = Value.self, _ keys: [String]
  ) async throws(StorageError) -> [String: Value] {
    var found: [String: Value] = [:]
    for key in keys { found[key] = try await load(type, key) }
    return found
  }

  /// Reads and changes several keys as if nobody else did anything meanwhile.
  ///
  ///     try await persistence.transaction { accounts in
  ///       var (from, to) = (try await accounts.load(Int.self, "a") ?? 0, try await accounts.load(Int.self, "b") ?? 0)
  ///       from -= 10
  ///       to += 10
  ///       try accounts.save(from, as: "a")
  ///       try accounts.save(to, as: "b")
  ///     }
  ///
  /// When somebody else has changed what `body` read, it runs again, up to `PersistenceLimits.transactionAttempts`
  /// times; so it has no effect but on the transaction. What it throws undoes everything.
  public func transaction<Result: Sendable>(
    _ body: (PersistenceTransaction) async throws -> Result
  ) async throws -> Result {
    var last = StorageError(.conflict, "others change what the transaction reads")
    for _ in 0..<PersistenceLimits.transactionAttempts {
      let transaction = PersistenceTransaction(self)
      let result = try await body(transaction)
      do throws(StorageError) {
        let changes = transaction.changes()
        if !changes.isEmpty { try await adapter.apply(changes) }
        return result
      } catch {
        guard error.code == .conflict else { throw error }
        last = error
      }
    }
    throw StorageError(
      .conflict, "others changed what the transaction reads \(PersistenceLimits.transactionAttempts) times in a row",
      key: last.key, cause: last)
  }

  /// Forgets everything that the adapter holds.
  public func eraseAll() async throws(StorageError) { try await adapter.eraseAll() }

  // MARK: Coding

  func encode(_ value: some Encodable, _ key: String) throws(StorageError) -> [UInt8] {
    do {
      return try coder.encode(value)
    } catch {
      throw StorageError(.unencodable, "the value cannot be written", key: key, cause: error)
    }
  }

  func decode<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8], _ key: String) throws(StorageError) -> Value {
    do {
      return try coder.decode(type, from: bytes)
    } catch {
      throw StorageError(.undecodable, "what is stored is no \(type)", key: key, cause: error)
    }
  }
}

/// The keys of a place, fetched a page at a time.
public struct KeySequence: AsyncSequence, Sendable {
  public typealias Element = String

  let adapter: any StorageAdapter
  let prefix: String

  public struct AsyncIterator: AsyncIteratorProtocol {
    let adapter: any StorageAdapter
    let prefix: String
    var page: ArraySlice<String> = []
    var last: String?
    var isLastPage = false

    public mutating func next(isolation actor: isolated (any Actor)?) async throws(StorageError) -> String? {
      if page.isEmpty, !isLastPage {
        let found = try await adapter.keys(prefix: prefix, after: last, limit: PersistenceLimits.page)
        isLastPage = found.count < PersistenceLimits.page
        last = found.last ?? last
        page = found[...]
      }
      return page.popFirst()
    }

    public mutating func next() async throws(StorageError) -> String? { try await next(isolation: nil) }
  }

  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(adapter: adapter, prefix: prefix) }
}
