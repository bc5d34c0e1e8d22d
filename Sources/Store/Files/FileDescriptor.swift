#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// An open file that closes when it goes.
package struct FileDescriptor: ~Copyable {
  package let number: Int32

  package static func open(
    _ path: String, _ flags: Int32, mode: UInt32 = 0, verb: String
  ) throws(FileError) -> FileDescriptor {
    while true {
      #if canImport(Glibc)
        let number = Glibc.open(path, flags | O_CLOEXEC, mode_t(mode))
      #else
        let number = Darwin.open(path, flags | O_CLOEXEC, mode_t(mode))
      #endif
      if number >= 0 { return FileDescriptor(number: number) }
      if errno != EINTR { throw FileError(verb, path) }
    }
  }

  deinit { close(number) }

  package func readAll(_ path: String, limit: Int) throws(FileError) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16_384)
    while true {
      #if canImport(Glibc)
        let count = chunk.withUnsafeMutableBytes { Glibc.read(number, $0.baseAddress, $0.count) }
      #else
        let count = chunk.withUnsafeMutableBytes { Darwin.read(number, $0.baseAddress, $0.count) }
      #endif
      if count == 0 { return bytes }
      if count < 0 {
        if errno == EINTR { continue }
        throw FileError("read", path)
      }
      bytes += chunk[..<count]
      if bytes.count > limit { throw FileError("\(path) is larger than \(limit) bytes") }
    }
  }

  /// The first `limit` bytes, or all when there are fewer.
  package func read(_ path: String, first limit: Int) throws(FileError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: limit)
    var count = 0
    while count < limit {
      let got = bytes.withUnsafeMutableBytes { memory in
        #if canImport(Glibc)
          Glibc.read(number, memory.baseAddress.map { $0 + count }, limit - count)
        #else
          Darwin.read(number, memory.baseAddress.map { $0 + count }, limit - count)
        #endif
      }
      if got == 0 { break }
      if got < 0 {
        if errno == EINTR { continue }
        throw FileError("read", path)
      }
      count += got
    }
    return Array(bytes[..<count])
  }

  package func write(_ bytes: [UInt8], _ path: String) throws(FileError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      #if canImport(Glibc)
        let count = rest.withUnsafeBytes { Glibc.write(number, $0.baseAddress, $0.count) }
      #else
        let count = rest.withUnsafeBytes { Darwin.write(number, $0.baseAddress, $0.count) }
      #endif
      if count < 0 {
        if errno == EINTR { continue }
        throw FileError("write", path)
      }
      rest = rest.dropFirst(count)
    }
  }

  /// Writes over the first bytes.
  package func overwrite(_ bytes: [UInt8], _ path: String) throws(FileError) {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { all in
        pwrite(number, all.baseAddress.map { $0 + written }, all.count - written, off_t(written))
      }
      if count < 0 {
        if errno == EINTR { continue }
        throw FileError("write", path)
      }
      written += count
    }
  }

  /// Returns when what was written is on the disk.
  package func sync(_ path: String) throws(FileError) {
    guard fsync(number) == 0 else { throw FileError("sync", path) }
  }

  package func status(_ path: String) throws(FileError) -> LocalFile.Status {
    var found = stat()
    guard fstat(number, &found) == 0 else { throw FileError("look at", path) }
    return LocalFile.Status(found)
  }

  /// Whether nobody else, in this process or another, has the file open, which this descriptor may write. No where the
  /// system does not tell.
  package var isOnlyOne: Bool {
    #if os(Linux)
      // A lease for writing is given for the only descriptor. Who has one is told by a signal that somebody wants to open
      // the file; the usual one ends a process, this one is ignored. The numbers are missing from the C library's module.
      let (setSignal, setLease): (Int32, Int32) = (10, 1024)
      guard fcntl(number, setSignal, SIGURG) == 0, fcntl(number, setLease, F_WRLCK) == 0 else { return false }
      return fcntl(number, setLease, F_UNLCK) == 0
    #else
      false
    #endif
  }

  /// Goes on from there.
  package func seek(to offset: Int, _ path: String) throws(FileError) {
    guard lseek(number, off_t(offset), SEEK_SET) == off_t(offset) else { throw FileError("read", path) }
  }

  /// Cuts off what is behind so many bytes, and goes on from there.
  package func truncate(to count: Int, _ path: String) throws(FileError) {
    guard ftruncate(number, off_t(count)) == 0 else { throw FileError("write", path) }
    try seek(to: count, path)
  }
}
