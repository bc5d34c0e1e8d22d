import CLinux

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// System calls: an interrupted call is made again, a failed one throws.
enum System {
  /// What a call on a non-blocking descriptor came to.
  enum Transfer: Hashable {
    case bytes(Int)
    case wouldBlock
  }

  /// Makes a call that says -1 when it fails, again when a signal interrupted it.
  @discardableResult
  static func call(_ name: String, _ body: () -> Int32) throws(SystemError) -> Int32 {
    while true {
      let result = body()
      if result >= 0 { return result }
      if errno != EINTR { throw SystemError(call: name) }
    }
  }

  /// The same for calls that move bytes.
  @inline(__always)
  static func transfer(_ name: String, _ body: () -> Int) throws(SystemError) -> Transfer {
    while true {
      let count = body()
      if count >= 0 { return .bytes(count) }
      switch errno {
      case EINTR: continue
      case EAGAIN, EWOULDBLOCK: return .wouldBlock
      default: throw SystemError(call: name)
      }
    }
  }

  /// Receives bytes; 0 bytes are the end.
  static func receive(_ fd: Int32, into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Transfer {
    try transfer("recv") { recv(fd, buffer.baseAddress, buffer.count, 0) }
  }

  /// Sends bytes, and never raises SIGPIPE.
  static func send(_ fd: Int32, _ bytes: UnsafeRawBufferPointer) throws(SystemError) -> Transfer {
    #if canImport(Darwin)
      ignoreBrokenPipes
      return try transfer("send") { Darwin.send(fd, bytes.baseAddress, bytes.count, 0) }
    #else
      return try transfer("send") { Glibc.send(fd, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL)) }
    #endif
  }

  /// Closes a descriptor. An error means only that an earlier write failed, which a socket has told already, and a
  /// second try could close somebody else's.
  static func close(_ fd: Int32) {
    #if canImport(Darwin)
      _ = Darwin.close(fd)
    #else
      _ = Glibc.close(fd)
    #endif
  }

  /// A pipe that neither blocks nor survives exec.
  static func pipe() throws(SystemError) -> (read: Int32, write: Int32) {
    try pair("pipe") { ends in
      #if os(Linux)
        pipe2(ends, O_CLOEXEC | O_NONBLOCK)
      #else
        Darwin.pipe(ends)
      #endif
    }
  }

  /// Two connected stream sockets that neither block nor survive exec.
  static func socketPair() throws(SystemError) -> (Int32, Int32) {
    try pair("socketpair") { ends in socketpair(AF_UNIX, streamType, 0, ends) }
  }

  /// A stream socket that neither blocks nor survives exec.
  static func streamSocket(family: Int32) throws(SystemError) -> Int32 {
    let fd = try call("socket") { socket(family, streamType, 0) }
    try prepare(fd)
    return fd
  }

  /// The next connection of a listening socket, with the address of its other end; nil when there is none.
  static func accept(_ fd: Int32) throws(SystemError) -> (fd: Int32, peer: ResolvedAddress)? {
    var peer = ResolvedAddress()
    while true {
      let accepted = peer.withMutableSockaddr { address, length in
        #if os(Linux)
          accept4(fd, address, length, Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue))
        #else
          Darwin.accept(fd, address, length)
        #endif
      }
      if accepted >= 0 {
        #if !os(Linux)
          try prepare(accepted)
        #endif
        return (accepted, peer)
      }
      switch errno {
      case EINTR, ECONNABORTED: continue
      case EAGAIN, EWOULDBLOCK: return nil
      #if os(Linux)
        // Errors of the connection, which Linux tells of here: that one is gone, the next may be well.
        case ENETDOWN, EPROTO, ENOPROTOOPT, EHOSTDOWN, ENONET, EHOSTUNREACH, EOPNOTSUPP, ENETUNREACH: continue
      #endif
      default: throw SystemError(call: "accept")
      }
    }
  }

  /// Begins to connect; true when that was all, false when the socket becomes writable once it is decided.
  static func connect(_ fd: Int32, _ address: ResolvedAddress) throws(SystemError) -> Bool {
    let result = address.withSockaddr { address, length in
      #if canImport(Darwin)
        Darwin.connect(fd, address, length)
      #else
        Glibc.connect(fd, address, length)
      #endif
    }
    if result == 0 { return true }
    // An interrupted connect goes on by itself.
    if errno == EINPROGRESS || errno == EINTR { return false }
    throw SystemError(call: "connect")
  }

  static func listen(_ fd: Int32, backlog: Int32) throws(SystemError) {
    #if canImport(Darwin)
      try call("listen") { Darwin.listen(fd, backlog) }
    #else
      try call("listen") { Glibc.listen(fd, backlog) }
    #endif
  }

  static func setOption(_ fd: Int32, _ level: Int32, _ option: Int32, _ value: Int32) throws(SystemError) {
    var value = value
    _ = try call("setsockopt") { setsockopt(fd, level, option, &value, socklen_t(MemoryLayout<Int32>.size)) }
  }

  /// The error that a socket has met since it was last asked; nil when there is none.
  static func pendingError(_ fd: Int32, call name: String) throws(SystemError) -> SystemError? {
    var code: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    _ = try call("getsockopt") { getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &length) }
    return code == 0 ? nil : SystemError(code: code, call: name)
  }

  /// Sends small frames at once. Sockets that know no such thing (a socket pair) need none.
  static func disableDelay(_ fd: Int32) {
    try? setOption(fd, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
  }

  /// Makes a write to a closed connection an error in place of a signal that ends the process. OpenSSL writes without
  /// MSG_NOSIGNAL, so whoever makes a TLS link asks for this first. This is the only place that changes a signal.
  static let ignoreBrokenPipes: Void = {
    _ = signal(SIGPIPE, SIG_IGN)
  }()

  // MARK: Inside

  private static func pair(
    _ name: String, _ make: (UnsafeMutablePointer<Int32>) -> Int32
  ) throws(SystemError) -> (Int32, Int32) {
    var ends: [Int32] = [-1, -1]
    _ = try call(name) { ends.withUnsafeMutableBufferPointer { $0.baseAddress.map(make) ?? -1 } }
    do {
      try prepare(ends[0])
    } catch {
      close(ends[1])
      throw error
    }
    do {
      try prepare(ends[1])
    } catch {
      close(ends[0])
      throw error
    }
    return (ends[0], ends[1])
  }

  #if os(Linux)
    private static let streamType = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)

    /// Linux makes descriptors as they have to be.
    private static func prepare(_ fd: Int32) throws(SystemError) {}
  #else
    private static let streamType = SOCK_STREAM

    /// Makes a new descriptor non-blocking and close-on-exec, or closes it.
    private static func prepare(_ fd: Int32) throws(SystemError) {
      do {
        try call("fcntl") { fcntl(fd, F_SETFL, O_NONBLOCK) }
        try call("fcntl") { fcntl(fd, F_SETFD, FD_CLOEXEC) }
      } catch {
        close(fd)
        throw error
      }
    }
  #endif
}
