import Testing

@testable import HoldfastWire

/// Calls as the client sees them.
struct ClientCallTests {
  @Test func `a call is one frame each way`() throws {
    let client = try ClientDesk()
    #expect(client.open(5) == .opened(1))
    #expect(client.sent == ["CALL 1 10"])
    #expect(client.take(.reply(1, .ok, [1, 2])) == ["reply 1 ok: 2"])
    #expect(client.openStreams == 0)
  }

  @Test func `items of the reply come before it`() throws {
    let client = try ClientDesk()
    _ = client.open()
    #expect(
      client.take(.item(1, [1]), .item(1), .reply(1, .aborted, [5])) == [
        "item 1: 1", "item 1: 0", "reply 1 aborted: 1",
      ])
  }

  @Test func `a client sends items until it says that it sends no more`() throws {
    let client = try ClientDesk()
    _ = client.open(items: true)
    #expect(client.send(Raw([1, 2]), on: 1) == .sent)
    client.session.halfClose(1)
    client.session.halfClose(1)
    #expect(client.send(Raw([1]), on: 1) == .closed)
    #expect(client.sent == ["CALL 1 5", "ITEM 1 2", "END 1"])
    _ = client.open()
    #expect(client.send(Raw([1]), on: 2) == .closed)
    #expect(client.send(Raw([1]), on: 99) == .closed)
  }

  @Test func `the server's reply ends the client's side too`() throws {
    let client = try ClientDesk()
    _ = client.open(items: true)
    _ = client.take(.reply(1))
    #expect(client.send(Raw([1]), on: 1) == .closed)
    _ = client.sent
    client.session.halfClose(1)
    client.session.cancel(1)
    #expect(client.sent == [])
  }

  @Test func `calls beyond what the server takes wait for a reply`() throws {
    let client = try ClientDesk(welcome: Welcome(limits: SessionLimits(streams: 33)))
    for _ in 0..<33 { _ = client.open() }
    #expect(client.open() == .full)
    client.session.cancel(4)
    #expect(client.open() == .full)
    _ = client.take(.reply(4, .cancelled))
    #expect(client.open() == .opened(34))
  }

  @Test func `a reply in pieces is one reply, also between others`() throws {
    let client = try ClientDesk()
    _ = client.open()
    _ = client.open()
    let piece = [UInt8](repeating: 77, count: 1000)
    #expect(
      client.take(
        .reply(1, .ok, piece, more: true), .reply(2), .piece(.reply, 1, piece, more: true), .piece(.reply, 1, piece)
      ) == ["nothing", "reply 2 ok: 0", "nothing", "reply 1 ok: 3000"])
  }

  @Test func `a failing reply in the middle of an item takes the item's place`() throws {
    let client = try ClientDesk()
    _ = client.open()
    #expect(
      client.take(.item(1, [1, 2], more: true), .reply(1, .aborted, [3])) == ["nothing", "reply 1 aborted: 1"])
    _ = client.open()
    #expect(
      client.take(.item(2, [1], more: true), .reply(2, .aborted, [3], more: true), .piece(.reply, 2, [4])) == [
        "nothing", "nothing", "reply 2 aborted: 2",
      ])
  }

  @Test func `an item in the middle of a reply is a violation`() throws {
    let client = try ClientDesk()
    _ = client.open()
    #expect(client.take(.reply(1, .ok, [1], more: true), .item(1)).last == "error: violation")
  }

  @Test(arguments: [Frame.reply(1), .item(1), .credit(1, 1)])
  func `frames of a stream that was never opened are violations, those of one that has ended are skipped`(
    frame: Frame
  ) throws {
    #expect(try ClientDesk().take(frame) == ["error: violation"])
    let client = try ClientDesk()
    _ = client.open()
    #expect(client.take(.reply(1), frame) == ["reply 1 ok: 0", "nothing"])
  }

  @Test(arguments: [Frame.reply(0), .item(0), Frame.hello(), .call(1), .end(1), .cancel(1)])
  func `what a server does not send is a violation`(frame: Frame) throws {
    let client = try ClientDesk()
    _ = client.open()
    #expect(client.take(frame) == ["error: violation"])
  }

  @Test(arguments: [
    Frame(type: .credit, stream: 1), Frame(type: .credit, body: [1, 1]), Frame(type: .ping, body: [1]),
    Frame(type: .pong, stream: 1, body: [UInt8](repeating: 0, count: 8)), Frame(type: .reply, stream: 1),
    Frame(type: .reply, stream: 1, body: [0]), Frame(type: .drain, stream: 1), Frame(type: .drain, body: [0xFF]),
    Frame(type: .authenticate, hasMore: true), Frame(type: .fail, body: [0x0A]),
  ])
  func `a frame of the wrong size or place is a violation`(frame: Frame) throws {
    let client = try ClientDesk()
    _ = client.open()
    #expect(client.take(frame) == ["error: violation"])
  }

  @Test func `a cancelled call keeps its slot until its reply`() throws {
    let client = try ClientDesk()
    _ = client.open()
    client.session.cancel(1)
    client.session.cancel(1)
    #expect(client.sent == ["CALL 1 8", "CANCEL 1"])
    #expect(client.openStreams == 1)
    #expect(client.take(.item(1, [1]), .reply(1, .cancelled)) == ["item 1: 1", "reply 1 cancelled: 0"])
    #expect(client.openStreams == 0)
  }

  @Test func `cancelling stops a large request in the middle`() throws {
    let client = try ClientDesk()
    #expect(client.open(60_000) == .opened(1))
    #expect(client.open(1) == .opened(2))
    client.session.cancel(1)
    #expect(client.sent == ["CALL 1 16384…", "CALL 2 6", "CANCEL 1"])
  }

  @Test func `what is too large is refused here, not by the server`() throws {
    let client = try ClientDesk()
    #expect(client.open(65_537) == .tooLarge(limit: 65_536))
    #expect(client.open(65_536) == .opened(1))
    var head = CallHead(method: MethodID(rawValue: 1), hasItems: true)
    head.metadata = Metadata(entries: ["long": [UInt8](repeating: 120, count: 10_000)])
    #expect(client.session.open(head) == .tooLarge(limit: 8192))
    #expect(client.open(items: true) == .opened(2))
    #expect(client.send(Raw(count: 65_537), on: 2) == .tooLarge(limit: 65_536))
  }

  @Test func `a credential is presented anew and answered`() throws {
    let client = try ClientDesk()
    client.session.authenticate(token: "new")
    #expect(client.sent == ["AUTH"])
    #expect(client.take(.auth(Authenticate(status: 16))) == ["authenticated 16"])
  }

  @Test func `after its goodbye a client hears and says nothing`() throws {
    let client = try ClientDesk()
    _ = client.open(60_000)
    client.session.end(SessionError(.done, "bye"))
    #expect(client.sent == ["CALL 1 16384…", "FAIL done, last 0"])
    #expect(client.open() == .closing)
    client.session.consumed(1 << 20, on: .connection)
    client.session.authenticate(token: "late")
    #expect(client.take(.reply(1), .ping(3)) == ["nothing", "nothing"])
    #expect(client.sent == [])
  }
}
