#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A socket that connections come in by. Register its `fd` for reading and call `accept` when it is ready.
///
/// It keeps one descriptor in reserve: when the process has none left, it spends the reserve on taking the next
/// connection and closing it, since a connection that is left waiting would keep the socket ready and the loop busy.
final class ListeningSocket {
  enum Accepted {
    /// A connection, non-blocking; the caller owns the descriptor.
    case connection(fd: Int32, peer: SocketAddress)
    /// A connection was closed, because the process has no descriptor left.
    case refused
  }

  let fd: Int32
  /// The address that the socket has in the end, with the port that the system chose.
  let address: SocketAddress
  private var reserve: Int32
  private var isOpen = true

  /// Binds and listens. Several sockets can share one address with `sharesPort` (Linux deals the connections out).
  ///
  /// An empty host means every address of the machine, IPv6 and IPv4, or IPv4 where the machine has no IPv6. Resolving
  /// a name may block: this is for the start of a server.
  init(
    _ wanted: SocketAddress, sharesPort: Bool = false, backlog: Int32 = Limits.backlog
  ) throws(SystemError) {
    fd = try Self.listen(wanted, sharesPort: sharesPort, backlog: backlog)
    var bound = ResolvedAddress()
    let fd = fd
    do {
      _ = try System.call("getsockname") { bound.withMutableSockaddr { getsockname(fd, $0, $1) } }
    } catch {
      System.close(fd)
      throw error
    }
    address = bound.socketAddress
    reserve = Self.openReserve()
  }

  deinit {
    close()
  }

  /// The next connection; nil when no more are waiting. Throws what no later call would mend.
  func accept() throws(SystemError) -> Accepted? {
    do {
      guard let (connection, peer) = try System.accept(fd) else { return nil }
      if reserve < 0 { reserve = Self.openReserve() }
      System.disableDelay(connection)
      return .connection(fd: connection, peer: peer.socketAddress)
    } catch {
      guard error.isOutOfDescriptors else { throw error }
      return refuseOne()
    }
  }

  func close() {
    guard isOpen else { return }
    isOpen = false
    System.close(fd)
    if reserve >= 0 { System.close(reserve) }
    reserve = -1
  }

  // MARK: Inside

  private func refuseOne() -> Accepted? {
    // Without a reserve the loop comes back at once: another part of the process was quicker. It will not stay so.
    guard reserve >= 0 else {
      reserve = Self.openReserve()
      return nil
    }
    System.close(reserve)
    defer { reserve = Self.openReserve() }
    guard let (connection, _) = try? System.accept(fd) else { return nil }
    System.close(connection)
    return .refused
  }

  private static func openReserve() -> Int32 {
    open("/dev/null", O_RDONLY | O_CLOEXEC)
  }

  private static func listen(
    _ wanted: SocketAddress, sharesPort: Bool, backlog: Int32
  ) throws(SystemError) -> Int32 {
    var failure = SystemError(code: EADDRNOTAVAIL, call: "bind")
    var candidates = try ResolvedAddress.resolve(wanted, toListen: true)
    if wanted.host.isEmpty {
      // IPv6 first: its socket takes IPv4 too.
      candidates = candidates.filter { $0.family == AF_INET6 } + candidates.filter { $0.family != AF_INET6 }
    }
    for candidate in candidates {
      do {
        return try listen(candidate, sharesPort: sharesPort, isOpenToAll: wanted.host.isEmpty, backlog: backlog)
      } catch {
        failure = error
      }
    }
    throw failure
  }

  private static func listen(
    _ candidate: ResolvedAddress, sharesPort: Bool, isOpenToAll: Bool, backlog: Int32
  ) throws(SystemError) -> Int32 {
    let fd = try System.streamSocket(family: candidate.family)
    do {
      try System.setOption(fd, SOL_SOCKET, SO_REUSEADDR, 1)
      if sharesPort { try System.setOption(fd, SOL_SOCKET, SO_REUSEPORT, 1) }
      if candidate.family == AF_INET6 {
        try System.setOption(fd, Int32(IPPROTO_IPV6), IPV6_V6ONLY, isOpenToAll ? 0 : 1)
      }
      try System.call("bind") { candidate.withSockaddr { bind(fd, $0, $1) } }
      try System.listen(fd, backlog: backlog)
      return fd
    } catch {
      System.close(fd)
      throw error
    }
  }
}
