public import HoldfastCrypto
internal import HoldfastRPC
public import HoldfastStore
public import HoldfastWire

/// The tokens of a hub. All of them are in memory too, so that knowing a client again reads nothing from the disk.
public final class TokenRegistry: Sendable {
  /// The id of the token that the first start makes.
  public static let adminID = "admin"

  private struct Entry {
    var token: StoredToken
    let revocation: Revocation
  }

  /// By the hash of the token's text.
  private let entries: Lock<[[UInt8]: Entry]>
  private let store: Store

  /// Reads the tokens of a store whose schema has `TokenTable`.
  public static func open(_ store: Store) async throws -> TokenRegistry {
    let tokens = try await store.scan { transaction in try TokenTable.all(transaction) }
    return TokenRegistry(store, tokens)
  }

  private init(_ store: Store, _ tokens: [StoredToken]) {
    self.store = store
    let pairs = tokens.map { token in
      let revocation = Revocation()
      if token.record.revoked != nil { revocation.perform() }
      return (token.hash, Entry(token: token, revocation: revocation))
    }
    entries = Lock(Dictionary(pairs) { first, _ in first })
  }

  // MARK: Knowing a client

  /// Who a token stands for.
  ///
  /// - Throws: `TokenError` when it is unknown, has ended or has been revoked.
  public func principal(for text: String, now: Timestamp) throws(TokenError) -> HubPrincipal {
    guard let token = TokenText(text) else {
      throw TokenError(
        text.isEmpty ? "This hub takes clients with a token only." : "This is no token of a hub.")
    }
    let hash = token.hash
    guard let entry = entries.withLock({ $0[hash] }) else {
      throw TokenError("This hub does not know the token.")
    }
    return try principal(entry, now)
  }

  /// Who a client certificate stands for: whoever was given a token named `certificate:` and its common name.
  public func principal(
    for certificate: Certificate, now: Timestamp
  ) throws(TokenError) -> HubPrincipal {
    let name = "certificate:" + (certificate.commonName ?? "")
    let entry = entries.withLock { entries in
      entries.values.first { $0.token.record.name == name && $0.token.record.revoked == nil }
    }
    guard certificate.commonName != nil, let entry else {
      throw TokenError("Nothing is allowed to this certificate. Create a token with the name \(name).")
    }
    return try principal(entry, now)
  }

  private func principal(_ entry: Entry, _ now: Timestamp) throws(TokenError) -> HubPrincipal {
    if entry.revocation.isDone { throw TokenError("The token has been revoked.") }
    if let expires = entry.token.record.expires, expires <= now {
      throw TokenError("The token has expired. Ask for a new one.")
    }
    return HubPrincipal(
      entry.token.record, revocation: entry.revocation, wallClock: now, monotonic: MonotonicTime.now())
  }

  // MARK: Administration

  /// Every token, the oldest first.
  public func list() -> [TokenRecord] {
    entries.withLock { $0.values.map(\.token.record) }
      .sorted { ($0.created, $0.id) < ($1.created, $1.id) }
  }

  /// Makes a token, and returns once it is on the disk.
  ///
  /// - Parameter lifetime: How long it is valid; nil for ever.
  /// - Throws: `TokenError` when the request is wrong or the hub has too many tokens.
  public func create(
    name: String, scope: Scope, lifetime: Duration?, now: Timestamp
  ) async throws -> (text: TokenText, record: TokenRecord) {
    try Self.check(name: name, scope: scope, lifetime: lifetime)
    guard entries.withLock({ $0.count }) < Limits.tokens else {
      throw TokenError("This hub has \(Limits.tokens) tokens, the most that it keeps.")
    }
    let text = TokenText(random: try Random.bytes(32))
    let now = Timestamp(seconds: now.seconds)
    let record = TokenRecord(
      id: hex(try Random.bytes(6)), name: name, scope: scope, created: now,
      expires: lifetime.map { Timestamp(seconds: now.seconds + max(1, $0.components.seconds)) }, revoked: nil)
    let token = StoredToken(record: record, hash: text.hash)
    try await store.write { transaction in try TokenTable.put(token, transaction) }
    entries.withLock { $0[token.hash] = Entry(token: token, revocation: Revocation()) }
    return (text, record)
  }

  /// Revokes a token at once, for those who are connected too. Revoking it again changes nothing.
  ///
  /// - Returns: the token as it is now, or nil when there is none with this id.
  public func revoke(id: String, now: Timestamp) async throws -> TokenRecord? {
    guard var token = entries.withLock({ $0.values.first { $0.token.record.id == id }?.token }) else { return nil }
    guard token.record.revoked == nil else { return token.record }
    token.record.revoked = Timestamp(seconds: now.seconds)
    let revoked = token
    try await store.write { transaction in try TokenTable.put(revoked, transaction) }
    entries.withLock { entries in
      entries[revoked.hash]?.token = revoked
      entries[revoked.hash]?.revocation.perform()
    }
    return revoked.record
  }

  /// Makes the text in the data directory the admin token. One that was revoked stays revoked until its file is removed,
  /// since the next start then makes another text.
  public func adopt(admin text: TokenText, now: Timestamp) async throws {
    let hash = text.hash
    let known = entries.withLock { entries in entries.values.first { $0.token.record.id == Self.adminID } }
    if known?.token.hash == hash { return }
    let record = TokenRecord(
      id: Self.adminID, name: "made by the hub's first start", scope: .everything,
      created: Timestamp(seconds: now.seconds), expires: nil, revoked: nil)
    let token = StoredToken(record: record, hash: hash)
    try await store.write { transaction in try TokenTable.put(token, transaction) }
    entries.withLock { entries in
      if let known {
        known.revocation.perform()
        entries[known.token.hash] = nil
      }
      entries[hash] = Entry(token: token, revocation: Revocation())
    }
  }

  private static func check(name: String, scope: Scope, lifetime: Duration?) throws(TokenError) {
    let isPlain = { (text: String) in text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F } }
    guard !name.isEmpty, name.utf8.count <= Limits.tokenNameBytes, isPlain(name) else {
      throw TokenError("A token needs a name of one line and at most \(Limits.tokenNameBytes) bytes.")
    }
    guard scope.spaces.count <= Limits.tokenSpaces, scope.services.count <= Limits.tokenServices else {
      throw TokenError("A token names at most \(Limits.tokenSpaces) spaces and \(Limits.tokenServices) services.")
    }
    for word in scope.spaces.map(\.description) + scope.services {
      guard !word.isEmpty, word.utf8.count <= Limits.spaceNameBytes, isPlain(word) else {
        throw TokenError("\"\(word)\" cannot be the name of a space or service.")
      }
    }
    if let lifetime, !(1...Limits.tokenSeconds).contains(lifetime.components.seconds) {
      throw TokenError("A token is valid for at least a second and at most a hundred years.")
    }
  }
}
