import HoldfastRPC

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The signals that a hub obeys, one after the other. A process has one of these.
struct Signals: Sendable {
  enum Wish: Sendable {
    case stop, reload
  }

  private let readEnd: Int32
  /// The thread that waits for them.
  private let waiting = WorkerPool(threadCount: 1, name: "hf-signals")

  /// Catches the signals from now on.
  init() throws(CommandFailure) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else {
      throw CommandFailure(.failed, "cannot make a pipe: \(String(cString: strerror(errno)))")
    }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    readEnd = ends[0]
    caughtSignals = ends[1]
    for number in [SIGTERM, SIGINT, SIGHUP] {
      signal(number) { number in
        let before = errno
        var byte = UInt8(truncatingIfNeeded: number)
        write(caughtSignals, &byte, 1)
        errno = before
      }
    }
  }

  /// Waits for the next one.
  func next() async throws -> Wish {
    try await waiting.run {
      var byte: UInt8 = 0
      while read(readEnd, &byte, 1) != 1 {}
      return Int32(byte) == SIGHUP ? .reload : .stop
    }
  }
}

/// Where the signal handler writes: it may touch no more than this. Set once, before the handler is.
nonisolated(unsafe) private var caughtSignals: Int32 = -1
