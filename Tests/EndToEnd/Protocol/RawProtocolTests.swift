import Foundation
import TestSupport
import Testing

/// What a good client sees, byte by byte, over a real connection to a real hub.
@Suite(.ownThread)
struct RawProtocolTests {
  typealias Frame = RawClient.Frame

  private static let echo = 3 << 10 | 1
  private static let stream = 3 << 10 | 2
  private static let relay = 3 << 10 | 4

  private let hub: HubProcess

  init() async throws { hub = try await HubProcess() }

  private func reply(_ stream: UInt32, status: UInt8 = 0, _ message: [UInt8]) -> Frame {
    Frame(type: 4, stream: stream, body: [status, 0] + message)
  }

  @Test func `the hello is answered by a welcome and a frame that nobody knows`() throws {
    let client = try RawClient(hub)
    #expect(client.peer.chosenProtocol == "holdfast/1")
    try client.send(RawClient.hello(token: try RawClient.adminToken(of: hub)))
    let welcome = try client.next()
    #expect(welcome.type == 2 && welcome.stream == 0 && !welcome.more)
    // Field 2 is the server's name.
    #expect(welcome.body.starts(with: [0x12]))
    #expect(String(decoding: welcome.body, as: UTF8.self).contains("holdfast/"))
    #expect(try client.next() == Frame(type: 0x70))
  }

  @Test func `calls that leave with the hello are answered after the welcome`() throws {
    let client = try RawClient(hub)
    let message = RawClient.payload(Array("early".utf8))
    try client.send(
      RawClient.hello(token: try RawClient.adminToken(of: hub)), RawClient.call(1, Self.echo, message),
      RawClient.call(2, Self.echo, message))
    #expect(try client.next().type == 2)
    #expect(try client.next().type == 0x70)
    #expect(try client.next() == reply(1, message))
    #expect(try client.next() == reply(2, message))
  }

  @Test func `bytes that come one at a time make the same frames`() throws {
    let client = try RawClient.welcomed(by: hub)
    let message = RawClient.payload(Array("slowly".utf8))
    for byte in RawClient.call(1, Self.echo, message).bytes + Frame(type: 9, body: [1, 2, 3, 4, 5, 6, 7, 8]).bytes {
      try client.peer.send([byte])
    }
    let both = [try client.next(), try client.next()]
    #expect(both.contains(reply(1, message)))
    #expect(both.contains(Frame(type: 10, body: [1, 2, 3, 4, 5, 6, 7, 8])))
  }

  @Test func `a hundred calls in one write have a hundred replies`() throws {
    let client = try RawClient.welcomed(by: hub)
    let message = RawClient.payload([7])
    try client.peer.send((1...100).flatMap { RawClient.call($0, Self.echo, message).bytes })
    let replies = try (1...100).map { _ in try client.next() }
    #expect(Set(replies.map(\.stream)) == Set(1...100))
    #expect(replies.allSatisfy { $0.body == [0, 0] + message })
  }

  @Test func `a large message goes and comes in pieces`() throws {
    let client = try RawClient.welcomed(by: hub)
    let message = RawClient.payload((0..<40_000).map { UInt8(truncatingIfNeeded: $0 / 7) })
    var first = RawClient.call(5, Self.echo, Array(message[..<10_000]))
    first.more = true
    try client.send(
      first, Frame(type: 3, more: true, stream: 5, body: Array(message[10_000..<26_384])), Frame(type: 0x71, body: [1]),
      Frame(type: 3, stream: 5, body: Array(message[26_384...])))
    var pieces: [Frame] = []
    repeat { pieces.append(try client.next()) } while pieces.last?.more == true
    #expect(pieces.allSatisfy { $0.type == 4 && $0.stream == 5 })
    #expect(pieces.dropLast().allSatisfy { $0.body.count == 16_384 })
    #expect(pieces.flatMap(\.body) == [0, 0] + message)
  }

  @Test func `items go both ways until the client's end`() throws {
    let client = try RawClient.welcomed(by: hub)
    let items = (1...3).map { RawClient.payload([UInt8](repeating: $0, count: Int($0) * 10)) }
    try client.send(RawClient.call(1, Self.relay, items: true))
    for item in items {
      try client.send(Frame(type: 5, stream: 1, body: item))
      #expect(try client.nextBesideCredit() == Frame(type: 5, stream: 1, body: item))
    }
    try client.send(Frame(type: 6, stream: 1))
    #expect(try client.nextBesideCredit() == reply(1, []))
  }

  @Test func `a cancelled call is answered with cancelled`() throws {
    let client = try RawClient.welcomed(by: hub)
    try client.send(RawClient.call(1, Self.relay, items: true), Frame(type: 8, stream: 1))
    let answer = try client.next()
    #expect(answer.type == 4 && answer.stream == 1 && answer.body.first == 1)
  }

  @Test func `time that is over ends the call`() throws {
    let client = try RawClient.welcomed(by: hub)
    try client.send(RawClient.call(1, Self.relay, items: true, timeLeft: 30))
    let answer = try client.next()
    #expect(answer.type == 4 && answer.body.first == 4)
  }

  @Test func `a stream stops where the credit ends and goes on with more of it`() throws {
    let client = try RawClient.welcomed(by: hub)
    // 2,000 items of 100 bytes; each costs 102 bytes of message and 64. The stream's credit is the minimum.
    try client.send(RawClient.call(1, Self.stream, [8] + RawClient.varint(2000) + [16, 100]))
    try client.send(Frame(type: 9, body: [UInt8](repeating: 9, count: 8)))
    let withinCredit = (65_536 + 165) / 166
    var items = 0
    var hasPonged = false
    while items < withinCredit || !hasPonged {
      switch try client.next().type {
      case 5: items += 1
      case 10: hasPonged = true
      case let type: Issue.record("frame \(type)")
      }
    }
    // A second answer comes after all that the credit let through.
    try client.send(Frame(type: 9, body: [UInt8](repeating: 8, count: 8)))
    #expect(try client.next().type == 10)
    #expect(items == withinCredit)
    try client.send(
      Frame(type: 7, stream: 1, body: RawClient.varint(1 << 20)), Frame(type: 7, body: RawClient.varint(1 << 20)))
    while items < 2000 {
      #expect(try client.next().type == 5)
      items += 1
    }
    #expect(try client.next() == reply(1, []))
  }

  @Test func `frames without a meaning are skipped and pings are answered`() throws {
    let client = try RawClient.welcomed(by: hub)
    try client.send(
      Frame(type: 0x7F, more: true, stream: 99, body: [1, 2, 3]), Frame(type: 14), Frame(type: 0, body: [9]),
      Frame(type: 9, body: [8, 7, 6, 5, 4, 3, 2, 1]))
    #expect(try client.next() == Frame(type: 10, body: [8, 7, 6, 5, 4, 3, 2, 1]))
  }

  @Test func `a new token is accepted, a wrong one refused, and the session goes on`() throws {
    let client = try RawClient.welcomed(by: hub)
    let token = Array(try RawClient.adminToken(of: hub).utf8)
    try client.send(Frame(type: 11, body: RawClient.field(1, token)))
    let accepted = try client.next()
    #expect(accepted.type == 11 && !accepted.body.starts(with: [0x10]))
    try client.send(Frame(type: 11, body: RawClient.field(1, [0x78])))
    let refused = try client.next()
    #expect(refused.type == 11 && refused.body.starts(with: [0x10, 16]))
    try client.send(RawClient.call(1, Self.echo, []))
    #expect(try client.next() == reply(1, []))
  }

  @Test func `a wrong token is refused before any call runs`() throws {
    let client = try RawClient(hub)
    try client.send(RawClient.hello(token: "wrong"), RawClient.call(1, Self.echo, []))
    let fail = try client.next()
    #expect(fail.type == 13)
    #expect(fail.body.starts(with: [0x08, 5]))
    #expect(client.isClosed())
  }

  @Test func `a goodbye is followed by the close`() throws {
    let client = try RawClient.welcomed(by: hub)
    try client.send(Frame(type: 13))
    #expect(client.isClosed())
  }

  @Test func `a drain is announced, then final, and ends with a goodbye`() async throws {
    let client = try RawClient.welcomed(by: hub)
    try client.send(RawClient.call(1, Self.relay, items: true))
    let item = RawClient.payload([1])
    try client.send(Frame(type: 5, stream: 1, body: item))
    #expect(try client.nextBesideCredit() == Frame(type: 5, stream: 1, body: item))
    hub.send(SIGTERM)
    let announced = try client.nextBesideCredit()
    #expect(announced.type == 12)
    #expect(announced.body.starts(with: [0x08, 0xFF, 0xFF, 0xFF, 0xFF, 0x07]))
    let ping = try client.nextBesideCredit()
    #expect(ping.type == 9)
    try client.send(Frame(type: 10, body: ping.body))
    let final = try client.nextBesideCredit()
    #expect(final.type == 12)
    #expect(final.body.starts(with: [0x08, 1]))
    try client.send(Frame(type: 6, stream: 1))
    #expect(try client.nextBesideCredit() == reply(1, []))
    #expect(try client.farewell() == 0)
    #expect(client.isClosed())
  }

  @Test(arguments: [
    ("END of a stream that was never opened", Frame(type: 6, stream: 9), 1),
    ("a second hello", Frame(type: 1), 1),
    ("a call on the connection", Frame(type: 3, body: [1, 0, 0, 0]), 1),
    ("a ping of seven bytes", Frame(type: 9, body: [UInt8](repeating: 0, count: 7)), 1),
    ("a credit of nothing", Frame(type: 7, body: [0]), 4),
    ("a frame of 16,385 bytes", Frame(type: 5, stream: 1, body: [UInt8](repeating: 0, count: 16_385)), 2),
  ])
  func `a violation ends the connection with its code, and disturbs nobody else`(
    _ what: String, _ frame: Frame, _ code: Int
  ) throws {
    let good = try RawClient.welcomed(by: hub)
    let bad = try RawClient.welcomed(by: hub)
    try bad.send(frame)
    #expect(try bad.farewell() == code, "\(what)")
    #expect(bad.isClosed())
    try good.send(RawClient.call(1, Self.echo, []))
    #expect(try good.next() == reply(1, []))
  }

  @Test func `another protocol or an older TLS is refused in the handshake`() throws {
    let other = TLSPeer.Options(protocols: ["h2", "http/1.1"])
    #expect(throws: (any Error).self) { _ = try RawClient(hub, other).next() }
    let old = TLSPeer.Options(isOld: true)
    #expect(throws: TLSPeer.Failure.self) { try RawClient(hub, old) }
  }
}
