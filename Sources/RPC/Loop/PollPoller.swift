#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// poll(2), with a pipe that other threads write to.
final class PollPoller: Poller, @unchecked Sendable {  // the tables are touched by the waiting thread only
  private let alarm: (read: Int32, write: Int32)
  /// The alarm first, then what was registered; `tokens` goes along with it.
  private var entries: [pollfd]
  private var tokens: [UInt64]
  /// Where a descriptor stands in `entries`.
  private var places: [Int32: Int] = [:]

  init() throws(SystemError) {
    alarm = try System.pipe()
    entries = [pollfd(fd: alarm.read, events: Int16(POLLIN), revents: 0)]
    tokens = [0]
  }

  deinit {
    System.close(alarm.read)
    System.close(alarm.write)
  }

  func register(_ fd: Int32, _ interest: Interest, token: UInt64) throws(SystemError) {
    guard places[fd] == nil else { throw SystemError(code: EEXIST, call: "poll") }
    guard fcntl(fd, F_GETFD) >= 0 else { throw SystemError(call: "fcntl") }
    places[fd] = entries.count
    entries.append(pollfd(fd: fd, events: Self.flags(interest), revents: 0))
    tokens.append(token)
  }

  func modify(_ fd: Int32, _ interest: Interest, token: UInt64) throws(SystemError) {
    guard let place = places[fd] else { throw SystemError(code: ENOENT, call: "poll") }
    entries[place].events = Self.flags(interest)
    tokens[place] = token
  }

  func remove(_ fd: Int32) {
    guard let place = places.removeValue(forKey: fd) else { return }
    let last = entries.removeLast()
    let token = tokens.removeLast()
    guard place < entries.count else { return }
    entries[place] = last
    tokens[place] = token
    places[last.fd] = place
  }

  func wait(timeout: Duration?, into events: inout [PollEvent]) throws(SystemError) {
    events.removeAll(keepingCapacity: true)
    let milliseconds = timeout?.millisecondsRoundedUp ?? -1
    let count = poll(&entries, nfds_t(entries.count), milliseconds)
    if count < 0 {
      let error = SystemError(call: "poll")
      if error.code == EINTR || error.code == ENOMEM { return }
      throw error
    }
    guard count > 0 else { return }
    if entries[0].revents != 0 { drainAlarm() }
    for (entry, token) in zip(entries, tokens).dropFirst() where entry.revents != 0 {
      let flags = Int32(entry.revents)
      let broken = flags & Int32(POLLERR | POLLHUP | POLLNVAL) != 0
      events.append(
        PollEvent(
          token: token, readable: broken || flags & Int32(POLLIN) != 0,
          writable: broken || flags & Int32(POLLOUT) != 0))
    }
  }

  func wake() {
    var one: UInt8 = 1
    // A full pipe is awake enough.
    _ = write(alarm.write, &one, 1)
  }

  private func drainAlarm() {
    withUnsafeTemporaryAllocation(byteCount: 256, alignment: 1) { buffer in
      while read(alarm.read, buffer.baseAddress, buffer.count) == buffer.count {}
    }
  }

  private static func flags(_ interest: Interest) -> Int16 {
    var flags: Int32 = 0
    if interest.contains(.read) { flags |= Int32(POLLIN) }
    if interest.contains(.write) { flags |= Int32(POLLOUT) }
    return Int16(flags)
  }
}
