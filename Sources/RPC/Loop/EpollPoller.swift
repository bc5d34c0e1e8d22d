#if os(Linux)
  import CLinux
  import Glibc

  /// epoll(7), with an eventfd that other threads write to.
  final class EpollPoller: Poller, @unchecked Sendable {  // the buffer is touched by the waiting thread only
    private static let wakeToken = UInt64.max

    private let epoll: Int32
    private let alarm: Int32
    private let buffer: UnsafeMutableBufferPointer<epoll_event>

    init() throws(SystemError) {
      epoll = try System.call("epoll_create1") { epoll_create1(Int32(EPOLL_CLOEXEC)) }
      do throws(SystemError) {
        alarm = try System.call("eventfd") { eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK)) }
      } catch {
        System.close(epoll)
        throw error
      }
      buffer = .allocate(capacity: Limits.eventsPerTurn)
      do throws(SystemError) {
        try control(EPOLL_CTL_ADD, alarm, .read, Self.wakeToken)
      } catch {
        closeAll()
        throw error
      }
    }

    deinit {
      closeAll()
    }

    func register(_ fd: Int32, _ interest: Interest, token: UInt64) throws(SystemError) {
      try control(EPOLL_CTL_ADD, fd, interest, token)
    }

    func modify(_ fd: Int32, _ interest: Interest, token: UInt64) throws(SystemError) {
      try control(EPOLL_CTL_MOD, fd, interest, token)
    }

    func remove(_ fd: Int32) {
      var event = epoll_event()
      _ = epoll_ctl(epoll, EPOLL_CTL_DEL, fd, &event)
    }

    func wait(timeout: Duration?, into events: inout [PollEvent]) throws(SystemError) {
      events.removeAll(keepingCapacity: true)
      let milliseconds = timeout?.millisecondsRoundedUp ?? -1
      let count = epoll_wait(epoll, buffer.baseAddress, Int32(buffer.count), milliseconds)
      if count < 0 {
        let error = SystemError(call: "epoll_wait")
        if error.code == EINTR { return }  // the loop computes its timeout anew
        throw error
      }
      for event in buffer[..<Int(count)] {
        if event.data.u64 == Self.wakeToken {
          var value: UInt64 = 0
          _ = Glibc.read(alarm, &value, 8)
          continue
        }
        let broken = event.events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0
        events.append(
          PollEvent(
            token: event.data.u64,
            readable: broken || event.events & EPOLLIN.rawValue != 0,
            writable: broken || event.events & EPOLLOUT.rawValue != 0))
      }
    }

    func wake() {
      var one: UInt64 = 1
      _ = Glibc.write(alarm, &one, 8)
    }

    private func control(
      _ operation: Int32, _ fd: Int32, _ interest: Interest, _ token: UInt64
    ) throws(SystemError) {
      var event = epoll_event()
      if interest.contains(.read) { event.events |= EPOLLIN.rawValue }
      if interest.contains(.write) { event.events |= EPOLLOUT.rawValue }
      event.data.u64 = token
      guard epoll_ctl(epoll, operation, fd, &event) == 0 else { throw SystemError(call: "epoll_ctl") }
    }

    private func closeAll() {
      System.close(alarm)
      System.close(epoll)
      buffer.deallocate()
    }
  }
#endif
