import HoldfastCrypto
import TestSupport
import Testing

@testable import HoldfastRPC

struct `Whom TLS trusts` {
  private let identities: TestIdentities
  private let server: TLSServerContext

  init() throws {
    identities = try TestIdentities.shared.get()
    server = try TLSServerContext(identities.serving())
  }

  // MARK: Servers

  @Test(arguments: ["hub.example", "hub.example.", "HUB.example", "a.wild.example", "127.0.0.1", "::1"])
  func `a certificate is good for each of its names and addresses`(_ host: String) throws {
    let client = try TLSClientContext(identities.trust)
    try TLSPair(server: server, client: client, address: SocketAddress(host: host, port: 1)).connect()
  }

  @Test(arguments: ["other.example", "a.hub.example", "a.b.wild.example", "wild.example", "127.0.0.2", "::2"])
  func `and for no other`(_ host: String) throws {
    let client = try TLSClientContext(identities.trust)
    let pair = try TLSPair(server: server, client: client, address: SocketAddress(host: host, port: 1))
    let (serverError, clientError) = pair.shakeHands()
    #expect(clientError?.code == .wrongHost)
    #expect(
      clientError?.message
        == "The certificate is for hub.example, *.wild.example, 127.0.0.1, ::1, not for \(host).")
    #expect(serverError?.code == .refusedByPeer)
  }

  @Test func `the configured name counts, not the host`() throws {
    var configuration = identities.trust
    configuration.serverName = "hub.example"
    let client = try TLSClientContext(configuration)
    try TLSPair(server: server, client: client, address: SocketAddress(host: "10.1.2.3", port: 1)).connect()
  }

  @Test func `a name that cannot be one is refused before anything is sent`() throws {
    let client = try TLSClientContext(identities.trust)
    for host in ["", "hub.example\0.evil"] {
      let error = #expect(throws: LinkError.self) {
        try TLSPair(server: server, client: client, address: SocketAddress(host: host, port: 1))
      }
      #expect(error?.code == .wrongHost)
    }
  }

  @Test func `an authority that nobody named is not trusted`() throws {
    let client = try TLSClientContext(
      TLSClientConfiguration(trust: .certificateAuthority(identities.otherAuthority.pem)))
    let (serverError, clientError) = try TLSPair(server: server, client: client).shakeHands()
    #expect(clientError?.code == .unknownAuthority)
    #expect(
      clientError?.message
        == "The certificate of hub.example (hub.example) comes from no authority that is trusted here.")
    #expect(serverError?.code == .refusedByPeer)
    #expect(serverError?.message == "the client does not trust the authority of this side's certificate.")
  }

  @Test func `the system's authorities do not know ours`() throws {
    let client = try TLSClientContext(TLSClientConfiguration(trust: .system))
    #expect(try TLSPair(server: server, client: client).shakeHands().client?.code == .unknownAuthority)
  }

  @Test func `a certificate that has expired says when`() throws {
    let server = try TLSServerContext(identities.serving(identities.expired))
    let client = try TLSClientContext(identities.trust)
    let (serverError, clientError) = try TLSPair(server: server, client: client).shakeHands()
    #expect(clientError?.code == .certificateExpired)
    #expect(
      clientError?.message
        == "The certificate of hub.example (hub.example) expired on 2001-09-10: it has to be renewed.")
    #expect(serverError?.code == .refusedByPeer)
  }

  @Test func `a certificate of the future points at the clocks`() throws {
    let future = try identities.authority.issue(hosts: ["hub.example"], role: .server, from: 4_000_000_000)
    let server = try TLSServerContext(identities.serving(future))
    let client = try TLSClientContext(identities.trust)
    let error = try TLSPair(server: server, client: client).shakeHands().client
    #expect(error?.code == .certificateExpired)
    #expect(error?.message.contains("is not valid before 2096-10-02") == true)
  }

  @Test func `a client's certificate does not make a server`() throws {
    let client = try identities.authority.issue(hosts: ["hub.example"], role: .client)
    let server = try TLSServerContext(identities.serving(client))
    let error = try TLSPair(server: server, client: try TLSClientContext(identities.trust)).shakeHands().client
    #expect(error?.code == .badCertificate)
  }

  @Test func `a pinned key counts for all names, and no other key does`() throws {
    let pin = try Certificate.publicKeyHash(ofPEM: identities.server.certificatePEM)
    let client = try TLSClientContext(TLSClientConfiguration(trust: .pinnedKey(pin)))
    for host in ["elsewhere.example", "10.1.2.3"] {
      try TLSPair(server: server, client: client, address: SocketAddress(host: host, port: 1)).connect()
    }

    let stranger = try TLSClientContext(TLSClientConfiguration(trust: .pinnedKey(SHA256.hash([1]))))
    let (serverError, clientError) = try TLSPair(server: server, client: stranger).shakeHands()
    #expect(clientError?.code == .wrongPin)
    #expect(
      clientError?.message == "The key of hub.example is not the pinned one; its hash is \(hex(pin)).")
    #expect(serverError != nil)
    #expect(throws: CryptoError.self) { try TLSClientContext(TLSClientConfiguration(trust: .pinnedKey([1, 2]))) }
  }

  @Test func `a pinned session is resumed`() throws {
    let pin = try Certificate.publicKeyHash(ofPEM: identities.server.certificatePEM)
    let client = try TLSClientContext(TLSClientConfiguration(trust: .pinnedKey(pin)))
    let first = try TLSPair(server: server, client: client)
    try first.connect()
    #expect(try first.client.receive() == nil)
    let second = try TLSPair(server: server, client: client)
    try second.connect()
    #expect(second.client.sessionWasResumed)
    #expect(second.client.peerCertificate?.publicKeyHash == pin)
  }

  @Test func `the client sees whom it talks to`() throws {
    let pair = try TLSPair(server: server, client: try TLSClientContext(identities.trust))
    try pair.connect()
    let certificate = try #require(pair.client.peerCertificate)
    #expect(certificate == (try Certificate(pem: identities.server.certificatePEM)))
    #expect(certificate == server.certificate)
    #expect(pair.server.peerCertificate == nil)
  }

  // MARK: Clients

  @Test func `a server that requires certificates lets in only those it knows`() throws {
    let server = try TLSServerContext(
      identities.serving(clients: .required(authority: identities.authority.pem)))

    let known = try TLSPair(server: server, client: try TLSClientContext(identities.trust(showing: identities.client)))
    try known.connect()
    #expect(known.server.peerCertificate?.commonName == "device-7")

    let none = try TLSPair(server: server, client: try TLSClientContext(identities.trust))
    #expect(none.shakeHands().server?.code == .badCertificate)
    // In TLS 1.3 the client is through before the server has looked; it hears of it when it reads.
    let refusal = #expect(throws: LinkError.self) { try none.client.receive() }
    #expect(refusal?.code == .refusedByPeer)
    #expect(refusal?.message == "hub.example lets nobody in without a certificate.")

    let stranger = try TLSPair(
      server: server, client: try TLSClientContext(identities.trust(showing: identities.strangeClient)))
    #expect(stranger.shakeHands().server?.code == .unknownAuthority)
    let unknown = #expect(throws: LinkError.self) { try stranger.client.receive() }
    #expect(unknown?.message == "hub.example does not trust the authority of this side's certificate.")
  }

  @Test func `a server that only asks lets in those without, and still no strangers`() throws {
    let server = try TLSServerContext(
      identities.serving(clients: .optional(authority: identities.authority.pem)))
    let none = try TLSPair(server: server, client: try TLSClientContext(identities.trust))
    try none.connect()
    #expect(none.server.peerCertificate == nil)
    let stranger = try TLSPair(
      server: server, client: try TLSClientContext(identities.trust(showing: identities.strangeClient)))
    #expect(stranger.shakeHands().server?.code == .unknownAuthority)
  }

  @Test func `a server that judges by itself lets strangers in, and knows what is wrong with them`() throws {
    let server = try TLSServerContext(identities.serving(clients: .judged(authority: identities.authority.pem)))
    let none = try TLSPair(server: server, client: try TLSClientContext(identities.trust))
    try none.connect()
    #expect(none.server.peerCertificate == nil)
    #expect(none.server.peerCertificateFault == nil)
    let known = try TLSPair(server: server, client: try TLSClientContext(identities.trust(showing: identities.client)))
    try known.connect()
    #expect(known.server.peerCertificate?.commonName == "device-7")
    #expect(known.server.peerCertificateFault == nil)
    let showing = try TLSClientContext(identities.trust(showing: identities.strangeClient))
    for isResumed in [false, true] {
      let stranger = try TLSPair(server: server, client: showing)
      try stranger.connect()
      #expect(try stranger.client.receive() == nil)
      #expect(stranger.server.sessionWasResumed == isResumed)
      #expect(stranger.server.peerCertificate?.commonName == "stranger")
      #expect(stranger.server.peerCertificateFault?.contains("comes from no authority that is trusted here") == true)
    }
    let expired = try identities.authority.issue(
      hosts: [], role: .client, name: "old", validFor: .seconds(86_400), from: 1_000_000_000)
    let late = try TLSPair(server: server, client: try TLSClientContext(identities.trust(showing: expired)))
    try late.connect()
    #expect(late.server.peerCertificateFault?.contains("expired on 2001-09-10") == true)
  }

  @Test func `a server without an authority takes any certificate for its key`() throws {
    let server = try TLSServerContext(identities.serving(clients: .judged(authority: nil)))
    let stranger = try TLSPair(
      server: server, client: try TLSClientContext(identities.trust(showing: identities.strangeClient)))
    try stranger.connect()
    #expect(stranger.server.peerCertificate?.commonName == "stranger")
    #expect(stranger.server.peerCertificateFault == nil)
  }

  @Test func `a resumed session still says who the client is`() throws {
    let server = try TLSServerContext(
      identities.serving(clients: .required(authority: identities.authority.pem)))
    let client = try TLSClientContext(identities.trust(showing: identities.client))
    let first = try TLSPair(server: server, client: client)
    try first.connect()
    #expect(try first.client.receive() == nil)
    let second = try TLSPair(server: server, client: client)
    try second.connect()
    #expect(second.server.sessionWasResumed)
    #expect(second.server.peerCertificate?.commonName == "device-7")
  }

  // MARK: Configuration

  @Test func `certificates and keys may lie in files`() throws {
    let directory = try TemporaryDirectory()
    let chain = try directory.write(
      identities.server.certificatePEM + identities.authority.identity.certificatePEM, to: "chain.pem")
    let key = try directory.write(identities.server.privateKeyPEM, to: "key.pem")
    let server = try TLSServerContext(
      TLSServerConfiguration(certificateChain: .file(chain), privateKey: .file(key)))
    try TLSPair(server: server, client: try TLSClientContext(identities.trust)).connect()

    let missing = directory.path("missing.pem")
    let error = #expect(throws: CryptoError.self) {
      try TLSServerContext(TLSServerConfiguration(certificateChain: .file(missing), privateKey: .file(key)))
    }
    #expect(error?.code == .unreadable)
    #expect(error?.message == "\(missing) cannot be read: No such file or directory.")
  }

  @Test func `what is no certificate or not its key is refused when it is loaded`() throws {
    let good = identities.server
    for (chain, key) in [
      ("", good.privateKeyPEM), ("nonsense", good.privateKeyPEM), (good.certificatePEM, ""),
      (good.privateKeyPEM, good.privateKeyPEM), (good.certificatePEM, good.certificatePEM),
      (good.certificatePEM, identities.client.privateKeyPEM),
      (good.certificatePEM.replacing("M", with: "N", maxReplacements: 9), good.privateKeyPEM),
    ] {
      let error = #expect(throws: CryptoError.self) {
        try TLSServerContext(TLSServerConfiguration(certificateChain: .text(chain), privateKey: .text(key)))
      }
      #expect(error?.code == .malformed)
    }
  }

  @Test(
    arguments: [
      (0, "1970-01-01"), (-1, "1969-12-31"), (951_782_400, "2000-02-29"), (1_609_459_199, "2020-12-31"),
      (4_107_542_400, "2100-03-01"), (253_402_300_799, "9999-12-31"),
    ] as [(Int64, String)])
  func `days are days`(_ second: Int64, _ day: String) {
    #expect(LinkError.day(ofSecond: second) == day)
  }
}
