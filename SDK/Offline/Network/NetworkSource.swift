import CLinux
import HoldfastRPC
import HoldfastWire

#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// Where a monitor learns of the network.
package protocol NetworkSource: Sendable {
  /// Whether there is an interface, beside the machine's own, that is up and has an address.
  func hasNetwork() -> Bool
  /// Returns when something about the network may have changed, after `limit` at the latest, or when the task is
  /// cancelled.
  func change(within limit: Duration) async
}

/// This machine's network: interfaces are looked at, and the kernel says when to look again.
package final class SystemNetwork: NetworkSource {
  private let notices: RouteNotices?
  /// A thread that waits for the kernel.
  private let thread = WorkerPool(threadCount: 1, name: "hf-network")

  package init() { notices = RouteNotices() }

  package func hasNetwork() -> Bool {
    var list: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&list) == 0 else { return false }
    defer { freeifaddrs(list) }
    return sequence(first: list, next: { $0?.pointee.ifa_next }).contains {
      $0.map { Self.leadsAway($0.pointee) } ?? false
    }
  }

  /// Whether the interface can reach other machines.
  private static func leadsAway(_ interface: ifaddrs) -> Bool {
    // IFF_UP, IFF_LOOPBACK, IFF_RUNNING: the same everywhere.
    let (up, loopback, running): (UInt32, UInt32, UInt32) = (0x1, 0x8, 0x40)
    guard interface.ifa_flags & (up | running) == up | running, interface.ifa_flags & loopback == 0,
      let address = interface.ifa_addr
    else { return false }
    switch Int32(address.pointee.sa_family) {
    case AF_INET: return true
    case AF_INET6:
      // An address of the link alone, fe80::/10, is there without any network.
      return address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { address in
        withUnsafeBytes(of: address.pointee.sin6_addr) { !($0[0] == 0xfe && $0[1] & 0xc0 == 0x80) }
      }
    default: return false
    }
  }

  package func change(within limit: Duration) async {
    guard let notices else {
      try? await Task.sleep(for: limit)
      return
    }
    await withTaskCancellationHandler {
      do { try await thread.run { notices.wait(within: limit) } } catch { return }
    } onCancel: {
      notices.wake()
    }
  }
}

/// What the kernel says about links, addresses and routes.
private final class RouteNotices: Sendable {
  private let socket: Int32
  /// Ends a wait.
  private let bell: (read: Int32, write: Int32)

  /// nil where the kernel says nothing; then it has to be looked from time to time.
  init?() {
    #if os(Linux)
      let socket = CLinux.socket(AF_NETLINK, Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue), NETLINK_ROUTE)
      guard socket >= 0 else { return nil }
      var address = sockaddr_nl()
      address.nl_family = sa_family_t(AF_NETLINK)
      address.nl_groups = UInt32(
        RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE)
      let isBound = withUnsafePointer(to: address) { address in
        address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
          bind(socket, address, socklen_t(MemoryLayout<sockaddr_nl>.size)) == 0
        }
      }
      var ends: [Int32] = [0, 0]
      guard isBound, pipe2(&ends, O_CLOEXEC | O_NONBLOCK) == 0 else {
        close(socket)
        return nil
      }
      self.socket = socket
      bell = (ends[0], ends[1])
    #else
      return nil
    #endif
  }

  deinit {
    for file in [socket, bell.read, bell.write] { close(file) }
  }

  func wake() {
    var byte: UInt8 = 1
    // A pipe that is full wakes as well.
    _ = write(bell.write, &byte, 1)
  }

  func wait(within limit: Duration) {
    var files = [
      pollfd(fd: socket, events: Int16(POLLIN), revents: 0), pollfd(fd: bell.read, events: Int16(POLLIN), revents: 0),
    ]
    let milliseconds = Int32(clamping: limit.saturatingNanoseconds / 1_000_000)
    guard poll(&files, nfds_t(files.count), max(1, milliseconds)) > 0 else { return }
    var buffer = [UInt8](repeating: 0, count: 16_384)
    // What they say is looked up anyway.
    while recv(socket, &buffer, buffer.count, Int32(MSG_DONTWAIT)) > 0 {}
    while read(bell.read, &buffer, buffer.count) > 0 {}
  }
}
