import Testing

@testable import HoldfastWire

/// Credit: who may send how much, and when it is granted anew.
struct CreditTests {
  private static let window = 64 << 10

  @Test func `an item may begin while credit is above zero and take it below by that one item`() throws {
    let client = try ClientDesk()
    _ = client.open(items: true)
    #expect(client.send(Raw(count: Self.window - 65), on: 1) == .sent)
    #expect(client.flow(of: 1)?.maySend == false)
    #expect(client.send(Raw([]), on: 1) == .noCredit)

    let other = try ClientDesk()
    _ = other.open(items: true)
    #expect(other.send(Raw(count: 1000), on: 1) == .sent)
    #expect(other.send(Raw(count: Self.window), on: 1) == .sent)
    #expect(other.send(Raw([]), on: 1) == .noCredit)
    #expect(other.take(.credit(1, 2000)) == ["credit 1"])
    #expect(other.send(Raw([]), on: 1) == .sent)
  }

  @Test func `an empty item is not free`() throws {
    let client = try ClientDesk()
    _ = client.open(items: true)
    var count = 0
    while client.send(Raw([]), on: 1) == .sent { count += 1 }
    #expect(count == Self.window / Limits.itemFrameCredit)

    let server = try ServerDesk()
    _ = server.take(.call(1, items: true))
    for _ in 0..<count { #expect(server.take(.item(1)) == ["item 1: 0"]) }
    #expect(server.take(.item(1)) == ["error: flow control"])
  }

  @Test func `streams share the connection's credit`() throws {
    let client = try ClientDesk()
    for stream in 1...5 as ClosedRange<StreamID.RawValue> {
      _ = client.open(items: true)
      let outcome = client.send(Raw(count: Self.window), on: StreamID(rawValue: stream))
      #expect(outcome == (stream < 5 ? .sent : .noCredit))
      _ = client.sent
    }
    #expect(client.take(.credit(0, 10_000)) == ["credit 0"])
    #expect(client.send(Raw(count: 10), on: 5) == .sent)
  }

  @Test func `an item without credit ends the connection, on either side`() throws {
    let server = try ServerDesk()
    _ = server.take(.call(1, items: true))
    let piece = [UInt8](repeating: 0, count: 16_000)
    for _ in 0..<5 { #expect(server.take(.item(1, piece)) == ["item 1: 16000"]) }
    #expect(server.take(.item(1, [1])) == ["error: flow control"])

    let client = try ClientDesk()
    _ = client.open()
    for _ in 0..<5 { #expect(client.take(.item(1, piece)) == ["item 1: 16000"]) }
    #expect(client.take(.item(1, [1])) == ["error: flow control"])
  }

  @Test func `the connection's credit binds even where the streams' would do`() throws {
    let server = try ServerDesk()
    let piece = [UInt8](repeating: 0, count: 16_320)
    for stream in 1...4 as ClosedRange<UInt32> {
      _ = server.take(.call(stream, items: true))
      for _ in 0..<4 { #expect(server.take(.item(stream, piece)) == ["item \(stream): 16320"]) }
    }
    #expect(server.take(.call(5, items: true), .item(5)).last == "error: flow control")
  }

  @Test func `credit is granted when half a window has been taken, not when it has come`() throws {
    let server = try ServerDesk()
    _ = server.take(.call(1, items: true))
    let item = [UInt8](repeating: 0, count: 16_320)
    for _ in 0..<4 { _ = server.take(.item(1, item)) }
    #expect(server.sent == [])
    server.session.consumed(16_384, on: 1)
    #expect(server.sent == [])
    server.session.consumed(16_384, on: 1)
    #expect(server.sent == ["CREDIT 1 32768"])
    server.session.consumed(32_768, on: 1)
    #expect(server.sent == ["CREDIT 1 32768"])
    for _ in 0..<4 { #expect(server.take(.item(1, item)) == ["item 1: 16320"]) }
    server.session.consumed(65_536, on: 1)
    #expect(server.sent == ["CREDIT 131072", "CREDIT 1 65536"])
  }

  @Test func `a client grants in the same way`() throws {
    let client = try ClientDesk()
    _ = client.open()
    _ = client.sent
    for _ in 0..<4 { _ = client.take(.item(1, [UInt8](repeating: 0, count: 16_320))) }
    client.session.consumed(40_000, on: 1)
    #expect(client.sent == ["CREDIT 1 40000"])
    client.session.cancel(1)
    _ = client.sent
    client.session.consumed(25_536, on: 1)
    #expect(client.sent == [])
  }

  @Test func `a stream whose client sends no more is granted nothing`() throws {
    let server = try ServerDesk()
    _ = server.take(.call(1, items: true), .item(1, [1]), .end(1))
    server.session.consumed(65_536, on: 1)
    #expect(server.sent == [])
  }

  @Test(arguments: [0, (1 << 30) + 1, .max] as [UInt64])
  func `a credit of nothing or beyond all bounds ends the connection`(credit: UInt64) throws {
    #expect(try ServerDesk().take(.credit(0, credit)) == ["error: flow control"])
    #expect(try ServerDesk().take(.call(1), .credit(1, credit)).last == "error: flow control")
    #expect(try ClientDesk().take(.credit(0, credit)) == ["error: flow control"])
  }

  @Test func `credits add up to the bound and no further`() throws {
    let server = try ServerDesk()
    let rest = UInt64(Limits.largestCredit - Limits.minimumConnectionCredit)
    #expect(server.take(.credit(0, rest), .credit(0, 1)) == ["credit 0", "error: flow control"])
  }

  @Test func `items on a stream that has ended are counted and given back`() throws {
    let server = try ServerDesk()
    _ = server.take(.call(1, items: true))
    server.session.finish(1)
    _ = server.sent
    for _ in 0..<100 { #expect(server.take(.item(1, [UInt8](repeating: 0, count: 16_320))) == ["nothing"]) }
    #expect(server.sent == [String](repeating: "CREDIT 131072", count: 12))
    #expect(server.connectionFlow.incoming + server.connectionFlow.taken == 256 << 10)
  }

  @Test func `pieces of an item that is cut short are given back`() throws {
    let server = try ServerDesk()
    _ = server.take(.call(1, items: true), .item(1, [1, 2, 3], more: true), .item(1, [4], more: true), .cancel(1))
    #expect(server.connectionFlow.taken == 4 + 2 * 64)
    #expect(server.partialBytes == 0)

    let client = try ClientDesk()
    _ = client.open()
    _ = client.take(.item(1, [1, 2, 3], more: true), .reply(1, .aborted))
    #expect(client.connectionFlow.taken == 3 + 64)

    let finished = try ServerDesk()
    _ = finished.take(.call(1, items: true), .item(1, [1, 2, 3], more: true))
    finished.session.finish(1)
    #expect(finished.connectionFlow.taken == 3 + 64)
    #expect(finished.take(.item(1, [9])) == ["nothing"])
  }

  @Test func `what never leaves is not charged to the connection`() throws {
    let client = try ClientDesk()
    _ = client.open(items: true)
    #expect(client.send(Raw(count: 60_000), on: 1) == .sent)
    client.session.cancel(1)
    #expect(client.connectionFlow.outgoing == (256 << 10) - 16_384 - 64)
    #expect(client.takeRetryNotice())
    #expect(!client.takeRetryNotice())

    let server = try ServerDesk()
    _ = server.take(.call(1))
    #expect(server.send(Raw(count: 60_000), on: 1) == .sent)
    server.session.fail(1, .aborted, Failure())
    #expect(server.connectionFlow.outgoing == (256 << 10) - 16_384 - 64)
    #expect(server.takeRetryNotice())
  }

  @Test func `the reply and the drain give back what a client's items had cost and never left`() throws {
    for ending in [Frame.reply(1), .drain(0)] {
      let client = try ClientDesk()
      _ = client.open(items: true)
      #expect(client.send(Raw(count: 60_000), on: 1) == .sent)
      _ = client.take(ending)
      #expect(client.connectionFlow.outgoing == (256 << 10) - 16_384 - 64)
      #expect(client.frames.count == 2)
    }
  }

  @Test func `an item in many pieces costs as many frames on both sides`() throws {
    let client = try ClientDesk()
    let server = try ServerDesk()
    _ = client.open(items: true)
    _ = client.send(Raw(count: 50_000), on: 1)
    for frame in client.frames { _ = server.take(frame) }
    // The cost of the pieces after the first came back at once.
    server.session.consumed(50_000 + 64, on: 1)
    for frame in server.frames { _ = client.take(frame) }
    #expect(client.flow(of: 1)?.outgoing == Self.window)
    #expect(server.flow(of: 1)?.incoming == Self.window)
  }

  @Test func `a welcome grants what it says beyond the minimum, to streams that are open as well`() throws {
    let client = try ClientDesk(welcome: nil)
    _ = client.open(items: true)
    var sent = 0
    while client.send(Raw(count: 936), on: 1) == .sent { sent += 1 }
    #expect(sent == 66)
    _ = client.take(.welcome(Welcome(limits: SessionLimits(streamCredit: 100_000, connectionCredit: 1 << 20))))
    #expect(client.takeRetryNotice())
    while client.send(Raw(count: 936), on: 1) == .sent { sent += 1 }
    #expect(sent == 100)
  }

  @Test func `however much credit a peer gives, no more waits here than a bounded amount`() throws {
    let server = try ServerDesk()
    _ = server.take(.call(1), .credit(0, 1 << 29), .credit(1, 1 << 29))
    var count = 0
    while server.send(Raw(count: 10_000), on: 1) == .sent { count += 1 }
    #expect(server.waiting <= Limits.waitingItemBytes + 10_008)
    #expect(count > 50)
    #expect(!server.takeRetryNotice())
    server.sendReady()
    #expect(server.takeRetryNotice())
    #expect(server.send(Raw(count: 10_000), on: 1) == .sent)
  }
}
