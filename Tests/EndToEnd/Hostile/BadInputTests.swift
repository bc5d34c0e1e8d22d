#if os(Linux)
  import Foundation
  import TestSupport
  import Testing

  /// What a client may do wrong, and how the hub answers.
  struct BadClient: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let act: @Sendable (HubProcess) throws -> Void

    init(_ description: String, _ act: @escaping @Sendable (HubProcess) throws -> Void) {
      testDescription = description
      self.act = act
    }

    /// One that is welcome, sends this, is sent away with the code, and goes.
    init(_ description: String, _ frames: [RawClient.Frame], code: Int) {
      self.init(description) { hub in
        let client = try RawClient.welcomed(by: hub)
        // The hub need not take all of it.
        try? client.peer.send(frames.flatMap(\.bytes))
        #expect(try client.farewell() == code)
      }
    }
  }

  @Suite(.ownThread)
  struct `Bad input` {
    private typealias Frame = RawClient.Frame

    private static let echo = 3 << 10 | 1
    private static let relay = 3 << 10 | 4
    private static let piece = [UInt8](repeating: 0, count: 16_384)

    /// What fits in a frame with its field's head.
    private static let content = [UInt8](repeating: 1, count: 16_000)

    private static func relay(_ stream: UInt32) -> Frame { RawClient.call(stream, relay, items: true) }

    fileprivate static let clients: [BadClient] = [
      BadClient("half of TLS's first message, and then nothing more") { hub in
        let peer = try PlainPeer(hub.address)
        peer.send([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xFC, 0x03, 0x03] + (0..<100))
        peer.halfClose()
        #expect(peer.readToEnd() != nil)
      },
      BadClient("another protocol") { hub in
        #expect(throws: (any Error).self) {
          _ = try RawClient(hub, TLSPeer.Options(protocols: ["h2"])).next()
        }
      },
      BadClient("no protocol at all") { hub in
        #expect(throws: (any Error).self) { _ = try RawClient(hub, TLSPeer.Options(protocols: [])).next() }
      },
      BadClient("half a hello, and then gone") { hub in
        let client = try RawClient(hub)
        try client.peer.send(Array(RawClient.hello(token: "hf_half").bytes.prefix(11)))
      },
      BadClient("a wrong token") { hub in
        let client = try RawClient(hub)
        try client.send(RawClient.hello(token: "wrong"), RawClient.call(1, echo))
        #expect(try client.farewell() == 5)
      },
      BadClient("a call before the hello") { hub in
        let client = try RawClient(hub)
        try client.send(RawClient.call(1, echo))
        #expect(try client.farewell() == 1)
      },
      BadClient("gone with a hundred calls open") { hub in
        let client = try RawClient.welcomed(by: hub)
        try client.peer.send((1...100).flatMap { relay($0).bytes })
      },
      BadClient("gone in the middle of messages") { hub in
        let client = try RawClient.welcomed(by: hub)
        for stream in 1...8 as ClosedRange<UInt32> {
          var call = RawClient.call(stream, echo)
          call.more = true
          try client.send(call, Frame(type: 3, more: true, stream: stream, body: piece))
        }
      },
      BadClient("gone in the middle of a frame") { hub in
        let client = try RawClient.welcomed(by: hub)
        try client.peer.send(RawClient.call(1, echo, RawClient.payload(piece)).bytes.dropLast(9_000))
      },
      BadClient("gone while it is sent more than it reads") { hub in
        let client = try RawClient.welcomed(by: hub)
        // Items of 1,000 bytes, a million of them.
        try client.send(
          RawClient.call(1, 3 << 10 | 2, [0x08, 0xC0, 0x84, 0x3D, 0x10, 0xE8, 0x07]),
          Frame(type: 7, stream: 1, body: RawClient.varint(1 << 28)), Frame(type: 7, body: RawClient.varint(1 << 28)))
        _ = try client.next()
      },
      BadClient("a length of 2^24-1") { hub in
        let client = try RawClient.welcomed(by: hub)
        try client.peer.send([0xFF, 0xFF, 0xFF, 5, 1, 0, 0, 0])
        #expect(try client.farewell() == 2)
      },
      // The relay's replies get no credit, so that it soon takes no items.
      BadClient(
        "items beyond the credit",
        [relay(1)] + (0..<64).map { _ in Frame(type: 5, stream: 1, body: RawClient.payload(content)) }, code: 4),
      BadClient("a credit beyond all bounds", [Frame(type: 7, body: [0x81, 0x80, 0x80, 0x80, 0x04])], code: 4),
      BadClient("a stream number again", [relay(1), relay(1)], code: 1),
      BadClient("stream numbers that descend", [relay(9), relay(8)], code: 1),
      BadClient("more calls than the hub takes", (1...101).map(relay), code: 3),
      BadClient(
        "a message without an end",
        [relay(1)] + (0..<260).map { _ in Frame(type: 5, more: true, stream: 1, body: piece) }, code: 7),
      BadClient("an item of a call that never was", [Frame(type: 5, stream: 3, body: [1])], code: 1),
    ]

    @Test(arguments: clients)
    func `is answered, disturbs nobody and leaves nothing behind`(_ bad: BadClient) async throws {
      let hub = try await HubProcess()
      let neighbour = try await Neighbour(hub)
      try await hub.expectNothingLeft(leak: 2_048) {
        for _ in 0..<25 { try bad.act(hub) }
        try await neighbour.expectToBeAlone()
      }
      try await neighbour.end()
    }

    @Test func `who begins a hello and does not end it is sent away, and so is who says nothing`() async throws {
      let hub = try await HubProcess()
      let neighbour = try await Neighbour(hub)
      let half = try RawClient(hub)
      try half.peer.send(Array(RawClient.hello(token: "hf_half").bytes.prefix(11)))
      let silent = try RawClient(hub)
      let plain = try PlainPeer(hub.address)
      #expect(try half.farewell() == 6)
      #expect(try silent.farewell() == 6)
      #expect(half.isClosed() && silent.isClosed())
      #expect(plain.readToEnd() != nil)
      try await neighbour.expectToBeAlone()
      try await neighbour.end()
    }

    @Test func `a client that sends a byte at a time is served, and others are not kept waiting`() async throws {
      let hub = try await HubProcess()
      let neighbour = try await Neighbour(hub)
      let slow = try RawClient.welcomed(by: hub)
      let message = RawClient.payload([UInt8](repeating: 7, count: 4_000))
      for byte in RawClient.call(1, Self.echo, message).bytes { try slow.peer.send([byte]) }
      #expect(try slow.next() == Frame(type: 4, stream: 1, body: [0, 0] + message))
      try await neighbour.end()
    }
  }
#endif
