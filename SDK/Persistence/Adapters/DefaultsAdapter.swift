import HoldfastStore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Keeps a program's settings in one file of JSON that people can read, and change while no program runs.
///
///     let persistence = Persistence(try DefaultsAdapter(file: "\(folder)/settings.json"))
///
/// For few and small values: each change writes the file anew, syncs it, and puts it in the old one's place, so that a crash
/// leaves the old file or the new one. Several processes may use one file: a second one beside it, `….lock`, is locked by
/// whoever writes. What was written has outlasted a restart when `apply` returns; nothing is kept in memory.
///
/// Since people may change values, values have no checksum. A file that is no such JSON is an error, and is neither
/// replaced nor changed; `eraseAll` begins anew.
public final class DefaultsAdapter: StorageAdapter {
  private let path: String

  /// - Parameter file: is made with the first value; its folder is made here when it does not exist, in a folder that does.
  public init(file: String) throws(StorageError) {
    path = file
    do {
      let folder = LocalFile.parent(of: file)
      if try LocalFile.status(of: folder) == nil { try LocalFile.makeDirectory(folder, mode: 0o700) }
      if try LocalFile.status(of: file)?.isDirectory == true {
        throw StorageError(.failed, "\(file) is a directory")
      }
    } catch {
      throw StorageError(error, "\(file) cannot be used")
    }
  }

  public func read(_ key: String) async throws(StorageError) -> StoredValue? {
    try StorageRules.check(key)
    return try await StorageThreads.run("cannot be read", key) { [self] () throws(StorageError) in try found()[key] }
  }

  public func version(_ key: String) async throws(StorageError) -> UInt64? { try await read(key)?.version }

  public func keys(prefix: String, after last: String?, limit: Int) async throws(StorageError) -> [String] {
    let start = last.map { String.UTF8Bytes($0) }
    return try await StorageThreads.run("cannot be listed") { [self] () throws(StorageError) in
      try found().values.keys.filter { key in
        key.text.hasBytePrefix(prefix) && (start.map { $0 < key } ?? true)
      }.sorted().prefix(limit).map(\.text)
    }
  }

  @discardableResult
  public func apply(_ changes: [StorageChange]) async throws(StorageError) -> [StorageOutcome] {
    try StorageRules.check(changes)
    return try await StorageThreads.run("nothing was saved") { [self] () throws(StorageError) in
      try locked { () throws in
        var file = try found()
        for change in changes { try StorageRules.check(change, against: file[change.key]?.version ?? 0) }
        let outcomes = changes.map { Self.make($0, in: &file) }
        if changes.contains(where: { $0.kind != .check }) { try save(file) }
        return outcomes
      }
    }
  }

  public func eraseAll() async throws(StorageError) {
    try await StorageThreads.run("nothing was erased") { [self] () throws(StorageError) in
      try locked { () throws in try LocalFile.removeDurably(path) }
    }
  }

  // MARK: Inside

  private static func make(_ change: StorageChange, in file: inout PreferencesFile) -> StorageOutcome {
    let before = file[change.key]?.version
    switch change.kind {
    case .check: return StorageOutcome(version: before ?? 0)
    case .delete:
      file[change.key] = nil
      return StorageOutcome(version: 0, existed: before != nil)
    case .write(let bytes):
      let version = StorageVersion.next(after: before ?? 0)
      file[change.key] = StoredValue(bytes, version: version)
      return StorageOutcome(version: version)
    }
  }

  /// What the file holds; nothing when there is none.
  private func found() throws(StorageError) -> PreferencesFile {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try LocalFile.read(path, limit: PersistenceLimits.preferencesBytes)
    } catch {
      if error.code == ENOENT { return PreferencesFile() }
      throw StorageError(error, "cannot be read")
    }
    do throws(JSONScanner.Fault) {
      return try PreferencesFile(bytes)
    } catch {
      let line = bytes[..<min(error.place, bytes.count)].count { $0 == UInt8(ascii: "\n") } + 1
      throw StorageError(
        .damaged, "\(path) cannot be understood in line \(line): \(error.message); it is left as it is")
    }
  }

  private func save(_ file: PreferencesFile) throws {
    let bytes = file.bytes
    guard bytes.count <= PersistenceLimits.preferencesBytes else {
      throw StorageError(
        .tooLarge,
        "the file would have \(bytes.count) bytes, and at most \(PersistenceLimits.preferencesBytes) are for preferences"
      )
    }
    try LocalFile.replace(path, with: bytes, mode: 0o600)
  }

  /// Runs `body` while nobody else writes, in this process or another. Who reads needs no lock, since a file is replaced as
  /// a whole.
  private func locked<Value>(_ body: () throws -> Value) throws(StorageError) -> Value {
    do {
      return try FileLock(path + ".lock", shared: false).holding(body)
    } catch {
      throw StorageError(error, "\(path) cannot be changed")
    }
  }
}
