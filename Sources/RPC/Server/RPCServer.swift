import HoldfastWire

/// Serves calls over TLS: listens, authenticates, dispatches, drains.
///
///     let server = try RPCServer(dispatcher, configuration)
///     let address = try await server.start()
///     …
///     await server.drain()
public final class RPCServer: Sendable {
  public struct Configuration: Sendable {
    /// Where to listen; port 0 takes a free one.
    public var address: SocketAddress
    public var tls: TLSServerContext
    public var settings: ServerSettings
    /// Connections at once; more are closed as they come.
    public var connections = Limits.connections
    /// Loops, and so threads, that serve connections.
    public var loops = 1
    public var poller = PollerKind.standard

    public init(address: SocketAddress, tls: TLSServerContext, settings: ServerSettings) {
      self.address = address
      self.tls = tls
      self.settings = settings
    }
  }

  /// How much a server has to do.
  public struct Load: Hashable, Sendable {
    public var connections = 0
    /// Calls without a reply.
    public var streams = 0
    /// Connections in memory: one that has ended counts for as long as a call of it still runs.
    public var kept = 0
  }

  private struct State {
    var listeners: [Listener] = []
    var address: SocketAddress?
    var connections = 0
    var kept = 0
    var isDraining = false
    var drained: [CheckedContinuation<Void, Never>] = []
  }

  private let dispatcher: Dispatcher
  private let configuration: Configuration
  private let tls: Lock<TLSServerContext>
  private let state = Lock(State())
  private let group: EventLoopGroup

  /// A server that does not listen yet. Throws what the system says when it has no threads or descriptors.
  public init(_ dispatcher: Dispatcher, _ configuration: Configuration) throws {
    self.dispatcher = dispatcher
    self.configuration = configuration
    tls = Lock(configuration.tls)
    group = try EventLoopGroup(loopCount: configuration.loops, name: "hf-server", poller: configuration.poller)
  }

  /// The loops that serve; handlers run there.
  public var loops: [EventLoop] { group.loops }

  /// Listens and serves from now on. Returns the address in use.
  public func start() async throws -> SocketAddress {
    var address = configuration.address
    let sharesPort = group.loops.count > 1
    for loop in group.loops {
      let socket = try ListeningSocket(address, sharesPort: sharesPort)
      address.port = socket.address.port
      let listener = Listener(socket, on: loop, for: self)
      try await loop.perform { Result { try listener.start() } }.get()
      state.withLock { $0.listeners.append(listener) }
    }
    let bound = SocketAddress(host: configuration.address.host, port: address.port)
    state.withLock { $0.address = bound }
    return bound
  }

  /// Uses another certificate for connections that come from now on.
  public func reload(_ context: TLSServerContext) { tls.withLock { $0 = context } }

  public func load() async -> Load {
    var load = Load(kept: state.withLock { $0.kept })
    for listener in state.withLock({ $0.listeners }) {
      let part = await listener.loop.perform { listener.load }
      load.connections += part.connections
      load.streams += part.streams
    }
    return load
  }

  /// Says goodbye to clients for whom `matches` says so, such as those whose token was revoked.
  public func disconnect(_ reason: String, where matches: @escaping @Sendable (any Principal) -> Bool) async {
    for listener in state.withLock({ $0.listeners }) {
      await listener.loop.perform { listener.disconnect(reason, matches) }
    }
  }

  /// Stops: takes no connections, tells clients to go elsewhere, lets calls end, and closes what is still open after
  /// `grace`. Returns when all is closed. The server cannot be started again.
  public func drain(grace: Duration = .seconds(30)) async {
    let listeners = state.withLock { state in
      state.isDraining = true
      return state.listeners
    }
    for listener in listeners {
      await listener.loop.perform { listener.drain(until: listener.loop.now + grace) }
    }
    await withCheckedContinuation { continuation in
      let isDone = state.withLock { state in
        if state.connections == 0 { return true }
        state.drained.append(continuation)
        return false
      }
      if isDone { continuation.resume() }
    }
    // Each holds the server, and what that serves would never be let go.
    state.withLock { $0.listeners = [] }
    await withCheckedContinuation { continuation in
      // The loops' threads are waited for on a thread of their own, since a caller may be on one of them.
      let group = group
      do {
        try Thread.start(name: "hf-shutdown") {
          group.shutdown()
          continuation.resume()
        }
      } catch {
        configuration.settings.log("the loops are left running: \(error)")
        continuation.resume()
      }
    }
  }

  /// Takes the place of a connection; false when all are taken.
  fileprivate func admit() -> Bool {
    state.withLock { state in
      guard state.connections < configuration.connections else { return false }
      state.connections += 1
      return true
    }
  }

  fileprivate func leave() {
    let drained = state.withLock { state in
      state.connections -= 1
      guard state.connections == 0, state.isDraining else { return [CheckedContinuation<Void, Never>]() }
      defer { state.drained = [] }
      return state.drained
    }
    for continuation in drained { continuation.resume() }
  }

  fileprivate func makeConnection(
    fd: Int32, on loop: EventLoop, onClose: @escaping (ServerConnection) -> Void
  ) throws -> ServerConnection {
    let link = try tls.withLock { $0 }.makeLink(fd: fd)
    let presence = Presence(in: self)
    return ServerConnection(link, on: loop, configuration.settings, dispatcher) { connection in
      withExtendedLifetime(presence) { onClose(connection) }
    }
  }

  fileprivate func keeps(_ change: Int) { state.withLock { $0.kept += change } }

  fileprivate func log(_ message: String) { configuration.settings.log(message) }
}

/// Counts a connection for as long as that holds it.
private final class Presence {
  private let server: RPCServer

  init(in server: RPCServer) {
    self.server = server
    server.keeps(1)
  }

  deinit { server.keeps(-1) }
}

/// A server's listening socket and connections on one loop.
private final class Listener: ReadinessHandler, @unchecked Sendable {  // touched on its loop only
  let loop: EventLoop
  private let socket: ListeningSocket
  private let server: RPCServer
  private var connections: [ObjectIdentifier: ServerConnection] = [:]
  private var isListening = false

  init(_ socket: ListeningSocket, on loop: EventLoop, for server: RPCServer) {
    self.socket = socket
    self.loop = loop
    self.server = server
  }

  func start() throws {
    try loop.register(socket.fd, self, .read)
    isListening = true
  }

  var load: RPCServer.Load {
    RPCServer.Load(
      connections: connections.count, streams: connections.values.reduce(0) { $0 + $1.openStreams })
  }

  func ready(readable: Bool, writable: Bool) {
    do {
      for _ in 0..<Limits.acceptsPerTurn {
        guard let accepted = try socket.accept() else { return }
        switch accepted {
        case .connection(let fd, _): open(fd)
        case .refused: server.log("out of descriptors: a connection was refused")
        }
      }
    } catch {
      server.log("accepting connections failed: \(error)")
    }
  }

  private func open(_ fd: Int32) {
    guard server.admit() else {
      System.close(fd)
      return
    }
    do {
      let connection = try server.makeConnection(fd: fd, on: loop) { [weak self, server] connection in
        self?.connections[ObjectIdentifier(connection)] = nil
        server.leave()
      }
      connections[ObjectIdentifier(connection)] = connection
      connection.start()
    } catch {
      // The link has closed the descriptor.
      server.leave()
      server.log("a connection could not be set up: \(error)")
    }
  }

  func disconnect(_ reason: String, _ matches: (any Principal) -> Bool) {
    for connection in Array(connections.values) {
      if let client = connection.client, matches(client) { connection.end(SessionError(.unauthenticated, reason)) }
    }
  }

  func drain(until end: MonotonicTime) {
    if isListening { loop.deregister(socket.fd) }
    isListening = false
    socket.close()
    for connection in Array(connections.values) { connection.drain() }
    loop.schedule(at: end) {
      for connection in Array(self.connections.values) {
        connection.end(SessionError(.unavailable, "the server has stopped"))
      }
    }
  }
}
