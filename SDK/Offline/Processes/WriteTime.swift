#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// When a file was last written, and how long it is.
struct WriteTime: Equatable, Sendable {
  let seconds: Int
  let nanoseconds: Int
  let size: Int

  /// In seconds.
  private static let longestSync = 5

  init?(of path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    #if canImport(Darwin)
      (seconds, nanoseconds) = (status.st_mtimespec.tv_sec, status.st_mtimespec.tv_nsec)
    #else
      (seconds, nanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
    #endif
    size = Int(status.st_size)
  }

  /// Whether what was written then can be seen by now, and a later write has a later time.
  ///
  /// A commit is seen once its part of the log has been synced, and that a disk that is busy may take seconds for; the time
  /// of change is from before. And file systems have one time for all that is written within a few milliseconds.
  var isOver: Bool {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return now.tv_sec - seconds > Self.longestSync
  }
}
