import HoldfastRPC

/// Keeps values in memory, for tests and for what may be lost with the process.
public final class MemoryAdapter: StorageAdapter {
  private struct State {
    var values: [String.UTF8Bytes: StoredValue] = [:]
    /// The last version that was given to any key.
    var last: UInt64 = 0
  }

  private let state = Lock(State())

  public init() {}

  public func read(_ key: String) async throws(StorageError) -> StoredValue? {
    try StorageRules.check(key)
    return state.withLock { $0.values[String.UTF8Bytes(key)] }
  }

  public func version(_ key: String) async throws(StorageError) -> UInt64? {
    try await read(key)?.version
  }

  public func keys(prefix: String, after last: String?, limit: Int) async throws(StorageError) -> [String] {
    let keys = state.withLock { $0.values.keys.filter { $0.text.hasBytePrefix(prefix) } }
    let start = last.map { String.UTF8Bytes($0) }
    return keys.filter { key in start.map { $0 < key } ?? true }.sorted().prefix(limit).map(\.text)
  }

  @discardableResult
  public func apply(_ changes: [StorageChange]) async throws(StorageError) -> [StorageOutcome] {
    try StorageRules.check(changes)
    return try state.withLock { (state) throws(StorageError) in
      for change in changes {
        try StorageRules.check(change, against: state.values[String.UTF8Bytes(change.key)]?.version ?? 0)
      }
      return changes.map { change in
        let key = String.UTF8Bytes(change.key)
        let before = state.values[key]
        switch change.kind {
        case .check: return StorageOutcome(version: before?.version ?? 0)
        case .delete:
          state.values[key] = nil
          return StorageOutcome(version: 0, existed: before != nil)
        case .write(let bytes):
          state.last += 1
          state.values[key] = StoredValue(bytes, version: state.last)
          return StorageOutcome(version: state.last)
        }
      }
    }
  }

  public func eraseAll() async throws(StorageError) {
    state.withLock { $0.values = [:] }
  }
}
