import Testing

@testable import HoldfastRPC

struct `Limits of the runtime` {
  @Test func `what belongs together fits together`() {
    // A listener that is served once a turn empties its queue in a bounded number of turns.
    #expect(Int(Limits.backlog) % Limits.acceptsPerTurn == 0)
    // One read takes several TLS records, and so does one turn from one connection.
    #expect(Limits.receiveBytes >= 4 * (16 << 10))
    // A server gives two tickets for a handshake, and both are kept.
    #expect(Limits.ticketsPerServer >= 2)
  }
}
