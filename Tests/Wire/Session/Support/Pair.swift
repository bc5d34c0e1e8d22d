@testable import HoldfastWire

/// A client and a server session with a link between them, all in memory. Bytes move when they are told to, in chunks
/// of any size; nothing happens by itself.
final class Pair {
  var client: ClientSession
  var server: ServerSession
  var now = MonotonicTime(nanoseconds: 1_000_000_000_000)
  /// Whether a hello has come and not been judged.
  var isDeciding = false

  private var toServer = Line()
  private var toClient = Line()

  /// What was told to the owners of the sessions, since it was last looked at.
  var clientEvents: [ClientEventNote] = []
  var serverEvents: [ServerEventNote] = []

  init(client clientBounds: SessionBounds = .minimum, server serverBounds: SessionBounds = .minimum) {
    client = ClientSession(bounds: clientBounds, agent: "test/1", token: "key", now: now)
    server = ServerSession(bounds: serverBounds, agent: "hub/1", now: now)
  }

  var isLinkEmpty: Bool { toServer.isEmpty && toClient.isEmpty && client.outbox.isEmpty && server.outbox.isEmpty }

  /// Moves up to `count` bytes from the client's outbox to the link, and up to `count` from there to the server.
  func moveToServer(_ count: Int) throws(SessionError) {
    client.outbox.fill(upTo: count)
    toServer.take(from: &client.outbox.ready, count)
    toServer.arrive(count)
    while !isDeciding, let frame = try toServer.next() {
      let note = try frame.body.withUnsafeBytes { body in
        Result { () throws(SessionError) in
          ServerEventNote(try server.receive(frame.header, body, at: now))
        }
      }.get()
      if case .hello = note { isDeciding = true }
      if case .none = note { continue }
      serverEvents.append(note)
    }
  }

  func moveToClient(_ count: Int) throws(SessionError) {
    server.outbox.fill(upTo: count)
    toClient.take(from: &server.outbox.ready, count)
    toClient.arrive(count)
    while let frame = try toClient.next() {
      let note = try frame.body.withUnsafeBytes { body in
        Result { () throws(SessionError) in
          ClientEventNote(try client.receive(frame.header, body, at: now))
        }
      }.get()
      if case .none = note { continue }
      clientEvents.append(note)
    }
  }

  func welcome() {
    server.welcome(principal: "tester")
    isDeciding = false
  }
}

/// Bytes on their way in one direction.
private struct Line {
  private var bytes: [UInt8] = []
  private var start = 0
  private var arrived = 0

  var isEmpty: Bool { start == bytes.count }

  mutating func take(from buffer: inout OutputBuffer, _ count: Int) {
    guard !buffer.isEmpty else { return }
    let count = min(count, buffer.count)
    buffer.withBytes { bytes.append(contentsOf: $0[..<count]) }
    buffer.consume(count)
  }

  /// That many more bytes have come through.
  mutating func arrive(_ count: Int) { arrived = min(bytes.count, max(arrived, start) + count) }

  /// The next frame of which all has come through.
  mutating func next() throws(SessionError) -> Frame? {
    let found = try bytes.withUnsafeBytes { all in
      Result { () throws(SessionError) -> (Frame, Int)? in
        var offset = start
        guard
          let (header, body) = try FrameScanner.next(in: UnsafeRawBufferPointer(rebasing: all[..<arrived]), at: &offset)
        else { return nil }
        return (Frame(type: header.type, stream: header.stream, hasMore: header.hasMore, body: Array(body)), offset)
      }
    }.get()
    guard let (frame, offset) = found else { return nil }
    start = offset
    if start == bytes.count {
      bytes.removeAll(keepingCapacity: true)
      start = 0
      arrived = 0
    }
    return frame
  }
}

/// A server's event, with its bytes copied.
enum ServerEventNote {
  case none
  case hello
  case authenticate(String)
  case call(StreamID, CallHead, [UInt8])
  case item(StreamID, [UInt8])
  case halfClosed(StreamID)
  case cancelled(StreamID)
  case credit
  case goodbye

  init(_ event: ServerEvent) {
    switch event {
    case .none: self = .none
    case .hello: self = .hello
    case .authenticate(let new): self = .authenticate(new.token)
    case .call(let stream, let head, let message): self = .call(stream, head, message.bytes)
    case .item(let stream, let message): self = .item(stream, message.bytes)
    case .halfClosed(let stream): self = .halfClosed(stream)
    case .cancelled(let stream): self = .cancelled(stream)
    case .credit: self = .credit
    case .goodbye: self = .goodbye
    }
  }
}

/// A client's event, with its bytes copied.
enum ClientEventNote {
  case none
  case welcome
  case authenticated
  case item(StreamID, [UInt8])
  case reply(StreamID, Status, [UInt8])
  case credit
  case drain(StreamID)
  case goodbye

  init(_ event: ClientEvent) {
    switch event {
    case .none: self = .none
    case .welcome: self = .welcome
    case .authenticated: self = .authenticated
    case .item(let stream, let message): self = .item(stream, message.bytes)
    case .reply(let stream, let head, let message): self = .reply(stream, head.status, message.bytes)
    case .credit: self = .credit
    case .drain(let drain): self = .drain(StreamID(rawValue: drain.lastStream))
    case .goodbye: self = .goodbye
    }
  }
}
