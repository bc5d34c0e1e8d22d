import CLinux

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Small files of this machine: configuration, keys and tokens. Calls block; none belongs on an event loop.
package enum LocalFile {
  package struct Status: Sendable, Hashable {
    package let isDirectory: Bool
    /// Whether it is a plain file: no directory, device or link.
    package let isFile: Bool
    /// Permission bits.
    package let mode: UInt32
    /// User id of the owner.
    package let owner: UInt32
    package let bytes: Int
    /// How many names it has.
    package let links: Int
    /// Which file of which file system it is, whatever its names.
    let device: UInt64
    let number: UInt64

    init(_ found: stat) {
      isDirectory = found.st_mode & S_IFMT == S_IFDIR
      isFile = found.st_mode & S_IFMT == S_IFREG
      mode = UInt32(found.st_mode & 0o7777)
      owner = found.st_uid
      bytes = Int(found.st_size)
      links = Int(found.st_nlink)
      device = UInt64(truncatingIfNeeded: found.st_dev)
      number = UInt64(truncatingIfNeeded: found.st_ino)
    }
  }

  /// What is known of a file, or of a symbolic link itself; nil when there is none.
  package static func status(of path: String, followingLink: Bool = true) throws(FileError) -> Status? {
    var found = stat()
    guard (followingLink ? stat(path, &found) : lstat(path, &found)) == 0 else {
      if errno == ENOENT { return nil }
      throw FileError("look at", path)
    }
    return Status(found)
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
    try rename(temporary, to: path)
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
    try rename(path, to: other)
    try syncDirectory(parent(of: other))
    try syncDirectory(parent(of: path))
  }

  /// Gives a file another name in its directory, in place of what may have that name. It is not on the disk yet.
  package static func rename(_ path: String, to other: String) throws(FileError) {
    #if canImport(Glibc)
      let result = Glibc.rename(path, other)
    #else
      let result = Darwin.rename(path, other)
    #endif
    guard result == 0 else { throw FileError("replace", other) }
  }

  /// Gives two files each other's names. It is not on the disk yet.
  /// - Returns: false, and nothing has changed, where it cannot be done: one of them is not there, or the file system has
  ///   no such step.
  package static func exchange(_ path: String, with other: String) -> Bool {
    #if os(Linux)
      holdfast_exchange_names(path, other) == 0
    #else
      false
    #endif
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
  /// - Returns: false on a file system that cannot do so; there is nothing more to do on those.
  @discardableResult
  package static func syncDirectory(_ path: String) throws(FileError) -> Bool {
    let directory = try FileDescriptor.open(path, O_RDONLY | O_DIRECTORY, verb: "open")
    if fsync(directory.number) == 0 { return true }
    guard errno == EINVAL else { throw FileError("sync", path) }
    return false
  }

  /// The directory in which a file lies.
  package static func parent(of path: String) -> String {
    let end = path.lastIndex(of: "/")
    return end.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
  }
}

/// What went wrong with a file, in words for the person at the machine.
package struct FileError: Error, Hashable, CustomStringConvertible {
  private let what: String
  /// The system's number for it; 0 when the file itself is wrong.
  package let code: Int32

  /// A file that is itself wrong.
  init(_ description: String) {
    what = description
    code = 0
  }

  /// The failure that the last system call left in `errno`.
  init(_ verb: String, _ path: String) {
    code = errno
    what = "cannot \(verb) \(path)"
  }

  package var description: String {
    guard code != 0 else { return what }
    let advice = [ENOSPC, EDQUOT].contains(code) ? "; free some space" : ""
    return "\(what): \(String(cString: strerror(code)).lowercased())\(advice)"
  }
}
