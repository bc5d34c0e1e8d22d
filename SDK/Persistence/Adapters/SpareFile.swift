import HoldfastRPC
import HoldfastStore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The file of a directory in which a value is written before it takes the place of an older one.
///
/// It exchanges its name with the file that it replaces, which becomes the next spare file. So a save makes no file and
/// removes none, and these are what costs a file system most. A crash leaves the old value or the new one.
///
/// What was replaced is filled with zeros, and written over by the next save, only when nobody can tell:
/// - This object has put it there and synced the directory since, so no crash gives it back the name that it had.
/// - It is still that same file, readable for nobody but its owner, and has no other name.
/// - Nobody had it open when it was replaced: whoever reads a value, with a lock or without, reads it to its end.
///
/// Any other is removed, and a new one is made. Whoever replaces holds the lock of the folder.
final class SpareFile: Sendable {
  private final class Kept: Sendable {
    let file: FileDescriptor
    let status: LocalFile.Status

    init(_ file: consuming FileDescriptor, _ status: LocalFile.Status) {
      self.file = file
      self.status = status
    }
  }

  private static let mode: UInt32 = 0o600

  private let directory: String
  private let path: String
  private let kept = Lock<Kept?>(nil)

  init(in directory: String) {
    self.directory = directory
    path = directory + "/spare"
  }

  /// Puts bytes in the place of a file of the directory, and returns when they are there on the disk.
  ///
  /// - Parameter replaced: how large the file is that lies there now; nil where there is none.
  func replace(_ place: String, with bytes: [UInt8], replaced: Int?) throws(FileError) {
    try fill(with: bytes)
    let isSmall = replaced.map { $0 <= PersistenceLimits.spareBytes } ?? false
    guard isSmall, LocalFile.exchange(path, with: place) else {
      try LocalFile.rename(path, to: place)
      try LocalFile.syncDirectory(directory)
      return
    }
    let isDurable = try LocalFile.syncDirectory(directory)
    // The value is safe. A file that can neither be kept nor removed now is removed by the next one who replaces.
    if !(isDurable && ((try? keep()) ?? false)) { try? remove() }
  }

  /// Removes what was replaced last, which a crash may have left unchanged.
  func remove() throws(FileError) { try LocalFile.remove(path) }

  private func fill(with bytes: [UInt8]) throws(FileError) {
    if let last = kept.withLock({ $0.take() }),
      try LocalFile.status(of: path, followingLink: false) == last.status
    {
      try last.file.overwrite(bytes, path)
      if last.status.bytes > bytes.count { try last.file.truncate(to: bytes.count, path) }
      return try last.file.sync(path)
    }
    try remove()
    let file = try FileDescriptor.open(path, O_WRONLY | O_CREAT | O_EXCL, mode: Self.mode, verb: "create")
    try file.write(bytes, path)
    try file.sync(path)
  }

  /// Keeps what was replaced, if the next value may be written in it.
  private func keep() throws(FileError) -> Bool {
    let file = try FileDescriptor.open(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK, verb: "open")
    let status = try file.status(path)
    guard status.isFile, status.mode == Self.mode, status.owner == geteuid(), status.links == 1,
      status.bytes <= PersistenceLimits.spareBytes, file.isOnlyOne
    else { return false }
    try file.overwrite([UInt8](repeating: 0, count: status.bytes), path)
    let new = Kept(file, status)
    kept.withLock { $0 = new }
    return true
  }
}
