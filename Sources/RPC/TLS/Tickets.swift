import COpenSSL

/// What a client needs to resume a session.
final class Ticket: @unchecked Sendable {  // never changed, and used once
  let session: OpaquePointer

  /// Takes over OpenSSL's session.
  init(_ session: OpaquePointer) {
    self.session = session
  }

  deinit {
    SSL_SESSION_free(session)
  }
}

/// The tickets that servers have given, newest last.
final class TicketStore: Sendable {
  private let byServer = Lock<[String: [Ticket]]>([:])

  /// The part of one server, by whatever sets it apart from others.
  func of(server: String) -> ServerTickets {
    ServerTickets(store: self, server: server)
  }

  fileprivate func add(_ ticket: Ticket, _ server: String) {
    byServer.withLock { byServer in
      if byServer[server] == nil, byServer.count >= Limits.serversWithTickets, let other = byServer.keys.first {
        byServer[other] = nil
      }
      var tickets = byServer[server] ?? []
      if tickets.count >= Limits.ticketsPerServer { tickets.removeFirst() }
      byServer[server] = tickets + [ticket]
    }
  }

  fileprivate func take(_ server: String) -> Ticket? {
    byServer.withLock { $0[server]?.popLast() }
  }
}

/// The tickets of one server.
struct ServerTickets: Sendable {
  fileprivate let store: TicketStore
  fileprivate let server: String

  func add(_ ticket: Ticket) { store.add(ticket, server) }

  /// The newest ticket, which is the caller's alone from now on.
  func take() -> Ticket? { store.take(server) }
}
