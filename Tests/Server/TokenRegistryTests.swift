import HoldfastCrypto
import HoldfastRPC
import HoldfastStore
import HoldfastWire
import TestSupport
import Testing

@testable import HoldfastServer

struct `The token registry` {
  private let directory: TemporaryDirectory
  private let store: Store
  private let tokens: TokenRegistry
  private let now = Timestamp(seconds: 1_800_000_000)

  init() async throws {
    directory = try TemporaryDirectory()
    store = try Store.open(
      DataDirectory.open(directory.path), migrations: Schema.migrations)
    tokens = try await TokenRegistry.open(store)
  }

  private let reader = Scope(spaces: [SpacePattern("notes")], services: ["Persistence"])

  private func refusal(_ text: String, at time: Timestamp? = nil) -> String? {
    #expect(throws: TokenError.self) { try tokens.principal(for: text, now: time ?? now) }?.description
  }

  @Test func `a token stands for its scope, also after a restart`() async throws {
    let made = try await tokens.create(name: "app", scope: reader, lifetime: nil, now: now)
    for registry in [tokens, try await TokenRegistry.open(store)] {
      let principal = try registry.principal(for: made.text.text, now: now)
      #expect(principal.id == made.record.id)
      #expect(principal.scope == reader)
      #expect(principal.allows(.read, space: "notes", service: "holdfast.persistence.Persistence"))
      #expect(!principal.allows(.write, space: "notes", service: "holdfast.persistence.Persistence"))
      #expect(!principal.allows(.read, space: "notes", service: "holdfast.hub.Hub"))
      #expect(!principal.allowsAdministration)
      #expect(registry.list() == [made.record])
    }
  }

  @Test func `the text of a token is nowhere on the disk`() async throws {
    let made = try await tokens.create(name: "app", scope: reader, lifetime: nil, now: now)
    store.close()
    for name in ["holdfast.sqlite", "holdfast.sqlite-wal"] {
      guard try LocalFile.status(of: directory.path(name)) != nil else { continue }
      let bytes = try LocalFile.read(directory.path(name), limit: 1 << 24)
      #expect(!bytes.contains(Array(made.text.text.utf8)))
    }
  }

  @Test func `an expired token is refused`() async throws {
    let made = try await tokens.create(name: "app", scope: reader, lifetime: .seconds(60), now: now)
    let principal = try tokens.principal(for: made.text.text, now: Timestamp(seconds: now.seconds + 59))
    #expect(principal.expires != nil)
    #expect(refusal(made.text.text, at: Timestamp(seconds: now.seconds + 60))?.contains("expired") == true)
  }

  @Test func `revoking reaches those who are connected`() async throws {
    let made = try await tokens.create(name: "app", scope: reader, lifetime: nil, now: now)
    let principal = try tokens.principal(for: made.text.text, now: now)
    #expect(try await tokens.revoke(id: made.record.id, now: now)?.revoked == now)
    #expect(principal.isRevoked)
    #expect(!principal.allows(.read, space: "notes", service: "Persistence"))
    #expect(refusal(made.text.text) == "The token has been revoked.")
    let again = try await TokenRegistry.open(store)
    #expect(throws: TokenError.self) { try again.principal(for: made.text.text, now: now) }
    #expect(try await tokens.revoke(id: made.record.id, now: Timestamp(seconds: 1))?.revoked == now)
    #expect(try await tokens.revoke(id: "nobody", now: now) == nil)
  }

  @Test func `unknown and malformed tokens are refused`() throws {
    #expect(refusal("")?.contains("with a token only") == true)
    #expect(refusal("secret") == "This is no token of a hub.")
    #expect(refusal(TokenText(random: [UInt8](repeating: 1, count: 32)).text) == "This hub does not know the token.")
  }

  @Test func `the admin token may do everything, and a new file replaces it`() async throws {
    let first = TokenText(random: try Random.bytes(32))
    try await tokens.adopt(admin: first, now: now)
    try await tokens.adopt(admin: first, now: now)
    let principal = try tokens.principal(for: first.text, now: now)
    #expect(principal.allowsAdministration)
    #expect(principal.allows(.write, space: "anything", service: "Any"))
    let second = TokenText(random: try Random.bytes(32))
    try await tokens.adopt(admin: second, now: now)
    #expect(principal.isRevoked)
    #expect(refusal(first.text) == "This hub does not know the token.")
    #expect(try tokens.principal(for: second.text, now: now).id == TokenRegistry.adminID)
    #expect(try await TokenRegistry.open(store).list().count == 1)
  }

  @Test func `a revoked admin token stays revoked`() async throws {
    let text = TokenText(random: try Random.bytes(32))
    try await tokens.adopt(admin: text, now: now)
    _ = try await tokens.revoke(id: TokenRegistry.adminID, now: now)
    let later = try await TokenRegistry.open(store)
    try await later.adopt(admin: text, now: now)
    #expect(throws: TokenError.self) { try later.principal(for: text.text, now: now) }
  }

  // MARK: Certificates

  private func certificate(from start: Int64) throws -> Certificate {
    let authority = try CertificateAuthority.create(name: "Test")
    return try Certificate(
      pem: authority.issue(hosts: [], role: .client, name: "alice", validFor: .seconds(3_600), from: start)
        .certificatePEM)
  }

  private func refusal(of certificate: Certificate, at seconds: Int64) -> String? {
    let time = Timestamp(seconds: seconds)
    return #expect(throws: TokenError.self) { try tokens.principal(for: certificate, now: time) }?.description
  }

  @Test func `a certificate stands for what was allowed to its key, while it is valid`() async throws {
    let certificate = try certificate(from: now.seconds)
    #expect(refusal(of: certificate, at: now.seconds)?.contains(hex(certificate.publicKeyHash)) == true)
    let made = try await tokens.allow(
      certificateKey: certificate.publicKeyHash, name: "alice", scope: reader, lifetime: nil, now: now)
    for registry in [tokens, try await TokenRegistry.open(store)] {
      let principal = try registry.principal(for: certificate, now: now)
      #expect(principal.id == made.id)
      #expect(principal.scope == reader)
      // The connection ends with the certificate.
      #expect(principal.expires != nil)
      #expect(registry.list() == [made])
    }
    #expect(refusal(of: certificate, at: now.seconds - 1)?.contains("not valid yet") == true)
    #expect(refusal(of: certificate, at: now.seconds + 3_600)?.contains("certificate has expired") == true)
  }

  @Test func `another certificate of the same name is not let in`() async throws {
    _ = try await tokens.allow(
      certificateKey: try certificate(from: now.seconds).publicKeyHash, name: "alice", scope: reader, lifetime: nil,
      now: now)
    #expect(refusal(of: try certificate(from: now.seconds), at: now.seconds)?.contains("does not know") == true)
  }

  @Test func `a certificate is allowed once, and anew after it was revoked`() async throws {
    let certificate = try certificate(from: now.seconds)
    func allow(_ scope: Scope) async throws -> TokenRecord {
      try await tokens.allow(
        certificateKey: certificate.publicKeyHash, name: "alice", scope: scope, lifetime: nil, now: now)
    }
    let first = try await allow(reader)
    let again = await #expect(throws: TokenError.self) { try await allow(reader) }
    #expect(again?.description.contains(first.id) == true)
    _ = try await tokens.revoke(id: first.id, now: now)
    #expect(refusal(of: certificate, at: now.seconds) == "The certificate has been revoked.")
    let second = try await allow(.nothing)
    #expect(try tokens.principal(for: certificate, now: now).scope == .nothing)
    #expect(try await TokenRegistry.open(store).list() == [second])
    await #expect(throws: TokenError.self) {
      try await tokens.allow(certificateKey: [1, 2], name: "short", scope: reader, lifetime: nil, now: now)
    }
  }

  // MARK: Limits

  @Test func `limits are kept with the token, and the hub's fill what it leaves open`() async throws {
    let own = ClientLimits(callsPerSecond: 10, burst: .milliseconds(1_500))
    let limited = try await tokens.create(name: "app", scope: reader, limits: own, lifetime: nil, now: now)
    let free = try await tokens.create(
      name: "free", scope: reader, limits: ClientLimits(callsPerSecond: 0, connections: 0), lifetime: nil, now: now)
    let plain = try await tokens.create(name: "plain", scope: reader, lifetime: nil, now: now)
    let admin = try await tokens.create(name: "root", scope: .everything, lifetime: nil, now: now)
    #expect(try tokens.principal(for: plain.text.text, now: now).allowance == nil)

    let hub = try await TokenRegistry.open(store, limits: ClientLimits(callsPerSecond: 5, connections: 3))
    func limits(_ text: TokenText) throws -> ClientLimits? {
      try hub.principal(for: text.text, now: now).allowance?.limits
    }
    #expect(try limits(limited.text) == ClientLimits(callsPerSecond: 10, burst: .milliseconds(1_500), connections: 3))
    #expect(try limits(free.text) == nil)
    #expect(try limits(plain.text) == ClientLimits(callsPerSecond: 5, connections: 3))
    #expect(try limits(admin.text) == nil)
    #expect(hub.list().first { $0.name == "app" }?.limits == own)
  }

  @Test func `all who come with a token share its allowance`() async throws {
    let made = try await tokens.create(
      name: "app", scope: reader, limits: ClientLimits(connections: 1), lifetime: nil, now: now)
    let first = try tokens.principal(for: made.text.text, now: now)
    #expect(try tokens.principal(for: made.text.text, now: now).allowance === first.allowance)
    #expect(first.allowance != nil)
  }

  @Test(arguments: [
    ClientLimits(callsPerSecond: -1), ClientLimits(bytesPerSecond: .max), ClientLimits(burst: .zero),
    ClientLimits(burst: .seconds(Int64.max)), ClientLimits(connections: 1 << 40),
  ])
  func `limits out of range are refused`(_ limits: ClientLimits) async throws {
    await #expect(throws: TokenError.self) {
      try await tokens.create(name: "app", scope: reader, limits: limits, lifetime: nil, now: now)
    }
  }

  @Test(arguments: ["", "two\nlines", String(repeating: "x", count: 129)])
  func `a bad name is refused`(_ name: String) async throws {
    await #expect(throws: TokenError.self) {
      try await tokens.create(name: name, scope: reader, lifetime: nil, now: now)
    }
  }

  @Test func `a bad scope or lifetime is refused`() async throws {
    let many = Scope(spaces: (0...64).map { SpacePattern("s\($0)") })
    for scope in [many, Scope(spaces: [SpacePattern("")]), Scope(services: ["a\nb"])] {
      await #expect(throws: TokenError.self) {
        try await tokens.create(name: "app", scope: scope, lifetime: nil, now: now)
      }
    }
    for lifetime in [Duration.zero, .seconds(-5), .seconds(Int64.max)] {
      await #expect(throws: TokenError.self) {
        try await tokens.create(name: "app", scope: reader, lifetime: lifetime, now: now)
      }
    }
    #expect(tokens.list().isEmpty)
  }
}
