@testable public import HoldfastWire

/// A session whose frames are fed by hand and whose events come out as lines.
protocol Desk {
  /// What taking a frame comes to.
  func hear(_ frame: Frame) throws(SessionError) -> String

  /// Takes what is to be sent.
  var frames: [Frame] { get }
}

extension Desk {
  /// What taking the frames one after another comes to, up to the code of the error that ends it.
  func take(_ frames: Frame...) -> [String] {
    var lines: [String] = []
    for frame in frames {
      do { lines.append(try hear(frame)) } catch { return lines + ["error: \(error.code)"] }
    }
    return lines
  }

  /// Takes what is to be sent, as lines.
  var sent: [String] { frames.map(\.description) }
}

/// A server session.
final class ServerDesk: Desk {
  var session: ServerSession
  var now = MonotonicTime(nanoseconds: 1_000_000_000_000)

  /// A session that is open, or that still waits for its hello.
  init(bounds: SessionBounds = .minimum, hello: Hello? = Hello(agent: "test/1")) throws {
    session = ServerSession(bounds: bounds, agent: "hub/1", now: now)
    guard let hello else { return }
    _ = take(.hello(hello))
    session.welcome(principal: "tester")
    _ = sent
  }

  func hear(_ frame: Frame) throws(SessionError) -> String {
    let taken = frame.body.withUnsafeBytes { body in
      Result { () throws(SessionError) in
        switch try session.receive(frame.header, body, at: now) {
        case .none: return "nothing"
        case .hello(let hello): return "hello of \(hello.agent)"
        case .authenticate(let new): return "credential \(new.token)"
        case .call(let stream, let head, let message):
          let timeout = head.timeout.map { " within \($0)" } ?? ""
          return "call \(stream) \(head.method)\(head.hasItems ? " with items" : "")\(timeout): \(message.count)"
        case .item(let stream, let message): return "item \(stream): \(message.count)"
        case .halfClosed(let stream): return "half closed \(stream)"
        case .cancelled(let stream): return "cancelled \(stream)"
        case .credit(let stream): return "credit \(stream)"
        case .goodbye(let goodbye): return "goodbye \(goodbye.message)"
        }
      }
    }
    return try taken.get()
  }

  var frames: [Frame] { session.outbox.takeAll() }
  var waiting: Int { session.outbox.waiting }
  func sendReady() { session.outbox.ready.consume(session.outbox.ready.count) }

  // Expectations cannot look into a session itself, since it cannot be copied.
  var openStreams: Int { session.openStreams }
  var isDrained: Bool { session.isDrained }
  var isDraining: Bool { session.isDraining }
  var connectionFlow: Flow { session.connectionFlow }
  var partialBytes: Int { session.partialBytes }
  func flow(of stream: StreamID) -> Flow? { session.flow(of: stream) }
  func send(_ message: Raw, on stream: StreamID) -> ItemOutcome { session.send(message, on: stream) }
  func tick(at now: MonotonicTime) -> TickAction { session.tick(at: now) }
  func takeRetryNotice() -> Bool { session.takeRetryNotice() }
}

/// A client session.
final class ClientDesk: Desk {
  var session: ClientSession
  var now = MonotonicTime(nanoseconds: 1_000_000_000_000)

  init(bounds: SessionBounds = .minimum, welcome: Welcome? = Welcome(agent: "hub/1")) throws {
    session = ClientSession(bounds: bounds, agent: "test/1", token: "key", now: now)
    guard let welcome else { return }
    _ = take(.welcome(welcome))
    _ = sent
  }

  func hear(_ frame: Frame) throws(SessionError) -> String {
    let taken = frame.body.withUnsafeBytes { body in
      Result { () throws(SessionError) in
        switch try session.receive(frame.header, body, at: now) {
        case .none: return "nothing"
        case .welcome(let welcome): return "welcome from \(welcome.agent)"
        case .authenticated(let answer): return "authenticated \(answer.status)"
        case .item(let stream, let message): return "item \(stream): \(message.count)"
        case .reply(let stream, let head, let message): return "reply \(stream) \(head.status): \(message.count)"
        case .credit(let stream): return "credit \(stream)"
        case .drain(let drain): return "drain up to \(drain.lastStream)"
        case .goodbye(let goodbye): return "goodbye \(goodbye.message)"
        }
      }
    }
    return try taken.get()
  }

  /// Opens a call of method 7.1.
  func open(items: Bool = false, _ size: Int = 3) -> OpenOutcome {
    let head = CallHead(method: MethodID(service: 7, method: 1), hasItems: items)
    return items ? session.open(head) : session.open(head, encoded: Raw(count: size).encoded())
  }

  var frames: [Frame] { session.outbox.takeAll() }

  var openStreams: Int { session.openStreams }
  var hasRoom: Bool { session.hasRoom }
  var takesCalls: Bool { session.takesCalls }
  var isWelcome: Bool { session.isWelcome }
  var connectionFlow: Flow { session.connectionFlow }
  func flow(of stream: StreamID) -> Flow? { session.flow(of: stream) }
  func send(_ message: Raw, on stream: StreamID) -> ItemOutcome { session.send(message, on: stream) }
  func tick(at now: MonotonicTime) -> TickAction { session.tick(at: now) }
  func takeRetryNotice() -> Bool { session.takeRetryNotice() }
}

extension StreamID: ExpressibleByIntegerLiteral {
  public init(integerLiteral value: UInt32) { self.init(rawValue: value) }
}
