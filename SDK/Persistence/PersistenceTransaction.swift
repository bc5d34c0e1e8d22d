import HoldfastRPC

/// What a transaction has read and means to change: `Persistence.transaction` makes it.
public final class PersistenceTransaction: Sendable {
  private struct State {
    /// The version of each key that was read, 0 for none.
    var read: [String: UInt64] = [:]
    /// What is to be written; nil where the key is to be deleted.
    var written: [String: [UInt8]?] = [:]
  }

  private let persistence: Persistence
  private let state = Lock(State())

  init(_ persistence: Persistence) { self.persistence = persistence }

  /// The value under a key, with this transaction's own changes.
  public func load<Value: Decodable & Sendable>(
    _ type: Value.Type = Value.self, _ key: String
  ) async throws(StorageError) -> Value? {
    if let written = state.withLock({ $0.written[key] }) {
      guard let bytes = written else { return nil }
      return try persistence.decode(type, bytes, key)
    }
    let stored = try await persistence.adapter.read(key)
    let version = stored?.version ?? 0
    // Two readings that differ cannot both be true of one moment; the commit finds that the first no longer holds.
    state.withLock { if $0.read[key] == nil { $0.read[key] = version } }
    return try stored.map { (stored) throws(StorageError) in try persistence.decode(type, stored.bytes, key) }
  }

  public func save(_ value: some Encodable & Sendable, as key: String) throws(StorageError) {
    let bytes = try persistence.encode(value, key)
    state.withLock { $0.written[key] = .some(bytes) }
  }

  public func delete(_ key: String) {
    state.withLock { $0.written[key] = .some(nil) }
  }

  /// What is to be applied, in order of the keys.
  func changes() -> [StorageChange] {
    state.withLock { state in
      // One value that was read alone is true of the moment at which it was read.
      guard !state.written.isEmpty || state.read.count > 1 else { return [] }
      let written = state.written.map { key, bytes in
        StorageChange(key: key, kind: bytes.map { .write($0) } ?? .delete, expected: state.read[key])
      }
      let checked = state.read.filter { state.written[$0.key] == nil }.map { StorageChange.check($0, expected: $1) }
      return (written + checked).sorted { $0.key < $1.key }
    }
  }
}
