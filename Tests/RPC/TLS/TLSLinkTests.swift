import COpenSSL
import HoldfastCrypto
import Testing

@testable import HoldfastRPC

struct `TLS links` {
  private let identities: TestIdentities
  private let server: TLSServerContext
  private let client: TLSClientContext

  init() throws {
    identities = try TestIdentities.shared.get()
    server = try TLSServerContext(identities.serving())
    client = try TLSClientContext(identities.trust)
  }

  @Test func `bytes go both ways until one side says goodbye`() throws {
    let pair = try TLSPair(server: server, client: client)
    try pair.connect()
    #expect(try pair.server.receive() == nil)
    try pair.client.send("there")
    #expect(try pair.server.receive() == "there")
    try pair.server.send("back")
    #expect(try pair.client.receive() == "back")
    #expect(try pair.client.receive() == nil)
    pair.client.close()
    #expect(try pair.server.receive() == "")
    #expect(throws: LinkError.closed) { try pair.client.receive() }
    #expect(!pair.client.hasPending)
  }

  @Test func `only TLS 1.3 is spoken`() throws {
    let pair = try TLSPair(server: server, client: client)
    try pair.connect()
    let raw = try TLSContext(TLS_client_method())
    #expect(holdfast_ctx_set_protocols(raw.raw, TLS1_2_VERSION, TLS1_2_VERSION) == 1)
    let list: [UInt8] = [10] + Array("holdfast/1".utf8)
    #expect(SSL_CTX_set_alpn_protos(raw.raw, list, UInt32(list.count)) == 0)
    let old = try TLSPair(server: server, raw: raw)
    let (serverError, clientError) = old.shakeHands()
    #expect(serverError?.code == .noCommonProtocol)
    #expect(serverError?.message == "the client does not speak TLS 1.3.")
    #expect(clientError?.code == .noCommonProtocol)
  }

  @Test(arguments: [nil, "http/1.1", "holdfast/2", "holdfast/10", "holdfast/"])
  func `a client that does not offer the protocol is refused by the alert for it`(_ name: String?) throws {
    let raw = try TLSContext(TLS_client_method())
    if let name {
      let list = [UInt8(name.utf8.count)] + Array(name.utf8)
      #expect(SSL_CTX_set_alpn_protos(raw.raw, list, UInt32(list.count)) == 0)
    }
    let pair = try TLSPair(server: server, raw: raw)
    let (serverError, clientError) = pair.shakeHands()
    #expect(serverError?.code == .noCommonProtocol)
    #expect(clientError?.code == .noCommonProtocol)
    #expect(clientError?.message == "hub.example does not speak holdfast/1.")
  }

  @Test func `the protocol may stand among others`() throws {
    let raw = try TLSContext(TLS_client_method())
    let list: [UInt8] = ["h2", "holdfast/2", "holdfast/1"].flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
    #expect(SSL_CTX_set_alpn_protos(raw.raw, list, UInt32(list.count)) == 0)
    try TLSPair(server: server, raw: raw).connect()
  }

  @Test func `a peer that speaks no TLS is told from one that speaks it badly`() throws {
    let (left, right) = try System.socketPair()
    defer { System.close(right) }
    let link = try server.makeLink(fd: left)
    try System.sendAll(right, "GET / HTTP/1.1\r\n\r\n")
    let error = #expect(throws: LinkError.self) { try link.handshake() }
    #expect(error?.code == .tls)
    #expect(error?.message == "the client does not speak TLS.")
  }

  @Test func `a broken hello is an error and nothing worse`() throws {
    let (left, right) = try System.socketPair()
    defer { System.close(right) }
    #expect(try client.makeLink(fd: left, to: TLSPair.hub).handshake() == .wantsRead)
    var hello = [UInt8](repeating: 0, count: 4096)
    guard case .bytes(let count) = try hello.withUnsafeMutableBytes({ try System.receive(right, into: $0) }) else {
      Issue.record("There was no hello.")
      return
    }
    hello.removeLast(hello.count - count)
    var generator = SplitMix(seed: 7)
    var refused = 0
    for _ in 0..<2000 {
      var bytes = hello
      for _ in 0...Int.random(in: 0..<3, using: &generator) {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      let (near, far) = try System.socketPair()
      defer { System.close(far) }
      let link = try server.makeLink(fd: near)
      #expect(try bytes.withUnsafeBytes { try System.send(far, $0) } == .bytes(bytes.count))
      do throws(LinkError) {
        while try link.handshake() != .wantsRead {}
      } catch {
        refused += 1
      }
    }
    #expect(refused > 100)
  }

  @Test func `a peer that closes in the middle is not taken for one that has ended`() throws {
    let (left, right) = try System.socketPair()
    let link = try client.makeLink(fd: left, to: TLSPair.hub)
    #expect(try link.handshake() == .wantsRead)
    System.close(right)
    let error = #expect(throws: LinkError.self) {
      while try link.handshake() != .done {}
    }
    #expect(error?.code == .truncated || error?.code == .system)

    let pair = try TLSPair(server: server, client: client)
    try pair.connect()
    try pair.client.send("half a")
    System.shutdownForTest(pair.client.fd)
    #expect(try pair.server.receive() == "half a")
    let cut = #expect(throws: LinkError.self) { try pair.server.receive() }
    #expect(cut?.code == .truncated)
  }

  @Test func `much goes through in pieces, whatever the socket takes at once`() throws {
    let pair = try TLSPair(server: server, client: client)
    try pair.connect()
    let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
    var sent = 0
    var received: [UInt8] = []
    var blocked = 0
    while received.count < bytes.count {
      // The bytes move between tries, as they do in a buffer that grows.
      while sent < bytes.count {
        let rest = Array(bytes[sent...])
        guard case .bytes(let count) = try rest.withUnsafeBytes({ try pair.client.write($0) }) else {
          blocked += 1
          break
        }
        sent += count
      }
      received += try pair.server.receiveAll()
    }
    #expect(received == bytes)
    #expect(blocked > 0)
  }

  @Test func `one read ahead takes many records, which are then pending`() throws {
    let pair = try TLSPair(server: server, client: client)
    try pair.connect()
    for number in 0..<10 { try pair.client.send("record \(number)") }
    #expect(try pair.server.receive() == "record 0")
    var texts: [String?] = []
    while pair.server.hasPending { texts.append(try pair.server.receive()) }
    #expect(texts == (1..<10).map { "record \($0)" })
    #expect(try pair.server.receive() == nil)
  }

  // MARK: Sessions

  @Test func `the second connection takes up the session of the first`() throws {
    let first = try TLSPair(server: server, client: client)
    try first.connect()
    #expect(!first.client.sessionWasResumed)
    // The tickets come with the first read.
    #expect(try first.client.receive() == nil)
    // A connection that breaks does not spoil them.
    System.shutdownForTest(first.client.fd)
    #expect(throws: LinkError.self) { while try first.client.receive() == nil {} }

    let second = try TLSPair(server: server, client: client)
    try second.connect()
    #expect(second.client.sessionWasResumed)
    #expect(second.server.sessionWasResumed)
    try second.client.send("again")
    #expect(try second.server.receive() == "again")
  }

  @Test func `a ticket is for one server, and is used once`() throws {
    let other = SocketAddress(host: "a.wild.example", port: 7070)
    try TLSPair(server: server, client: client).connectAndTakeTickets()
    let elsewhere = try TLSPair(server: server, client: client, address: other)
    try elsewhere.connect()
    #expect(!elsewhere.client.sessionWasResumed)
    // The server gives two for a full handshake.
    var resumed: [Bool] = []
    for _ in 0..<3 {
      let pair = try TLSPair(server: server, client: client)
      try pair.connect()
      resumed.append(pair.client.sessionWasResumed)
    }
    #expect(resumed == [true, true, false])
  }

  @Test func `sessions outlive a reload, unless the rules for clients change`() throws {
    try TLSPair(server: server, client: client).connectAndTakeTickets()
    let renewed = try identities.authority.issue(hosts: ["hub.example"], role: .server)
    let reloaded = try server.reloaded(identities.serving(renewed))
    let second = try TLSPair(server: reloaded, client: client)
    try second.connect()
    #expect(second.client.sessionWasResumed)

    let stricter = try reloaded.reloaded(
      identities.serving(clients: .optional(authority: identities.authority.pem)))
    let third = try TLSPair(server: stricter, client: client)
    try third.connect()
    #expect(!third.client.sessionWasResumed)
  }

  @Test func `another server does not know the session`() throws {
    try TLSPair(server: server, client: client).connectAndTakeTickets()
    let pair = try TLSPair(server: try TLSServerContext(identities.serving()), client: client)
    try pair.connect()
    #expect(!pair.client.sessionWasResumed)
  }
}

extension TLSPair {
  fileprivate func connectAndTakeTickets() throws {
    try connect()
    #expect(try client.receive() == nil)
    client.close()
    server.close()
  }
}
