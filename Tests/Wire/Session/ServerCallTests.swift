import Testing

@testable import HoldfastWire

/// Calls as the server sees them.
struct ServerCallTests {
  @Test func `a call is one frame each way`() throws {
    let server = try ServerDesk()
    #expect(server.take(.call(1, timeout: 1500, [1, 2, 3])) == ["call 1 7.1 within 1.5 seconds: 3"])
    #expect(server.openStreams == 1)
    server.session.reply(1, Raw([9, 9]))
    #expect(server.sent == ["REPLY 1 ok 2"])
    #expect(server.openStreams == 0)
  }

  @Test func `a call ends once`() throws {
    let server = try ServerDesk()
    _ = server.take(.call(1))
    server.session.fail(1, .notFound, Failure())
    server.session.reply(1, Raw([9]))
    server.session.finish(1)
    server.session.fail(1, .internal, Failure())
    #expect(server.send(Raw([1]), on: 1) == .closed)
    #expect(server.sent == ["REPLY 1 not found 0"])
  }

  @Test func `stream numbers ascend and may leave gaps`() throws {
    let server = try ServerDesk()
    #expect(server.take(.call(1), .call(5), .call(6)).count == 3)
    #expect(server.take(.call(5)) == ["error: violation"])
    #expect(try ServerDesk().take(.call(3), .call(2)).last == "error: violation")
    #expect(try ServerDesk().take(.call(0)) == ["error: violation"])
    #expect(try ServerDesk().take(.call(0x8000_0000)) == ["error: violation"])
    #expect(try ServerDesk().take(.call(0x7FFF_FFFF)) == ["call 2147483647 7.1: 0"])
  }

  @Test func `a stream that has ended is not opened again`() throws {
    let server = try ServerDesk()
    _ = server.take(.call(1))
    server.session.reply(1, Raw([]))
    #expect(server.take(.call(1)) == ["error: violation"])
  }

  @Test func `more calls than the server takes end the connection`() throws {
    let server = try ServerDesk()
    for stream in 1...32 as ClosedRange<UInt32> { _ = server.take(.call(stream)) }
    #expect(server.take(.call(33)) == ["error: too many streams"])
  }

  @Test func `a reply frees the slot`() throws {
    let server = try ServerDesk()
    for stream in 1...500 as ClosedRange<UInt32> {
      _ = server.take(.call(stream))
      if stream >= 32 { server.session.finish(StreamID(rawValue: stream - 31)) }
    }
    #expect(server.openStreams == 31)
  }

  @Test func `items come between the call and the end of the client's side`() throws {
    let server = try ServerDesk()
    #expect(
      server.take(.call(1, items: true), .item(1, [1]), .item(1), .end(1)) == [
        "call 1 7.1 with items: 0", "item 1: 1", "item 1: 0", "half closed 1",
      ])
    #expect(server.take(.item(1)) == ["error: violation"])
  }

  @Test func `a call without items takes none and has nothing to end`() throws {
    #expect(try ServerDesk().take(.call(1), .item(1)).last == "error: violation")
    #expect(try ServerDesk().take(.call(1), .end(1)).last == "error: violation")
    #expect(try ServerDesk().take(.call(1, items: true), .end(1), .end(1)).last == "error: violation")
  }

  @Test(arguments: [Frame.item(1), .end(1), .cancel(1), .credit(1, 1)])
  func `frames of a stream that was never opened are violations`(frame: Frame) throws {
    #expect(try ServerDesk().take(frame) == ["error: violation"])
  }

  @Test(arguments: [Frame.item(1, [1]), .end(1), .cancel(1), .credit(1, 1), .item(1, [1], more: true)])
  func `frames that crossed the reply are skipped`(frame: Frame) throws {
    let server = try ServerDesk()
    _ = server.take(.call(1, items: true))
    server.session.finish(1)
    #expect(server.take(frame) == ["nothing"])
  }

  @Test(arguments: [Frame.item(0, [1]), .end(0), .cancel(0), .call(0)])
  func `what belongs to a stream does not come on the connection`(frame: Frame) throws {
    #expect(try ServerDesk().take(frame) == ["error: violation"])
  }

  @Test(arguments: [
    Frame(type: .end, stream: 1, body: [0]), Frame(type: .end, stream: 1, hasMore: true),
    Frame(type: .cancel, stream: 1, body: [1]), Frame(type: .cancel, stream: 1, hasMore: true),
    Frame(type: .credit, stream: 1), Frame(type: .credit, stream: 1, body: [1, 1]),
    Frame(type: .credit, stream: 1, body: [0x80]), Frame(type: .credit, stream: 1, hasMore: true, body: [1]),
    Frame(type: .ping, body: [1, 2, 3, 4, 5, 6, 7]),
    Frame(type: .ping, stream: 1, body: [UInt8](repeating: 0, count: 8)),
    Frame(type: .pong, body: []), Frame(type: .pong, hasMore: true, body: [UInt8](repeating: 0, count: 8)),
    Frame(type: .call, stream: 2), Frame(type: .call, stream: 2, body: [1]),
    Frame(type: .authenticate, stream: 1), Frame(type: .authenticate, body: [0xFF]), Frame(type: .fail, stream: 1),
  ])
  func `a frame of the wrong size or place is a violation`(frame: Frame) throws {
    #expect(try ServerDesk().take(.call(1, items: true), frame).last == "error: violation")
  }

  @Test(arguments: [Frame.hello(), .welcome(), .reply(1), .drain(1)])
  func `what only a server or a beginning sends is a violation`(frame: Frame) throws {
    #expect(try ServerDesk().take(.call(1), frame).last == "error: violation")
  }

  @Test func `a request in pieces is one call`() throws {
    let server = try ServerDesk()
    let message = Raw(count: 40_000).encoded()
    #expect(
      server.take(
        .call(1, Array(message[..<10_000]), more: true), .call(2),
        .piece(.call, 1, Array(message[10_000..<20_000]), more: true),
        .piece(.call, 1, Array(message[20_000...].prefix(16_384)), more: true), .piece(.call, 1, [1])
      ) == ["nothing", "call 2 7.1: 0", "nothing", "nothing", "call 1 7.1: 36385"])
  }

  @Test func `pieces that do not belong together are violations`() throws {
    #expect(try ServerDesk().take(.call(1, [1], more: true), .item(1)).last == "error: violation")
    #expect(try ServerDesk().take(.call(1, [1], more: true), .end(1)).last == "error: violation")
    #expect(
      try ServerDesk().take(.call(1, [1], more: true), .piece(.call, 1, [], more: true)).last == "error: violation")
    let server = try ServerDesk()
    #expect(server.take(.call(1, items: true), .item(1, [1], more: true), .end(1)).last == "error: violation")
    #expect(try ServerDesk().take(.call(1, items: true), .item(1, [], more: true)).last == "error: violation")
  }

  @Test func `a message beyond the limit ends the connection while it comes`() throws {
    let server = try ServerDesk()
    let piece = [UInt8](repeating: 1, count: 16 << 10)
    var lines = server.take(.call(1, items: true), .item(1, piece, more: true))
    for _ in 0..<3 { lines += server.take(.item(1, piece, more: true)) }
    #expect(lines == ["call 1 7.1 with items: 0", "nothing", "nothing", "nothing", "nothing"])
    #expect(server.take(.item(1, [1])) == ["error: too much unfinished"])
  }

  @Test func `only a few messages may be in the middle at once`() throws {
    let server = try ServerDesk()
    for stream in 1...9 as ClosedRange<UInt32> { #expect(server.take(.call(stream, [1], more: true)) == ["nothing"]) }
    for stream in 1...8 as ClosedRange<UInt32> {
      #expect(server.take(.piece(.call, stream, [1], more: true)) == ["nothing"])
    }
    #expect(server.take(.piece(.call, 1, [1])) == ["call 1 7.1: 3"])
    #expect(server.take(.cancel(2)) == ["nothing"])
    #expect(server.take(.piece(.call, 9, [1], more: true)) == ["nothing"])
    for stream in [10, 11] as [UInt32] { _ = server.take(.call(stream, [1], more: true)) }
    #expect(server.take(.piece(.call, 10, [1], more: true)) == ["nothing"])
    #expect(server.take(.piece(.call, 11, [1], more: true)) == ["error: too much unfinished"])
  }

  @Test func `a cancelled call is still answered`() throws {
    let server = try ServerDesk()
    #expect(server.take(.call(1), .cancel(1), .cancel(1)) == ["call 1 7.1: 0", "cancelled 1", "nothing"])
    #expect(server.openStreams == 1)
    server.session.fail(1, .cancelled, Failure())
    #expect(server.sent == ["REPLY 1 cancelled 0"])
    #expect(server.openStreams == 0)
  }

  @Test func `after its CANCEL a client sends no more items`() throws {
    #expect(try ServerDesk().take(.call(1, items: true), .cancel(1), .item(1)).last == "error: violation")
  }

  @Test func `a request that is cancelled half way is answered at once and frees its bytes`() throws {
    let server = try ServerDesk()
    #expect(server.take(.call(1, [1, 2], more: true), .cancel(1)) == ["nothing", "nothing"])
    #expect(server.sent.first?.hasPrefix("REPLY 1 cancelled") == true)
    #expect(server.openStreams == 0)
    #expect(server.take(.call(2)) == ["call 2 7.1: 0"])
  }

  @Test func `100,000 opens and cancels leave nothing behind`() throws {
    let server = try ServerDesk()
    for stream in 1...100_000 as ClosedRange<UInt32> {
      _ = server.take(.call(stream))
      _ = server.take(.cancel(stream))
      server.session.fail(StreamID(rawValue: stream), .cancelled, Failure())
      if stream % 64 == 0 { server.sendReady() }
    }
    #expect(server.openStreams == 0)
  }

  @Test func `a reply that the client does not take becomes a failure`() throws {
    let server = try ServerDesk()
    _ = server.take(.call(1), .call(2), .call(3))
    server.session.reply(1, Raw(count: 70_000))
    var metadata = Metadata()
    metadata["long"] = String(repeating: "x", count: 10_000)
    server.session.reply(2, Raw([]), metadata: metadata)
    server.session.fail(
      3, .aborted, Failure(message: "no", package: "p", number: 1, payload: [UInt8](repeating: 0, count: 70_000)),
      metadata: metadata)
    let sent = server.sent
    #expect(sent[0].hasPrefix("REPLY 1 resource exhausted"))
    #expect(sent[1].hasPrefix("REPLY 2 internal"))
    #expect(sent[2] == "REPLY 3 aborted 4")
  }

  @Test func `a failing reply does not wait for the items before it, a good one does`() throws {
    let server = try ServerDesk()
    _ = server.take(.call(1), .call(2))
    for stream in [1, 2] as [StreamID] {
      #expect(server.send(Raw(count: 50_000), on: stream) == .sent)
    }
    server.session.fail(1, .aborted, Failure())
    server.session.finish(2)
    #expect(
      server.sent == [
        "ITEM 1 16384…", "ITEM 2 16384…", "REPLY 1 aborted 0", "ITEM 2 16384…", "ITEM 2 16384…", "ITEM 2 848",
        "REPLY 2 ok 0",
      ])
  }

  @Test func `a new credential is judged and answered`() throws {
    let server = try ServerDesk()
    #expect(server.take(.auth(Authenticate(token: "new"))) == ["credential new"])
    server.session.authenticated(Authenticate(status: 0, expires: .seconds(60)))
    #expect(server.sent == ["AUTH"])
  }

  @Test func `after its goodbye a server hears and says nothing`() throws {
    let server = try ServerDesk()
    _ = server.take(.call(4), .call(5))
    #expect(server.send(Raw(count: 60_000), on: 4) == .sent)
    server.session.end(SessionError(.unavailable, "full"))
    #expect(server.sent == ["ITEM 4 16384…", "FAIL unavailable, last 5"])
    server.session.reply(4, Raw([]))
    server.session.end(SessionError(.internal, "again"))
    #expect(server.take(.call(6), .ping(1), .item(77)) == ["nothing", "nothing", "nothing"])
    #expect(server.sent == [])
    #expect(server.openStreams == 0)
  }

  @Test func `a client's goodbye ends all`() throws {
    let server = try ServerDesk()
    #expect(
      server.take(.call(1), .fail(Goodbye(message: "bye")), .call(2)) == ["call 1 7.1: 0", "goodbye bye", "nothing"])
    #expect(server.openStreams == 0)
  }
}
