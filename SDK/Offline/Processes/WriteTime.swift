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

  /// Whether a later write has a later time: file systems have the same one for all that is written within one of their
  /// ticks, of a few milliseconds.
  var isOver: Bool {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    let (second, tick) = (1_000_000_000, 20_000_000)
    return (now.tv_sec - seconds) * second + (now.tv_nsec - nanoseconds) > tick
  }
}
