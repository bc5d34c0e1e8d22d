import HoldfastStore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What every adapter asks of what it is given.
enum StorageRules {
  /// Keys that can be stored, each once.
  static func check(_ changes: [StorageChange], keyBytes: Int = PersistenceLimits.keyBytes) throws(StorageError) {
    guard changes.count <= PersistenceLimits.changes else {
      throw StorageError(
        .tooLarge, "\(changes.count) changes at once are more than the \(PersistenceLimits.changes) that are taken")
    }
    for change in changes { try check(change.key, keyBytes: keyBytes) }
    guard changes.count > 1 else { return }
    var seen: Set<String.UTF8Bytes> = []
    for change in changes where !seen.insert(String.UTF8Bytes(change.key)).inserted {
      throw StorageError(.invalidKey, "two changes are of the same key", key: change.key)
    }
  }

  static func check(_ key: String, keyBytes: Int = PersistenceLimits.keyBytes) throws(StorageError) {
    guard !key.isEmpty else { throw StorageError(.invalidKey, "a key has at least one character") }
    guard key.utf8.count <= keyBytes else {
      throw StorageError(.invalidKey, "a key has at most \(keyBytes) bytes, this one \(key.utf8.count)", key: key)
    }
  }

  /// Throws unless the key has the version that the change expects.
  static func check(_ change: StorageChange, against version: UInt64) throws(StorageError) {
    guard let expected = change.expected, expected != version else { return }
    let found = version == 0 ? "there is none" : "it has version \(version)"
    let wanted = expected == 0 ? "no value was expected" : "version \(expected) was expected"
    throw StorageError(.conflict, "\(wanted), and \(found)", key: change.key)
  }
}

extension String {
  /// A text as its bytes: two are equal when their bytes are, which is not so for `String`, whose letters may be composed
  /// in several ways.
  struct UTF8Bytes: Hashable, Comparable {
    let text: String

    init(_ text: String) { self.text = text }

    static func == (left: UTF8Bytes, right: UTF8Bytes) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }

    static func < (left: UTF8Bytes, right: UTF8Bytes) -> Bool {
      left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }

    func hash(into hasher: inout Hasher) {
      for byte in text.utf8 { hasher.combine(byte) }
    }
  }

  func hasBytePrefix(_ prefix: String) -> Bool { utf8.starts(with: prefix.utf8) }
}

extension StorageError {
  /// What a store or a file could not do.
  init(_ error: any Error, _ what: String, key: String? = nil) {
    switch error {
    case let error as StorageError: self = error
    case let error as StoreError: self.init(Self.code(of: error.code), what, key: key, cause: error)
    case let error as FileError: self.init(Self.code(of: error.code), what, key: key, cause: error)
    case is CancellationError: self.init(.cancelled, what, key: key, cause: error)
    default: self.init(.failed, what, key: key, cause: error)
    }
  }

  private static func code(of code: StoreError.Code) -> Code {
    switch code {
    case .full: .full
    case .readOnly: .notPermitted
    case .locked: .locked
    case .corrupt: .damaged
    case .tooLarge: .tooLarge
    case .overloaded: .unavailable
    case .closed: .closed
    default: .failed
    }
  }

  private static func code(of errno: Int32) -> Code {
    switch errno {
    case ENOSPC, EDQUOT: .full
    case EPERM, EACCES, EROFS: .notPermitted
    case EISDIR, ENOTDIR: .damaged
    case EFBIG: .tooLarge
    default: .failed
    }
  }
}
