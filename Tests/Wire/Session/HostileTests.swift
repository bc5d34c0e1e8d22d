import Testing

@testable import HoldfastWire

/// Bytes of a peer that is broken or means harm: each ends in an error that is thrown or in clean events, and never in
/// more memory than the bounds allow.
struct HostileTests {
  /// A session under attack, its bytes fed in random chunks, with an owner who does what owners do.
  private final class Victim {
    var isServer: Bool
    var random: Seeded
    var server = ServerSession(agent: "hub/1", now: MonotonicTime(nanoseconds: 0))
    var client = ClientSession(agent: "test/1", now: MonotonicTime(nanoseconds: 0))
    var fed = 0
    var untaken: [(StreamID, Int)] = []

    init(isServer: Bool, _ random: Seeded) {
      self.isServer = isServer
      self.random = random
      guard !isServer else { return }
      for index in 0..<4 {
        let head = CallHead(method: MethodID(rawValue: 1), hasItems: index % 2 == 0)
        _ = index % 2 == 0 ? client.open(head) : client.open(head, encoded: Raw([1]).encoded())
      }
    }

    func feed(_ bytes: [UInt8]) throws(SessionError) {
      var start = 0
      var end = 0
      while end < bytes.count {
        end = min(bytes.count, end + 1 + random.below(random.once(in: 4) ? 7 : 5000))
        var offset = start
        let result = bytes.withUnsafeBytes { all in
          Result { () throws(SessionError) in
            let arrived = UnsafeRawBufferPointer(rebasing: all[..<end])
            while let (header, body) = try FrameScanner.next(in: arrived, at: &offset) {
              if isServer { try serve(header, body) } else { try use(header, body) }
            }
          }
        }
        try result.get()
        fed += offset - start
        start = offset
        check()
      }
    }

    private func serve(_ header: FrameHeader, _ body: UnsafeRawBufferPointer) throws(SessionError) {
      switch try server.receive(header, body, at: MonotonicTime(nanoseconds: 1)) {
      case .hello: server.welcome(principal: "x")
      case .authenticate: server.authenticated(Authenticate())
      case .call(let stream, _, _): if random.once(in: 2) { server.reply(stream, Raw([1, 2, 3])) }
      case .item(let stream, let message): untaken.append((stream, message.credit))
      case .cancelled(let stream): server.fail(stream, .cancelled, Failure())
      case .none, .halfClosed, .credit, .goodbye: break
      }
      if random.once(in: 50) { server.drain(reason: "", pacing: .zero) }
      if random.once(in: 3), let (stream, credit) = untaken.popLast() { server.consumed(credit, on: stream) }
    }

    private func use(_ header: FrameHeader, _ body: UnsafeRawBufferPointer) throws(SessionError) {
      if case .item(let stream, let message) = try client.receive(header, body, at: MonotonicTime(nanoseconds: 1)) {
        untaken.append((stream, message.credit))
      }
      if random.once(in: 3), let (stream, credit) = untaken.popLast() { client.consumed(credit, on: stream) }
      if random.once(in: 20) { client.cancel(StreamID(rawValue: UInt32(random.below(5)))) }
    }

    /// What the peer has made the session hold.
    private func check() {
      let bounds = SessionBounds.standard
      let unfinished =
        bounds.streams * Limits.frameBodyBytes + Limits.unfinishedMessages * (bounds.messageBytes + Limits.headBytes)
      let streams = isServer ? server.openStreams : client.openStreams
      let partial = isServer ? server.partialBytes : client.partialBytes
      let waiting = isServer ? server.outbox.waiting : client.outbox.waiting
      if streams > bounds.streams { Issue.record("\(streams) streams") }
      if partial > min(unfinished, fed) { Issue.record("\(partial) unfinished bytes of \(fed)") }
      // Answers are at most as long as what asks for them, beside a greeting and a farewell.
      if waiting > 4 * fed + 4096 { Issue.record("\(waiting) bytes wait after \(fed)") }
    }
  }

  /// What a good client or server would send.
  private static func goodBytes(_ random: inout Seeded, toServer: Bool) -> [UInt8] {
    var bytes = toServer ? Frame.hello().bytes : Frame.welcome().bytes
    var stream: UInt32 = 0
    for _ in 0..<(1 + random.below(12)) {
      let message = [UInt8](repeating: UInt8(random.below(256)), count: random.below(random.once(in: 6) ? 3000 : 20))
      if toServer {
        stream += 1
        let hasItems = random.once(in: 2)
        bytes += Frame.call(stream, items: hasItems, timeout: UInt64(random.below(5000)), message).bytes
        if hasItems { bytes += Frame.item(stream, message).bytes }
        switch random.below(6) {
        case 0: bytes += Frame.cancel(stream).bytes
        case 1 where hasItems: bytes += Frame.end(stream).bytes
        case 2: bytes += Frame.credit(0, UInt64(1 + random.below(100_000))).bytes
        case 3: bytes += Frame.ping(7).bytes
        default: break
        }
      } else {
        stream = UInt32(1 + random.below(4))
        switch random.below(5) {
        case 0: bytes += Frame.reply(stream, .ok, message).bytes
        case 1: bytes += Frame.drain(UInt32(random.below(9))).bytes
        case 2: bytes += Frame.credit(stream, UInt64(1 + random.below(100_000))).bytes
        default: bytes += Frame.item(stream, message).bytes
        }
      }
    }
    return bytes
  }

  /// Frames whose headers are well-formed and whose meaning is anything.
  private static func anyFrames(_ random: inout Seeded, toServer: Bool) -> [UInt8] {
    var bytes = toServer ? Frame.hello().bytes : Frame.welcome().bytes
    for _ in 0..<(1 + random.below(30)) {
      let type = FrameType(rawValue: UInt8(random.once(in: 10) ? random.below(128) : 3 + random.below(7)))
      var body = (0..<random.below(12)).map { _ in UInt8(random.once(in: 3) ? random.below(256) : random.below(3)) }
      if type == .ping || type == .pong { body = [1, 0, 0, 0, 0, 0, 0, 0] }
      if type == .end || type == .cancel { body = [] }
      bytes +=
        Frame(
          type: type, stream: StreamID(rawValue: UInt32(random.below(6))), hasMore: random.once(in: 4), body: body
        ).bytes
    }
    return bytes
  }

  private func attack(_ seeds: Range<Int>, _ bytes: (inout Seeded, Bool) -> [UInt8]) -> (errors: Int, clean: Int) {
    var counts = (errors: 0, clean: 0)
    for seed in seeds {
      var random = Seeded(seed)
      let toServer = seed % 2 == 0
      let attack = bytes(&random, toServer)
      let victim = Victim(isServer: toServer, random)
      do {
        try victim.feed(attack)
        counts.clean += 1
      } catch {
        counts.errors += 1
      }
    }
    return counts
  }

  @Test func `flipped bits end in an error or do no harm`() {
    let counts = attack(0..<4000) { random, toServer in
      var bytes = Self.goodBytes(&random, toServer: toServer)
      for _ in 0..<(1 + random.below(4)) { bytes[random.below(bytes.count)] ^= 1 << UInt8(random.below(8)) }
      return bytes
    }
    #expect(counts.errors > 500)
    #expect(counts.clean > 500)
  }

  @Test func `bytes that are cut off, doubled or left out end in an error or do no harm`() {
    let counts = attack(0..<3000) { random, toServer in
      var bytes = Self.goodBytes(&random, toServer: toServer)
      let place = random.below(bytes.count)
      let end = min(bytes.count, place + 1 + random.below(20))
      switch random.below(3) {
      case 0: bytes.removeSubrange(place...)
      case 1: bytes.removeSubrange(place..<end)
      default: bytes.insert(contentsOf: bytes[place..<end], at: place)
      }
      return bytes
    }
    #expect(counts.errors > 500)
    #expect(counts.clean > 500)
  }

  @Test func `frames of any type on any stream end in an error or do no harm`() {
    let counts = attack(0..<6000) { Self.anyFrames(&$0, toServer: $1) }
    #expect(counts.errors > 1000)
    #expect(counts.clean > 20)
  }

  @Test func `noise ends in an error or waits for its frame's end`() {
    _ = attack(0..<1000) { random, _ in (0..<random.below(400)).map { _ in UInt8(random.below(256)) } }
  }

  @Test(arguments: [true, false])
  func `a length of 2^24−1 is refused before a byte of it has come`(toServer: Bool) {
    let victim = Victim(isServer: toServer, Seeded(1))
    let error = #expect(throws: SessionError.self) { try victim.feed([0xFF, 0xFF, 0xFF, 3, 1, 0, 0, 0]) }
    #expect(error?.code == .frameTooLarge)
  }

  @Test func `a message in half a million pieces costs no more than its bytes`() throws {
    let server = try ServerDesk(bounds: .standard)
    _ = server.take(.call(1, [1], more: true))
    let piece = Frame.piece(.call, 1, [7], more: true)
    let header = piece.header
    let count = 500_000
    try piece.body.withUnsafeBytes { body in
      for _ in 0..<count { _ = try server.session.receive(header, body, at: server.now) }
    }
    #expect(server.partialBytes == count + 6)
    #expect(server.take(.piece(.call, 1, [7])) == ["call 1 7.1: \(count + 2)"])
    #expect(server.partialBytes == 0)
  }
}
