import HoldfastWire

/// What a descriptor's owner wants to hear about it.
struct Interest: OptionSet, Hashable, Sendable {
  let rawValue: UInt8

  static let read = Interest(rawValue: 1)
  static let write = Interest(rawValue: 2)
}

/// A descriptor that is ready. A broken one counts as ready for both: the next call on it says what is wrong.
struct PollEvent: Hashable {
  let token: UInt64
  let readable: Bool
  let writable: Bool
}

/// The kernel's way to wait for many descriptors: level-triggered, so that what was left unread is told again.
///
/// Everything belongs to one thread, except `wake`.
protocol Poller: AnyObject, Sendable {
  /// Watches `fd`; its events bear `token`. An empty interest is never watched: it would still report hang-ups.
  func register(_ fd: Int32, _ interest: Interest, token: UInt64) throws(SystemError)
  func modify(_ fd: Int32, _ interest: Interest, token: UInt64) throws(SystemError)
  func remove(_ fd: Int32)
  /// Waits until a descriptor is ready, `wake` was called or `timeout` is over (nil: without end), and replaces the
  /// contents of `events`.
  func wait(timeout: Duration?, into events: inout [PollEvent]) throws(SystemError)
  /// Ends a wait that is under way, or the next one, from any thread.
  func wake()
}

/// Which poller a loop uses.
public enum PollerKind: Sendable, CaseIterable {
  #if os(Linux)
    /// epoll, woken by an eventfd.
    case epoll
  #endif
  /// poll(2), woken by a pipe: works everywhere, and slows down with the number of descriptors.
  case poll

  /// The best that the system has.
  public static var standard: PollerKind {
    #if os(Linux)
      .epoll
    #else
      .poll
    #endif
  }

  func makePoller() throws(SystemError) -> any Poller {
    switch self {
    #if os(Linux)
      case .epoll: try EpollPoller()
    #endif
    case .poll: try PollPoller()
    }
  }
}

extension Duration {
  /// For system calls that count milliseconds: rounded up, so that a wait never ends before its time.
  var millisecondsRoundedUp: Int32 {
    let nanoseconds = saturatingNanoseconds
    guard nanoseconds > 0 else { return 0 }
    return Int32(clamping: (nanoseconds - 1) / 1_000_000 + 1)
  }
}
