import Testing

@testable import HoldfastWire

/// How a server stops, and how a silent peer is noticed.
struct DrainTests {
  @Test func `a drain has two steps: the announcement, and the last stream once the client has seen it`() throws {
    let server = try ServerDesk()
    _ = server.take(.call(1))
    server.session.drain(reason: "update", pacing: .seconds(2))
    #expect(server.sent == ["DRAIN up to 2147483647", "PING 1"])
    #expect(server.take(.call(2)) == ["call 2 7.1: 0"])
    #expect(server.take(.pong(1)) == ["nothing"])
    #expect(server.sent == ["DRAIN up to 2"])
    #expect(!server.isDrained)
    server.session.finish(1)
    server.session.finish(2)
    #expect(server.isDrained)
  }

  @Test func `the answer to another ping is no answer to the drain`() throws {
    let server = try ServerDesk()
    server.session.drain(reason: "", pacing: .zero)
    _ = server.sent
    #expect(server.take(.pong(0)) == ["nothing"])
    #expect(server.sent == [])
    #expect(server.take(.pong(1), .pong(1)) == ["nothing", "nothing"])
    #expect(server.sent == ["DRAIN up to 0"])
  }

  @Test func `a drain is announced once`() throws {
    let server = try ServerDesk()
    server.session.drain(reason: "", pacing: .zero)
    server.session.drain(reason: "", pacing: .zero)
    #expect(server.sent == ["DRAIN up to 2147483647", "PING 1"])
  }

  @Test func `calls above the last stream are left out, with all that belongs to them`() throws {
    let server = try ServerDesk()
    _ = server.take(.call(1, items: true))
    server.session.drain(reason: "", pacing: .zero)
    _ = server.take(.pong(1))
    _ = server.sent
    #expect(
      server.take(
        .call(2, items: true), .item(2, [1, 2]), .credit(2, 5), .end(2), .cancel(2), .call(3, [1], more: true),
        .piece(.call, 3, [1]), .item(1, [1]))
        == ["nothing", "nothing", "nothing", "nothing", "nothing", "nothing", "nothing", "item 1: 1"])
    #expect(server.openStreams == 1)
    // The items that were left out are given back like any other.
    #expect(server.connectionFlow.taken == 2 + 64)
  }

  @Test func `a client that hears of a drain opens no more calls and keeps those that count`() throws {
    let client = try ClientDesk()
    _ = client.open()
    _ = client.open()
    #expect(client.take(.drain(0x7FFF_FFFF), .ping(1)) == ["drain up to 2147483647", "nothing"])
    #expect(client.open() == .closing)
    #expect(client.openStreams == 2)
    #expect(client.sent.last == "PONG 1")
    #expect(client.take(.drain(1)) == ["drain up to 1"])
    #expect(client.openStreams == 1)
    #expect(client.take(.reply(1)) == ["reply 1 ok: 0"])
  }

  @Test func `a drain is not for a server that has not welcomed`() throws {
    let server = try ServerDesk(hello: nil)
    server.session.drain(reason: "", pacing: .zero)
    #expect(!server.isDraining)
    #expect(server.sent == [])
  }

  @Test func `a peer that is silent is asked and then given up`() throws {
    let server = try ServerDesk()
    let start = server.now
    #expect(server.tick(at: start) == .wait(until: start + .seconds(30)))
    #expect(server.tick(at: start + .seconds(29)) == .wait(until: start + .seconds(30)))
    #expect(server.sent == [])
    #expect(server.tick(at: start + .seconds(30)) == .wait(until: start + .seconds(45)))
    #expect(server.sent == ["PING 0"])
    #expect(
      server.tick(at: start + .seconds(45))
        == .end(SessionError(.silent, "the peer has been silent for too long")))
  }

  @Test func `anything that comes shows that the peer is there`() throws {
    let client = try ClientDesk()
    let start = client.now
    #expect(client.tick(at: start + .seconds(31)) == .wait(until: start + .seconds(46)))
    client.now = start + .seconds(40)
    _ = client.take(Frame(type: .reserved))
    #expect(client.tick(at: start + .seconds(46)) == .wait(until: start + .seconds(70)))
    #expect(client.sent == ["PING 0"])
  }

  @Test func `a ping is answered with its own number`() throws {
    let server = try ServerDesk()
    #expect(server.take(.ping(42)) == ["nothing"])
    #expect(server.sent == ["PONG 42"])
    let client = try ClientDesk()
    #expect(client.take(.ping(43)) == ["nothing"])
    #expect(client.sent == ["PONG 43"])
  }

  @Test func `time means nothing to a session that has ended`() throws {
    let server = try ServerDesk()
    server.session.end(SessionError(.done, "bye"))
    #expect(server.tick(at: .distantFuture) == .wait(until: .distantFuture))
  }

  @Test func `a client changes to another connection before its stream numbers run out`() {
    #expect(Limits.lastFreshStream.next == StreamID.last)
  }
}
