#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A `flock`, held as long as this lives: shared by many, or held by one alone, among all threads and processes.
package struct FileLock: ~Copyable {
  private let file: FileDescriptor

  /// Makes the file when it does not exist. Waits until the lock is free.
  package init(_ path: String, shared: Bool) throws(FileError) {
    let file = try FileDescriptor.open(path, O_RDWR | O_CREAT, mode: 0o600, verb: "open")
    while flock(file.number, shared ? LOCK_SH : LOCK_EX) != 0 {
      if errno != EINTR { throw FileError("lock", path) }
    }
    self.file = file
  }

  /// Runs `body` and frees the lock.
  package consuming func holding<Value>(_ body: () throws -> Value) rethrows -> Value { try body() }
}
