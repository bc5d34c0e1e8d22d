import HoldfastStore

#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// The right to sync a replica's file, which one process has at a time.
///
/// It is a `flock` on a file beside the replica's: the operating system frees it when the process ends, however it ends,
/// and the next one takes over. Changing the file needs no such right.
final class ReplicaLock: Sendable {
  private let file: Int32

  private init(_ file: Int32) { self.file = file }

  deinit { close(file) }

  /// The right, if nobody has it.
  static func take(_ replica: String) throws(StoreError) -> ReplicaLock? {
    let path = replica + ".lock"
    let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw refusal(path) }
    while flock(file, LOCK_EX | LOCK_NB) != 0 {
      if errno == EINTR { continue }
      defer { close(file) }
      guard errno == EWOULDBLOCK else { throw refusal(path) }
      return nil
    }
    return ReplicaLock(file)
  }

  private static func refusal(_ path: String) -> StoreError {
    StoreError(.cannotOpen, "cannot lock \(path): \(String(cString: strerror(errno)))", engineCode: errno)
  }
}
