#if os(Linux)
  import Foundation
  import Glibc
  import TestSupport
  import Testing

  /// Clients that do what they should not, beside one that only wants to be served.
  @Suite(.serialized)
  struct `Bad neighbours` {
    private let hub: HubProcess
    /// Sockets that the hub has open while nobody is connected.
    private let idle: Int

    init() async throws {
      Self.raiseDescriptorLimit()
      hub = try await HubProcess()
      idle = try hub.sockets
    }

    @Test func `ten thousand connections that say nothing keep nobody out and leave nothing behind`() async throws {
      let count = min(10_000, Self.raiseDescriptorLimit() - 1_000)
      var peaks: [Int] = []
      for _ in 0..<2 {
        do {
          var sockets: [Int32] = []
          defer { for socket in sockets { close(socket) } }
          for _ in 0..<count { sockets.append(try Self.connect(to: hub.address)) }
          #expect(try await eventually { try hub.sockets >= idle + count })
          #expect(try await hub.client("describe").exitCode == 0)
          peaks.append(try hub.residentKiB)
        }
        // The hub hears of the closes a little later; the next thousands must not stand beside these.
        #expect(try await eventually { try hub.sockets == idle })
      }
      // What the first thousands needed serves the next: a hub that forgot to let go would need it twice.
      #expect(peaks[1] < peaks[0] + peaks[0] / 2, "\(peaks)")
      #expect(try await hub.client("describe").exitCode == 0)
    }

    @Test func `garbage instead of TLS is answered by a close`() async throws {
      var generator = SystemRandomNumberGenerator()
      for round in 0..<200 {
        let socket = try Self.connect(to: hub.address)
        defer { close(socket) }
        // A TLS record's header now and then, so that more than the first byte is looked at.
        var bytes: [UInt8] = round.isMultiple(of: 3) ? [0x16, 0x03, 0x01, 0x01, 0x00, 0x01] : []
        bytes += (0..<600).map { _ in UInt8.random(in: 0...255, using: &generator) }
        _ = send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        shutdown(socket, Int32(SHUT_WR))
        var answer = [UInt8](repeating: 0, count: 512)
        // An alert perhaps, and then the end.
        while recv(socket, &answer, answer.count, 0) > 0 {}
      }
      #expect(try await eventually { try hub.sockets == idle })
      #expect(try await hub.client("describe").exitCode == 0)
    }

    @Test func `clients that are killed in the middle of calls are forgotten`() async throws {
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
      #expect(try hub.residentKiB < warm + 8_192)
      #expect(try await hub.client("describe").exitCode == 0)
    }

    // MARK: Sockets

    /// A blocking TCP connection.
    private static func connect(to address: String) throws -> Int32 {
      let port = UInt16(address.split(separator: ":").last ?? "") ?? 0
      let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      guard socket >= 0 else { throw POSIXError(.EMFILE) }
      var to = sockaddr_in()
      to.sin_family = sa_family_t(AF_INET)
      to.sin_port = port.bigEndian
      to.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
      let result = withUnsafePointer(to: &to) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
      guard result == 0 else {
        close(socket)
        throw POSIXError(.ECONNREFUSED)
      }
      return socket
    }

    /// Lets this process and its children have as many descriptors as the system allows; how many that is.
    @discardableResult
    private static func raiseDescriptorLimit() -> Int {
      var limit = rlimit()
      getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
      limit.rlim_cur = limit.rlim_max
      setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
      return Int(clamping: limit.rlim_cur)
    }
  }

  extension HubProcess {
    /// Sockets that the hub has open: the one that listens, and one for each connection.
    fileprivate var sockets: Int {
      get throws {
        let folder = "/proc/\(pid)/fd"
        let sockets = try FileManager.default.contentsOfDirectory(atPath: folder).filter { name in
          (try? FileManager.default.destinationOfSymbolicLink(atPath: folder + "/" + name))?.hasPrefix("socket:")
            == true
        }
        return sockets.count
      }
    }

    /// The hub's resident memory.
    fileprivate var residentKiB: Int {
      get throws {
        let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
        return Int(line.filter(\.isNumber)) ?? 0
      }
    }
  }
#endif
