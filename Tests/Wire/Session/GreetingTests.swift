import Testing

@testable import HoldfastWire

/// From the first frame to the welcome or the refusal.
struct GreetingTests {
  @Test func `a client begins with HELLO and a frame that nobody knows`() throws {
    let client = try ClientDesk(welcome: nil)
    #expect(client.sent == ["HELLO", "reserved"])
    #expect(!client.isWelcome)
    #expect(client.take(.welcome()) == ["welcome from hub/1"])
    #expect(client.isWelcome)
  }

  @Test func `a server judges the hello and then welcomes`() throws {
    let server = try ServerDesk(hello: nil)
    #expect(server.take(.hello()) == ["hello of test/1"])
    #expect(server.sent == [])
    server.session.welcome(principal: "me")
    #expect(server.sent == ["WELCOME", "reserved"])
    #expect(server.take(.call(1, [1, 2])) == ["call 1 7.1: 2"])
  }

  @Test func `a hello says what the client takes and who it is`() throws {
    let client = try ClientDesk(bounds: .standard, welcome: nil)
    let hello = try Hello(decoding: client.frames[0].body)
    #expect(hello.token == "key")
    #expect(hello.limits.messageBytes == 4 << 20)
    #expect(hello.limits.streamCredit == 256 << 10)
    #expect(hello.limits.connectionCredit == 4 << 20)
  }

  @Test func `a refused client hears why, and that none of its calls was processed`() throws {
    let server = try ServerDesk(hello: nil)
    _ = server.take(.hello())
    server.session.end(SessionError(.unauthenticated, "no such token"))
    #expect(server.sent == ["FAIL unauthenticated, last 0"])

    let client = try ClientDesk(welcome: nil)
    #expect(client.open() == .opened(1))
    #expect(client.take(.fail(Goodbye(code: 5, message: "no such token"))) == ["goodbye no such token"])
    #expect(client.open() == .closing)
    #expect(client.openStreams == 0)
  }

  @Test(arguments: [
    Frame.call(1), .item(1), .end(1), .cancel(1), .credit(1, 5), .ping(1), .pong(1), .reply(1), .welcome(), .drain(1),
    .auth(Authenticate()),
  ])
  func `before HELLO a server takes nothing else`(frame: Frame) throws {
    let server = try ServerDesk(hello: nil)
    #expect(server.take(frame) == ["error: violation"])
  }

  @Test(arguments: [
    Frame.call(1), .item(1), .end(1), .cancel(1), .credit(1, 5), .ping(1), .pong(1), .reply(1), .hello(), .drain(1),
    .auth(Authenticate()),
  ])
  func `before WELCOME a client takes nothing else`(frame: Frame) throws {
    let client = try ClientDesk(welcome: nil)
    #expect(client.take(frame) == ["error: violation"])
  }

  @Test func `a client that leaves before its hello is let go`() throws {
    #expect(try ServerDesk(hello: nil).take(.fail(Goodbye(message: "never mind"))) == ["goodbye never mind"])
  }

  @Test func `frames of unknown types are skipped before and after the greeting, by both sides`() throws {
    let unknown = [
      Frame(type: .reserved), Frame(type: FrameType(rawValue: 14), stream: 77, hasMore: true, body: [1, 2, 3]),
      Frame(type: FrameType(rawValue: 0x7F), stream: 1, body: [0]), Frame(type: FrameType(rawValue: 0)),
    ]
    let server = try ServerDesk(hello: nil)
    let client = try ClientDesk(welcome: nil)
    for frame in unknown {
      #expect(server.take(frame) == ["nothing"])
      #expect(client.take(frame) == ["nothing"])
    }
    _ = server.take(.hello())
    server.session.welcome(principal: "me")
    _ = client.take(.welcome())
    for frame in unknown {
      #expect(server.take(frame) == ["nothing"])
      #expect(client.take(frame) == ["nothing"])
    }
  }

  @Test func `a hello in pieces, on a stream or with broken fields is a violation`() throws {
    var frame = Frame.hello()
    frame.hasMore = true
    #expect(try ServerDesk(hello: nil).take(frame) == ["error: violation"])
    frame.hasMore = false
    frame.stream = 1
    #expect(try ServerDesk(hello: nil).take(frame) == ["error: violation"])
    #expect(try ServerDesk(hello: nil).take(Frame(type: .hello, body: [0x12, 0xFF])) == ["error: violation"])
    #expect(try ServerDesk(hello: nil).take(Frame(type: .hello)) == ["hello of "])
  }

  @Test func `a second greeting is a violation`() throws {
    #expect(try ServerDesk().take(.hello()) == ["error: violation"])
    #expect(try ClientDesk().take(.welcome()) == ["error: violation"])
  }

  @Test func `a server gives up when no hello comes in time`() throws {
    let server = try ServerDesk(hello: nil)
    #expect(server.tick(at: server.now) == .wait(until: server.now + .seconds(10)))
    #expect(server.tick(at: server.now + .seconds(10)) == .end(SessionError(.silent, "no HELLO came in time")))
  }

  @Test func `a client gives up when no welcome comes in time`() throws {
    let client = try ClientDesk(welcome: nil)
    #expect(client.tick(at: client.now) == .wait(until: client.now + .seconds(10)))
    client.session.stopTakingCalls()
    #expect(
      client.tick(at: client.now + .seconds(10)) == .end(SessionError(.silent, "no WELCOME came in time")))
  }

  @Test func `calls may leave with the hello, within the minimum that every server accepts`() throws {
    let client = try ClientDesk(welcome: nil)
    for stream in 1...32 as ClosedRange<UInt32> {
      #expect(client.open() == .opened(StreamID(rawValue: stream)))
    }
    #expect(client.open() == .full)
    _ = client.take(.welcome())
    #expect(client.open() == .opened(33))
  }

  @Test func `a request beyond the minimum waits for the welcome, and those behind it wait too`() throws {
    let client = try ClientDesk(welcome: nil)
    #expect(client.open(70_000) == .full)
    #expect(!client.hasRoom)
    #expect(client.takesCalls)
    _ = client.take(.welcome(Welcome(limits: SessionLimits(messageBytes: 1 << 20))))
    #expect(client.hasRoom)
    #expect(client.open(70_000) == .opened(1))
    #expect(client.open(1 << 20 + 1) == .tooLarge(limit: 1 << 20))
  }

  @Test func `an item beyond the minimum waits for the welcome`() throws {
    let client = try ClientDesk(welcome: nil)
    #expect(client.open(items: true) == .opened(1))
    #expect(client.send(Raw(count: 70_000), on: 1) == .noCredit)
    _ = client.take(.welcome(Welcome(limits: SessionLimits(messageBytes: 1 << 20))))
    #expect(client.takeRetryNotice())
    #expect(client.send(Raw(count: 70_000), on: 1) == .sent)
  }

  @Test func `a session that takes no more calls still takes its welcome`() throws {
    let client = try ClientDesk(welcome: nil)
    #expect(client.open() == .opened(1))
    client.session.stopTakingCalls()
    #expect(client.take(.welcome(), .reply(1)) == ["welcome from hub/1", "reply 1 ok: 0"])
    #expect(client.open() == .closing)
  }

  @Test func `a server below the minimum says the minimum and keeps to it`() throws {
    let small = SessionBounds(streams: 1, messageBytes: 10, streamCredit: 10, connectionCredit: 10)
    let server = try ServerDesk(bounds: small, hello: nil)
    _ = server.take(.hello())
    server.session.welcome(principal: "me")
    let welcome = try Welcome(decoding: server.frames[0].body)
    #expect(welcome.limits.streams == 32)
    for stream in 1...32 as ClosedRange<UInt32> { _ = server.take(.call(stream)) }
    #expect(server.openStreams == 32)
  }

  @Test func `names and tokens of any length fit in one frame`() throws {
    let long = String(repeating: "é", count: 50_000)
    var session = ClientSession(agent: long, token: long, now: MonotonicTime(nanoseconds: 0))
    let frames = session.outbox.takeAll()
    #expect(frames.map(\.description) == ["HELLO", "reserved"])
    #expect(try Hello(decoding: frames[0].body).agent.utf8.count < 2000)

    let server = try ServerDesk(hello: nil)
    _ = server.take(.hello())
    server.session.end(SessionError(.violation, long))
    #expect(server.sent == ["FAIL violation, last 0"])
  }
}
