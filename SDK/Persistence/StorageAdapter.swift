/// A place where values are kept: bytes under string keys.
///
/// What programs use is `Persistence`, which turns their values into bytes and back. An adapter of your own meets this
/// protocol; `StorageConformance` in HoldfastTesting shows whether it does. The rules:
///
/// - Any text that is not empty is a key, up to the adapter's limit: keys with `/`, `..`, NUL or emoji are keys like
///   others, and two keys are the same when their UTF-8 bytes are, whatever a file system thinks of them.
/// - Nil means that nothing lies under the key. What cannot be read is an error, never nil.
/// - `apply` does all or nothing, also when the process or the machine goes down in the middle, and returns when the
///   changes are as safe as the adapter can make them.
/// - Each write of a key gives it a greater version than it had.
public protocol StorageAdapter: Sendable {
  /// What lies under the key.
  func read(_ key: String) async throws(StorageError) -> StoredValue?

  /// The version of what lies under the key, found without reading all of it; nil when nothing does.
  func version(_ key: String) async throws(StorageError) -> UInt64?

  /// Keys that begin with `prefix` and come after `last`, ascending by their UTF-8 bytes: `limit` of them, or all that
  /// are left when there are fewer.
  func keys(prefix: String, after last: String?, limit: Int) async throws(StorageError) -> [String]

  /// Makes all changes or none, and gives their outcomes in the same order.
  ///
  /// All expectations are compared with what was there before; when one does not hold, nothing is changed and a
  /// `conflict` names the key. No two changes are of the same key.
  @discardableResult
  func apply(_ changes: [StorageChange]) async throws(StorageError) -> [StorageOutcome]

  /// Forgets everything that was ever stored here.
  func eraseAll() async throws(StorageError)
}

/// What lies under a key.
public struct StoredValue: Sendable, Hashable {
  public var bytes: [UInt8]
  /// Grows with each write of the key; above 0.
  public var version: UInt64

  public init(_ bytes: [UInt8], version: UInt64) {
    self.bytes = bytes
    self.version = version
  }
}

/// One of the changes that an adapter makes together.
public struct StorageChange: Sendable, Hashable {
  public enum Kind: Sendable, Hashable {
    case write([UInt8])
    case delete
    /// Only compares the version.
    case check
  }

  public var key: String
  public var kind: Kind
  /// The version that the key must have now: 0 for none, nil for any.
  public var expected: UInt64?

  public static func write(_ bytes: [UInt8], for key: String, expected: UInt64? = nil) -> StorageChange {
    StorageChange(key: key, kind: .write(bytes), expected: expected)
  }

  public static func delete(_ key: String, expected: UInt64? = nil) -> StorageChange {
    StorageChange(key: key, kind: .delete, expected: expected)
  }

  public static func check(_ key: String, expected: UInt64) -> StorageChange {
    StorageChange(key: key, kind: .check, expected: expected)
  }
}

/// What became of one change.
public struct StorageOutcome: Sendable, Hashable {
  /// The version that the key has now; 0 when it has no value.
  public var version: UInt64
  /// Of a deletion: whether there was something to delete.
  public var existed: Bool

  public init(version: UInt64, existed: Bool = false) {
    self.version = version
    self.existed = existed
  }
}

extension StorageAdapter {
  /// Stores bytes under a key.
  /// - Returns: the key's new version.
  @discardableResult
  public func write(
    _ bytes: [UInt8], for key: String, expected: UInt64? = nil
  ) async throws(StorageError) -> UInt64 {
    try await one(.write(bytes, for: key, expected: expected)).version
  }

  /// Removes what lies under a key.
  /// - Returns: whether something did.
  @discardableResult
  public func delete(_ key: String, expected: UInt64? = nil) async throws(StorageError) -> Bool {
    try await one(.delete(key, expected: expected)).existed
  }

  private func one(_ change: StorageChange) async throws(StorageError) -> StorageOutcome {
    let outcomes = try await apply([change])
    guard let outcome = outcomes.first else {
      throw StorageError(.failed, "the adapter gave no outcome for its one change", key: change.key)
    }
    return outcome
  }
}
