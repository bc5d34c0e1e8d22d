import HoldfastWire
import TestSupport
import Testing

@testable import HoldfastRPC

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

struct `Listening and connecting` {
  @Test(arguments: PollerKind.allCases)
  func `a client gets through to a listener`(_ kind: PollerKind) async throws {
    try await withLoop(kind) { loop in
      let listener = try ListeningSocket(SocketAddress(host: "127.0.0.1", port: 0))
      #expect(listener.address.port != 0)
      #expect(try listener.accept() == nil)
      let client = try await connectSocket(to: listener.address, on: loop)
      try await loop.waitUntilReadable(listener.fd)
      guard case .connection(let server, let peer) = try listener.accept() else {
        Issue.record("nobody came")
        return
      }
      #expect(peer.host == "127.0.0.1")
      try System.sendAll(client, "hello")
      System.close(client)
      try await loop.waitUntilReadable(server)
      #expect(try System.receiveText(server) == "hello")
      #expect(try noDelay(server) != 0)
      System.close(server)
    }
  }

  @Test func `a name is resolved and its addresses are tried in turn`() async throws {
    try await withLoop { loop in
      // localhost is often ::1 first, where nobody listens.
      let listener = try ListeningSocket(SocketAddress(host: "127.0.0.1", port: 0))
      let client = try await connectSocket(
        to: SocketAddress(host: "localhost", port: listener.address.port), on: loop)
      #expect(try noDelay(client) != 0)
      System.close(client)
    }
  }

  @Test func `nobody listening is said in words`() async throws {
    try await withLoop { loop in
      let listener = try ListeningSocket(SocketAddress(host: Loopback.ownAddress(), port: 0))
      let address = listener.address
      listener.close()
      let error = await #expect(throws: LinkError.self) { try await connectSocket(to: address, on: loop) }
      #expect(error?.code == .unreachable)
      #expect(error?.cause?.code == ECONNREFUSED)
      #expect(error?.message.contains("\(address)") == true)
    }
  }

  @Test func `a name that cannot be one has no address`() async throws {
    try await withLoop { loop in
      let error = await #expect(throws: LinkError.self) {
        try await connectSocket(to: SocketAddress(host: "no such host", port: 1), on: loop)
      }
      #expect(error?.code == .unknownHost)
    }
  }

  @Test func `an address that does not answer is given up`() async throws {
    try await withLoop { loop in
      let silent = try SilentListener()
      let error = await #expect(throws: LinkError.self) {
        try await connectSocket(to: silent.address, on: loop, attemptTimeout: .milliseconds(20))
      }
      #expect(error?.code == .timedOut)
    }
  }

  @Test func `connecting can be cancelled`() async throws {
    try await withLoop { loop in
      let silent = try SilentListener()
      let address = silent.address
      // No attempt ends by itself before, however busy the machine is.
      let task = Task { try await connectSocket(to: address, on: loop, attemptTimeout: .seconds(3600)) }
      for _ in 0..<4 { _ = try await loop.call {} }
      task.cancel()
      let error = await #expect(throws: LinkError.self) { try await task.value }
      #expect(error?.code == .cancelled)
    }
  }

  @Test func `the end of the loop ends connecting`() async throws {
    let silent = try SilentListener()
    let loop = try EventLoop(name: "test")
    try loop.start()
    let address = silent.address
    // No attempt ends by itself before the loop does, however busy the machine is.
    let task = Task(executorPreference: loop.executor) {
      try await connectSocket(to: address, on: loop, attemptTimeout: .seconds(3600))
    }
    for _ in 0..<4 { _ = try await loop.call {} }
    loop.shutdown()
    let error = await #expect(throws: LinkError.self) { try await task.value }
    #expect(error?.code == .cancelled)
  }

  @Test func `listeners can share a port`() throws {
    let first = try ListeningSocket(SocketAddress(host: "127.0.0.1", port: 0), sharesPort: true)
    let second = try ListeningSocket(first.address, sharesPort: true)
    #expect(first.address == second.address)
    let error = #expect(throws: SystemError.self) { try ListeningSocket(first.address) }
    #expect(error?.code == EADDRINUSE)
  }

  @Test func `every address of the machine is IPv4 too`() async throws {
    try await withLoop { loop in
      let listener = try ListeningSocket(SocketAddress(host: "", port: 0))
      let client = try await connectSocket(
        to: SocketAddress(host: "127.0.0.1", port: listener.address.port), on: loop)
      System.close(client)
    }
  }

  @Test func `without descriptors left, connections are closed and not left to spin on`() async {
    await #expect(processExitsWith: .success) {
      let listener = try ListeningSocket(SocketAddress(host: "127.0.0.1", port: 0))
      let clients = try (0..<3).map { _ in try blockingConnect(listener.address) }
      // Take every descriptor that there is.
      var limit = rlimit(rlim_cur: 64, rlim_max: 64)
      guard setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { exit(2) }
      var taken: [Int32] = []
      while case let fd = dup(0), fd >= 0 { taken.append(fd) }
      for _ in clients {
        guard case .refused = try listener.accept() else { exit(3) }
      }
      guard try listener.accept() == nil else { exit(4) }
      for client in clients {
        var byte: UInt8 = 0
        guard read(client, &byte, 1) <= 0 else { exit(5) }
      }
      // With descriptors to be had again, all is as before.
      for fd in taken { close(fd) }
      _ = try blockingConnect(listener.address)
      guard case .connection = try listener.accept() else { exit(6) }
      exit(EXIT_SUCCESS)
    }
  }
}

private func noDelay(_ fd: Int32) throws -> Int32 {
  var value: Int32 = 0
  var length = socklen_t(4)
  try System.call("getsockopt") { getsockopt(fd, Int32(IPPROTO_TCP), TCP_NODELAY, &value, &length) }
  return value
}

/// Connects on the calling thread, to an address that answers at once.
private func blockingConnect(_ address: SocketAddress) throws -> Int32 {
  let resolved = try ResolvedAddress.resolve(address, onlyNumeric: true)[0]
  let fd = try System.call("socket") { socket(resolved.family, Int32(SOCK_STREAM.rawValue), 0) }
  try System.call("connect") { resolved.withSockaddr { connect(fd, $0, $1) } }
  return fd
}

/// An address at which nothing happens: a listener whose queue is full, so that the kernel drops what comes.
private final class SilentListener {
  let address: SocketAddress
  private let listener: ListeningSocket
  private var fillers: [Int32] = []

  init() throws {
    listener = try ListeningSocket(SocketAddress(host: "127.0.0.1", port: 0), backlog: 0)
    address = listener.address
    let resolved = try ResolvedAddress.resolve(address, onlyNumeric: true)[0]
    for _ in 0..<4 {
      let fd = try System.streamSocket(family: resolved.family)
      _ = try System.connect(fd, resolved)
      fillers.append(fd)
    }
  }

  deinit {
    for fd in fillers { System.close(fd) }
  }
}
