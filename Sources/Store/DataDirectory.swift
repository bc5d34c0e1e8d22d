#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// A directory that this process alone owns, until the store in it is closed or this object goes.
///
/// Ownership is a `flock` on the file `lock`: the operating system frees it when the process ends, however it ends.
public final class DataDirectory: Sendable {
  public let path: String
  /// Nil once it is released.
  private let lock: Monitor<Int32?>

  /// Makes the directory (0700) when it does not exist, and takes ownership of it.
  /// - Throws: `locked` when another process owns it, `readOnly` or `cannotOpen` when it cannot be used.
  public static func open(_ path: String) throws(StoreError) -> DataDirectory {
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw refusal("make the directory", path) }
    let lock = openFile(path + "/lock", O_RDWR | O_CREAT)
    guard lock >= 0 else { throw refusal("open the lock file in", path) }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      defer { close(lock) }
      guard errno == EWOULDBLOCK else { throw refusal("lock", path) }
      throw StoreError(
        .locked, "another process owns the data directory \(path); stop it, or use another directory", engineCode: errno
      )
    }
    return DataDirectory(path, lock)
  }

  private init(_ path: String, _ lock: Int32) {
    self.path = path
    self.lock = Monitor(lock)
  }

  deinit { release() }

  /// Gives up ownership. A child that this process has just forked, and that has not begun its program, keeps nothing.
  func release() {
    guard let lock = lock.withLock({ $0.take() }) else { return }
    flock(lock, LOCK_UN)
    close(lock)
  }

  /// Makes an empty file (0600) unless it exists, and makes its name durable.
  func createFile(_ name: String) throws(StoreError) -> String {
    let file = "\(path)/\(name)"
    let descriptor = openFile(file, O_RDWR | O_CREAT)
    guard descriptor >= 0 else { throw Self.refusal("create \(name) in", path) }
    close(descriptor)
    try sync()
    return file
  }

  /// Makes the names in the directory durable.
  public func sync() throws(StoreError) {
    let directory = openFile(path, O_RDONLY | O_DIRECTORY)
    guard directory >= 0 else { throw Self.refusal("read", path) }
    defer { close(directory) }
    guard fsync(directory) == 0 else { throw Self.refusal("sync", path) }
  }

  private static func refusal(_ action: String, _ path: String) -> StoreError {
    let number = errno
    let said = String(cString: strerror(number))
    let message = "cannot \(action) \(path): \(said)"
    switch number {
    case EACCES, EPERM, EROFS:
      return StoreError(.readOnly, message + "; give this user write access", engineCode: number)
    case ENOSPC, EDQUOT: return StoreError(.full, message + "; free some space", engineCode: number)
    default: return StoreError(.cannotOpen, message, engineCode: number)
    }
  }
}

private func openFile(_ path: String, _ flags: Int32) -> Int32 {
  while true {
    let descriptor = open(path, flags | O_CLOEXEC, 0o600)
    if descriptor >= 0 || errno != EINTR { return descriptor }
  }
}
