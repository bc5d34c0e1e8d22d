#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Versions of values in files, which have no common counter.
enum StorageVersion {
  /// Microseconds since 1970, or the next number where the clock is behind: so a key that was deleted and is written again
  /// does not get a version that it had before.
  static func next(after version: UInt64) -> UInt64 {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    let microseconds = UInt64(clamping: now.tv_sec) &* 1_000_000 &+ UInt64(clamping: now.tv_nsec / 1_000)
    return max(microseconds, version &+ 1)
  }
}
