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
      DataDirectory.open(directory.path), migrations: [Migration(1, "tokens", TokenTable.create)])
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

  @Test func `a certificate stands for the token that bears its name`() async throws {
    let authority = try CertificateAuthority.create(name: "Test")
    let certificate = try Certificate(
      pem: authority.issue(hosts: [], role: .client, name: "alice").certificatePEM)
    #expect(throws: TokenError.self) { try tokens.principal(for: certificate, now: now) }
    _ = try await tokens.create(name: "certificate:alice", scope: reader, lifetime: nil, now: now)
    #expect(try tokens.principal(for: certificate, now: now).scope == reader)
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
