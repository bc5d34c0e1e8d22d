#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file that is open for reading, and how it stood when.
final class ProfiledInput {
  /// What changes when somebody writes to a file.
  struct State: Equatable {
    var device: UInt64
    var number: UInt64
    /// 0 of what has no size, such as a pipe.
    var bytes: Int
    var seconds: Int
    var nanoseconds: Int
  }

  private let path: String
  private let descriptor: Int32

  init(_ path: String) throws {
    self.path = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      switch errno {
      case ENOENT, ENOTDIR:
        throw CommandFailure(.notFound, "there is no file \(path)", hint: "Check the name and the folder you are in.")
      case EACCES:
        throw CommandFailure(.failed, "\(path) may not be read by you", hint: "Ask its owner, or `chmod +r` it.")
      case let code:
        throw CommandFailure(.failed, "cannot open \(path): \(String(cString: strerror(code)))")
      }
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure("look at") }
    guard status.st_mode & S_IFMT != S_IFDIR else {
      throw CommandFailure(.failed, "\(path) is a folder", hint: "Name a file in it.")
    }
  }

  deinit { close(descriptor) }

  /// The next bytes: as many as are asked for, but at the end.
  func read(_ count: Int) throws -> [UInt8] {
    try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let taken = systemRead(descriptor, buffer.baseAddress.map { $0 + filled }, count - filled)
        if taken < 0, errno == EINTR { continue }
        guard taken >= 0 else { throw failure("read") }
        if taken == 0 { return }
        filled += taken
      }
    }
  }

  func state() throws -> State {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure("look at") }
    return State(status)
  }

  /// The path still leads to the file that was opened.
  var isStillAtItsPath: Bool {
    var (opened, found) = (stat(), stat())
    guard fstat(descriptor, &opened) == 0, stat(path, &found) == 0 else { return false }
    return opened.st_dev == found.st_dev && opened.st_ino == found.st_ino
  }

  private func failure(_ work: String) -> CommandFailure {
    CommandFailure(.failed, "cannot \(work) \(path): \(String(cString: strerror(errno)))")
  }
}

extension ProfiledInput.State {
  fileprivate init(_ status: stat) {
    #if canImport(Glibc)
      let changed = status.st_mtim
    #else
      let changed = status.st_mtimespec
    #endif
    self.init(
      device: UInt64(truncatingIfNeeded: status.st_dev), number: UInt64(truncatingIfNeeded: status.st_ino),
      bytes: status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : 0, seconds: changed.tv_sec,
      nanoseconds: changed.tv_nsec)
  }
}

/// The system's `read`, which the method of that name hides.
private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
  #if canImport(Glibc)
    Glibc.read(descriptor, buffer, count)
  #else
    Darwin.read(descriptor, buffer, count)
  #endif
}
