#if os(Linux)
  import Foundation
  import Glibc
  import TestSupport
  import Testing

  /// Clients that do what they should not, beside one that only wants to be served.
  @Suite(.serialized, .ownThread)
  struct `Bad neighbours` {
    private let hub: HubProcess

    init() async throws { hub = try await HubProcess() }

    // In a process of its own: one with so many descriptors can start no other safely, since Foundation then reads beyond
    // the list of them.
    @Test func `ten thousand connections that say nothing keep nobody out and leave nothing behind`() async {
      await #expect(processExitsWith: .success) {
        let count = min(10_000, raiseDescriptorLimit() - 1_000)
        let hub = try await HubProcess()
        let neighbour = try await Neighbour(hub)
        let idle = try hub.sockets
        // A connection costs the hub well over a KiB.
        try await hub.expectNothingLeft(leak: count) {
          let silent = try (0..<count).map { _ in try PlainPeer(hub.address) }
          // On a slow machine the hub has lost patience with the first before it gets to the last.
          #expect(try await eventually { try hub.sockets - idle + silent.count(where: \.isClosed) >= count })
        }
        try await neighbour.expectToBeAlone()
        try await neighbour.end()
      }
    }

    @Test func `garbage instead of TLS is answered by a close`() async throws {
      var generator = SystemRandomNumberGenerator()
      try await hub.expectNothingLeft(leak: 200) {
        for round in 0..<200 {
          let peer = try PlainPeer(hub.address)
          // A TLS record's header now and then, so that more than the first byte is looked at.
          peer.send(round.isMultiple(of: 3) ? [0x16, 0x03, 0x01, 0x01, 0x00, 0x01] : [])
          peer.send((0..<600).map { _ in UInt8.random(in: 0...255, using: &generator) })
          peer.halfClose()
          // An alert perhaps, and then the end.
          #expect(peer.readToEnd() != nil)
        }
      }
      #expect(try await hub.client("describe").exitCode == 0)
    }

    @Test func `clients that are killed in the middle of calls are forgotten`() async throws {
      let idle = try hub.sockets
      let clients = try ["echo", "put", "stream"].map { kind in
        let client = Holdfast.prepare(["bench", kind, "--seconds", "60", "--inflight", "32", "--data", hub.data])
        client.standardOutput = FileHandle.nullDevice
        client.standardError = FileHandle.nullDevice
        try client.run()
        return client
      }
      #expect(try await eventually { try hub.sockets >= idle + clients.count })
      #expect(try await eventually { try await hub.client("exists", "bench/put/0/0").exitCode == 0 })
      for client in clients { kill(client.processIdentifier, SIGKILL) }
      #expect(try await eventually { try hub.sockets == idle })
      #expect(try await hub.client("put", "after", "all is well").exitCode == 0)
    }

    @Test func `a hundred thousand calls that are opened and cancelled cost nothing that lasts`() async throws {
      let client = try RawClient.welcomed(by: hub)
      let relay: UInt64 = 3 << 10 | 4
      var stream: UInt32 = 0
      var warm = 0
      for round in 0..<1_000 {
        var bytes: [UInt8] = []
        for _ in 0..<100 {
          stream += 1
          bytes += RawClient.call(stream, Int(relay), items: true).bytes
          bytes += RawClient.Frame(type: 8, stream: stream).bytes
        }
        try client.peer.send(bytes)
        for _ in 0..<100 {
          let answer = try client.nextBesideCredit()
          guard answer.type == 4 else {
            Issue.record("frame \(answer.type) in round \(round)")
            return
          }
        }
        if round == 99 { warm = try hub.residentKiB }
      }
      #expect(try hub.residentKiB < warm + 8_192 || !ResidentMemory.isTelling)
      #expect(try await hub.client("describe").exitCode == 0)
    }
  }

  /// Lets this process and its children have as many descriptors as the system allows; how many that is.
  private func raiseDescriptorLimit() -> Int {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    return Int(clamping: limit.rlim_cur)
  }
#endif
