package import HoldfastCrypto
package import HoldfastRPC
package import HoldfastStore
package import HoldfastWire

/// The tokens of a hub, and the certificates that stand for one. All of them are in memory too, so that knowing a client
/// again reads nothing from the disk.
package final class TokenRegistry: Sendable {
  /// The id of the token that the first start makes.
  package static let adminID = "admin"

  private struct Entry {
    var token: StoredToken
    let allowance: ClientAllowance?
    let revocation = Revocation()

    init(_ token: StoredToken, _ defaults: ClientLimits) {
      self.token = token
      // An administrator is not kept out by what was meant for others.
      let limits = token.record.scope.isAdmin ? token.record.limits : token.record.limits.completed(by: defaults)
      allowance = limits.isUnlimited ? nil : ClientAllowance(limits)
      if token.record.revoked != nil { revocation.perform() }
    }
  }

  /// By the hash of the token's text, or of the certificate's key.
  private let entries: Lock<[[UInt8]: Entry]>
  private let store: Store
  private let defaults: ClientLimits

  /// Reads the tokens of a store whose schema has `TokenTable`.
  ///
  /// - Parameter limits: how much a client may take whose token says nothing else, unless it may administer the hub.
  package static func open(_ store: Store, limits: ClientLimits = ClientLimits()) async throws -> TokenRegistry {
    let tokens = try await store.scan { transaction in try TokenTable.all(transaction) }
    return TokenRegistry(store, tokens, limits)
  }

  private init(_ store: Store, _ tokens: [StoredToken], _ defaults: ClientLimits) {
    self.store = store
    self.defaults = defaults
    let pairs = tokens.map { token in (token.hash, Entry(token, defaults)) }
    entries = Lock(Dictionary(pairs) { first, _ in first })
  }

  // MARK: Knowing a client

  /// Who a token stands for.
  ///
  /// - Throws: `TokenError` when it is unknown, has ended or has been revoked.
  package func principal(for text: String, now: Timestamp) throws(TokenError) -> HubPrincipal {
    guard let token = TokenText(text) else {
      throw TokenError(
        text.isEmpty ? "This hub takes clients with a token only." : "This is no token of a hub.")
    }
    let hash = token.hash
    guard let entry = entries.withLock({ $0[hash] }), entry.token.record.certificateKey == nil else {
      throw TokenError("This hub does not know the token.")
    }
    return try principal(entry, now)
  }

  /// Who a client certificate stands for: whoever was allowed something by its public key. That the client has the key
  /// is for TLS to check.
  ///
  /// - Throws: `TokenError` when it is unknown, not valid now or has been revoked.
  package func principal(for certificate: Certificate, now: Timestamp) throws(TokenError) -> HubPrincipal {
    let hash = certificate.publicKeyHash
    guard let entry = entries.withLock({ $0[hash] }), entry.token.record.certificateKey != nil else {
      throw TokenError(
        "This hub does not know the certificate. To allow it something: "
          + "holdfast token create NAME --certificate \(hex(hash))")
    }
    guard certificate.notBefore <= now.seconds else {
      throw TokenError("The certificate is not valid yet: one of the two clocks is wrong.")
    }
    guard certificate.notAfter > now.seconds else {
      throw TokenError("The certificate has expired. Renew it with the same key, and it is known again.")
    }
    return try principal(entry, now, end: certificate.notAfter)
  }

  /// - Parameter end: seconds since 1970 at which the credential ends by itself.
  private func principal(_ entry: Entry, _ now: Timestamp, end: Int64? = nil) throws(TokenError) -> HubPrincipal {
    let record = entry.token.record
    let what = record.certificateKey == nil ? "token" : "certificate"
    if entry.revocation.isDone { throw TokenError("The \(what) has been revoked.") }
    if let expires = record.expires, expires <= now {
      throw TokenError("The time for which the \(what) was allowed is over: it has expired. Ask for a new one.")
    }
    return HubPrincipal(
      record, end: [end, record.expires?.seconds].compactMap(\.self).min(), allowance: entry.allowance,
      revocation: entry.revocation, wallClock: now, monotonic: MonotonicTime.now())
  }

  // MARK: Administration

  /// Every token, the oldest first.
  package func list() -> [TokenRecord] {
    entries.withLock { $0.values.map(\.token.record) }
      .sorted { ($0.created, $0.id) < ($1.created, $1.id) }
  }

  /// Makes a token, and returns once it is on the disk.
  ///
  /// - Parameter lifetime: How long it is valid; nil for ever.
  /// - Throws: `TokenError` when the request is wrong or the hub has too many tokens.
  package func create(
    name: String, scope: Scope, limits: ClientLimits = ClientLimits(), lifetime: Duration?, now: Timestamp
  ) async throws -> (text: TokenText, record: TokenRecord) {
    let text = TokenText(random: try Random.bytes(32))
    let record = try record(name, scope, limits, lifetime, certificateKey: nil, now)
    try await add(StoredToken(record: record, hash: text.hash))
    return (text, record)
  }

  /// Takes a client certificate for a credential from now on, whoever signed it, and returns once that is on the disk. One
  /// that was revoked is allowed anew.
  ///
  /// - Parameter certificateKey: SHA-256 of its public key, so that it may be renewed.
  /// - Throws: `TokenError` when the request is wrong, the certificate is allowed already or the hub has too many tokens.
  package func allow(
    certificateKey: [UInt8], name: String, scope: Scope, limits: ClientLimits = ClientLimits(), lifetime: Duration?,
    now: Timestamp
  ) async throws -> TokenRecord {
    guard certificateKey.count == SHA256.size else {
      throw TokenError("A certificate is named by the SHA-256 of its public key, which has \(SHA256.size) bytes.")
    }
    if let known = entries.withLock({ $0[certificateKey]?.token.record }), known.revoked == nil {
      throw TokenError("The certificate is allowed already, as \(known.id). Revoke that first.")
    }
    let record = try record(name, scope, limits, lifetime, certificateKey: certificateKey, now)
    try await add(StoredToken(record: record, hash: certificateKey))
    return record
  }

  private func record(
    _ name: String, _ scope: Scope, _ limits: ClientLimits, _ lifetime: Duration?, certificateKey: [UInt8]?,
    _ now: Timestamp
  ) throws -> TokenRecord {
    try TokenRules.check(name: name, scope: scope, limits: limits, lifetime: lifetime)
    guard entries.withLock({ $0.count }) < Limits.tokens else {
      throw TokenError("This hub has \(Limits.tokens) tokens, the most that it keeps.")
    }
    return TokenRecord(
      id: hex(try Random.bytes(6)), name: name, scope: scope, limits: limits, certificateKey: certificateKey,
      created: Timestamp(seconds: now.seconds),
      expires: lifetime.map { Timestamp(seconds: now.seconds + max(1, $0.components.seconds)) }, revoked: nil)
  }

  private func add(_ token: StoredToken) async throws {
    try await store.write { transaction in
      try TokenTable.removeRevoked(hash: token.hash, transaction)
      try TokenTable.put(token, transaction)
    }
    entries.withLock { $0[token.hash] = Entry(token, defaults) }
  }

  /// Revokes a token at once, for those who are connected too. Revoking it again changes nothing.
  ///
  /// - Returns: the token as it is now, or nil when there is none with this id.
  package func revoke(id: String, now: Timestamp) async throws -> TokenRecord? {
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
  package func adopt(admin text: TokenText, now: Timestamp) async throws {
    let hash = text.hash
    let known = entries.withLock { entries in entries.values.first { $0.token.record.id == Self.adminID } }
    if known?.token.hash == hash { return }
    let record = TokenRecord(
      id: Self.adminID, name: "made by the hub's first start", scope: .everything, limits: ClientLimits(),
      certificateKey: nil, created: Timestamp(seconds: now.seconds), expires: nil, revoked: nil)
    let token = StoredToken(record: record, hash: hash)
    try await store.write { transaction in try TokenTable.put(token, transaction) }
    entries.withLock { entries in
      if let known {
        known.revocation.perform()
        entries[known.token.hash] = nil
      }
      entries[hash] = Entry(token, defaults)
    }
  }
}
