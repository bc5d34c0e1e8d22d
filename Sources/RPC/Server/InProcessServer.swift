import HoldfastWire

/// Serves clients of its own process, without TLS, and can leave them as a server does that stops or dies: for tests of
/// what lies above.
package final class InProcessServer: Sendable {
  private struct State {
    var connections: [ObjectIdentifier: ServerConnection] = [:]
    var isClosed = false
    var closed: [CheckedContinuation<Void, Never>] = []
  }

  private let dispatcher: Dispatcher
  private let settings: ServerSettings
  private let state = Lock(State())

  package init(_ dispatcher: Dispatcher, _ settings: ServerSettings) {
    self.dispatcher = dispatcher
    self.settings = settings
  }

  /// The client's end of a new connection.
  fileprivate func connect(on loop: EventLoop) async throws -> any ByteLink {
    let (near, far) = try PlainLink.pair()
    let isOpen = await loop.perform {
      let connection = ServerConnection(far, on: loop, self.settings, self.dispatcher) { [weak self] connection in
        self?.left(connection)
      }
      let isOpen = self.state.withLock { state in
        if !state.isClosed { state.connections[ObjectIdentifier(connection)] = connection }
        return !state.isClosed
      }
      if isOpen { connection.start() } else { connection.close() }
      return isOpen
    }
    guard isOpen else { throw CallError<Never>(.unavailable, "the server is gone") }
    return near
  }

  private func left(_ connection: ServerConnection) {
    let waiting = state.withLock { state in
      state.connections[ObjectIdentifier(connection)] = nil
      guard state.isClosed, state.connections.isEmpty else { return [CheckedContinuation<Void, Never>]() }
      defer { state.closed = [] }
      return state.closed
    }
    for continuation in waiting { continuation.resume() }
  }

  /// Says goodbye to clients for whom `matches` says so, such as those whose token was revoked.
  package func disconnect(_ reason: String, where matches: @escaping @Sendable (any Principal) -> Bool) async {
    for connection in state.withLock({ Array($0.connections.values) }) {
      await connection.loop.perform {
        if let client = connection.client, matches(client) { connection.end(SessionError(.unauthenticated, reason)) }
      }
    }
  }

  /// Stops in order: takes no connections, tells clients to go elsewhere, and lets calls end, for as long as `grace`.
  package func drain(grace: Duration = .seconds(5)) async {
    await leave { connection in
      connection.drain()
      connection.loop.schedule(at: connection.loop.now + grace) {
        connection.end(SessionError(.unavailable, "the server has stopped"))
      }
    }
  }

  /// Takes no more connections and breaks off those that there are, with their calls. Handlers that run go on to their
  /// end, and nobody hears of it.
  package func close() async { await leave { $0.close() } }

  private func leave(_ body: @escaping @Sendable (ServerConnection) -> Void) async {
    let connections = state.withLock { state in
      state.isClosed = true
      return Array(state.connections.values)
    }
    for connection in connections { await connection.loop.perform { body(connection) } }
    await withCheckedContinuation { continuation in
      let isDone = state.withLock { state in
        if !state.connections.isEmpty { state.closed.append(continuation) }
        return state.connections.isEmpty
      }
      if isDone { continuation.resume() }
    }
  }
}

extension RPCClient {
  /// A client of whichever server of this process `server` names when it has to connect.
  package static func inProcess(
    _ settings: ClientSettings, to server: @escaping @Sendable () throws -> InProcessServer
  ) -> RPCClient {
    RPCClient(settings) { loop in try await server().connect(on: loop) }
  }
}
