/// Keeps each value in a file of its own, in a directory that several processes may use.
///
///     DIRECTORY/CLIENT/values/HASH.value     one file for each key: see `ValueFile`
///                      values/spare          where the next one is written: see `SpareFile`
///                      journal               changes that belong together, until all of them are made
///                      damaged/              files without a whole head, put aside when they were replaced
///                      lock
///
/// A value is written to another file, which is synced and then takes the old one's place, and the directory is synced:
/// a crash leaves the old value or the new one. Changes that belong together are first written to the journal in the same
/// way; whoever finds one there makes the changes that it tells of.
public final class FileAdapter: StorageAdapter {
  private let folder: ValueFolder

  /// - Parameters:
  ///   - directory: is made when it does not exist; its parent does.
  ///   - client: what keeps its values there: a name for the part of the program, as its own folder. Letters, digits, `-`, `_`
  ///     and `.`, which is not the first.
  public init(directory: String, client: String) throws(StorageError) {
    let isPlain = client.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
        true
      default: false
      }
    }
    guard isPlain, !client.isEmpty, client.utf8.count <= 128, !client.hasPrefix(".") else {
      throw StorageError(.failed, "“\(client)” is no name for a folder: letters, digits, -, _ and . are")
    }
    folder = try ValueFolder("\(directory)/\(client)", in: directory)
  }

  public func read(_ key: String) async throws(StorageError) -> StoredValue? {
    try StorageRules.check(key)
    return try await onThread("cannot be read", key) { folder throws(StorageError) in try folder.read(key) }
  }

  public func version(_ key: String) async throws(StorageError) -> UInt64? {
    try StorageRules.check(key)
    return try await onThread("cannot be read", key) { folder throws(StorageError) in try folder.version(of: key) }
  }

  public func keys(prefix: String, after last: String?, limit: Int) async throws(StorageError) -> [String] {
    let keys = try await onThread("cannot be listed", nil) { folder throws(StorageError) in try folder.keys() }
    let start = last.map { String.UTF8Bytes($0) }
    return keys.lazy.filter { $0.hasBytePrefix(prefix) }.map { String.UTF8Bytes($0) }
      .filter { key in start.map { $0 < key } ?? true }.sorted().prefix(limit).map(\.text)
  }

  @discardableResult
  public func apply(_ changes: [StorageChange]) async throws(StorageError) -> [StorageOutcome] {
    try StorageRules.check(changes)
    for case .write(let bytes) in changes.map(\.kind) where bytes.count > PersistenceLimits.fileBytes {
      throw StorageError(.tooLarge, "\(bytes.count) bytes are more than a value may have")
    }
    return try await onThread("nothing was saved", nil) { folder throws(StorageError) in try folder.apply(changes) }
  }

  public func eraseAll() async throws(StorageError) {
    try await onThread("not everything was erased", nil) { folder throws(StorageError) in try folder.eraseAll() }
  }

  private func onThread<Value: Sendable>(
    _ failure: String, _ key: String?, _ body: @escaping @Sendable (ValueFolder) throws(StorageError) -> Value
  ) async throws(StorageError) -> Value {
    try await StorageThreads.run(failure, key) { [folder] () throws(StorageError) in try body(folder) }
  }
}
