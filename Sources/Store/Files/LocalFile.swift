#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Small files of this machine: configuration, keys and tokens. Calls block; none belongs on an event loop.
package enum LocalFile {
  package struct Status: Sendable, Hashable {
    package let isDirectory: Bool
    /// Permission bits.
    package let mode: UInt32
    /// User id of the owner.
    package let owner: UInt32
  }

  /// What is known of a file; nil when there is none.
  package static func status(of path: String) throws(FileError) -> Status? {
    var found = stat()
    guard stat(path, &found) == 0 else {
      if errno == ENOENT { return nil }
      throw FileError("look at", path)
    }
    return Status(
      isDirectory: found.st_mode & S_IFMT == S_IFDIR, mode: UInt32(found.st_mode & 0o7777), owner: found.st_uid)
  }

  /// The bytes of a file of at most `limit` bytes.
  package static func read(_ path: String, limit: Int = 1 << 20) throws(FileError) -> [UInt8] {
    let file = try FileDescriptor.open(path, O_RDONLY, verb: "read")
    return try file.readAll(path, limit: limit)
  }

  /// The text of a file without white space at its ends.
  package static func readText(_ path: String, limit: Int = 1 << 20) throws(FileError) -> String {
    let text = String(decoding: try read(path, limit: limit), as: UTF8.self)
    let isSpace = { (character: Character) in character.isWhitespace }
    guard let first = text.firstIndex(where: { !isSpace($0) }), let last = text.lastIndex(where: { !isSpace($0) })
    else { return "" }
    return String(text[first...last])
  }

  /// Writes a file so that a crash leaves the old one or the new one, and returns when it is on the disk.
  package static func replace(_ path: String, with bytes: some Collection<UInt8>, mode: UInt32) throws(FileError) {
    let temporary = path + ".new"
    if unlink(temporary) != 0, errno != ENOENT { throw FileError("replace", temporary) }
    let file = try FileDescriptor.open(temporary, O_WRONLY | O_CREAT | O_EXCL, mode: mode, verb: "create")
    try file.write(Array(bytes), temporary)
    try file.sync(temporary)
    guard rename(temporary, path) == 0 else { throw FileError("replace", path) }
    try syncDirectory(parent(of: path))
  }

  /// Removes a file if it is there.
  package static func remove(_ path: String) throws(FileError) {
    if unlink(path) != 0, errno != ENOENT { throw FileError("remove", path) }
  }

  /// Makes a directory whose parent exists.
  package static func makeDirectory(_ path: String, mode: UInt32) throws(FileError) {
    guard mkdir(path, mode_t(mode)) == 0 else { throw FileError("create", path) }
    try syncDirectory(parent(of: path))
  }

  /// The first `count` bytes of a file, or all when it has fewer.
  package static func read(_ path: String, first count: Int) throws(FileError) -> [UInt8] {
    try FileDescriptor.open(path, O_RDONLY, verb: "read").read(path, first: count)
  }

  /// Removes a file, and returns when that is on the disk.
  package static func removeDurably(_ path: String) throws(FileError) {
    try remove(path)
    try syncDirectory(parent(of: path))
  }

  /// Gives a file another name on the same file system, in place of what may have that name.
  package static func move(_ path: String, to other: String) throws(FileError) {
    guard rename(path, other) == 0 else { throw FileError("move", path) }
    try syncDirectory(parent(of: other))
    try syncDirectory(parent(of: path))
  }

  /// The names in a directory, in no order, without `.` and `..`.
  package static func names(in directory: String) throws(FileError) -> [String] {
    guard let stream = opendir(directory) else { throw FileError("read", directory) }
    defer { closedir(stream) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        guard errno == 0 else { throw FileError("read", directory) }
        return names
      }
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name != ".", name != ".." { names.append(name) }
    }
  }

  /// Makes the names in a directory durable.
  package static func syncDirectory(_ path: String) throws(FileError) {
    let directory = try FileDescriptor.open(path, O_RDONLY | O_DIRECTORY, verb: "open")
    // Some file systems cannot sync a directory and say EINVAL; there is nothing more to do on those.
    guard fsync(directory.number) == 0 || errno == EINVAL else { throw FileError("sync", path) }
  }

  /// The directory in which a file lies.
  package static func parent(of path: String) -> String {
    let end = path.lastIndex(of: "/")
    return end.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
  }
}

/// What went wrong with a file, in words for the person at the machine.
package struct FileError: Error, Hashable, CustomStringConvertible {
  package let description: String
  /// The system's number for it; 0 when the file itself is wrong.
  package let code: Int32

  init(_ description: String, code: Int32) {
    self.description = description
    self.code = code
  }

  /// The failure that the last system call left in `errno`.
  init(_ verb: String, _ path: String) {
    let code = errno
    let advice = [ENOSPC, EDQUOT].contains(code) ? "; free some space" : ""
    self.init("cannot \(verb) \(path): \(String(cString: strerror(code)).lowercased())\(advice)", code: code)
  }
}
