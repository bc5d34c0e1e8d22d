internal import HoldfastRPC
internal import HoldfastStore
internal import HoldfastWire

/// The table of tokens, and of certificates that stand for one. Of a token's text it holds the hash alone, of a
/// certificate that of its public key.
enum TokenTable {
  static let create: Migration.Body = { transaction in
    try transaction.execute(
      """
      CREATE TABLE token (
        id        TEXT PRIMARY KEY NOT NULL,
        name      TEXT NOT NULL,
        hash      BLOB NOT NULL UNIQUE,
        spaces    TEXT NOT NULL,
        services  TEXT NOT NULL,
        can_write INTEGER NOT NULL,
        is_admin  INTEGER NOT NULL,
        created   INTEGER NOT NULL,
        expires   INTEGER,
        revoked   INTEGER
      )
      """)
  }

  /// What is null is left to the hub's settings. The burst is in milliseconds.
  static let addLimits: Migration.Body = { transaction in
    try transaction.execute("ALTER TABLE token ADD COLUMN is_certificate INTEGER NOT NULL DEFAULT 0")
    try transaction.execute("ALTER TABLE token ADD COLUMN calls_per_second INTEGER")
    try transaction.execute("ALTER TABLE token ADD COLUMN bytes_per_second INTEGER")
    try transaction.execute("ALTER TABLE token ADD COLUMN burst INTEGER")
    try transaction.execute("ALTER TABLE token ADD COLUMN connections INTEGER")
  }

  static func all(_ transaction: borrowing ReadTransaction) throws(StoreError) -> [StoredToken] {
    try transaction.all(
      """
      SELECT id, name, hash, spaces, services, can_write, is_admin, created, expires, revoked, is_certificate,
        calls_per_second, bytes_per_second, burst, connections
      FROM token ORDER BY created, id
      """
    ) { (row) throws(StoreError) in
      StoredToken(
        record: TokenRecord(
          id: row.text(0), name: row.text(1),
          scope: Scope(
            spaces: lines(row.text(3)).map(SpacePattern.init), services: Set(lines(row.text(4))),
            canWrite: row.integer(5) != 0, isAdmin: row.integer(6) != 0),
          limits: ClientLimits(
            callsPerSecond: row.optionalInteger(11).map { Int(clamping: $0) },
            bytesPerSecond: row.optionalInteger(12).map { Int(clamping: $0) },
            burst: row.optionalInteger(13).map { .milliseconds($0) },
            connections: row.optionalInteger(14).map { Int(clamping: $0) }),
          certificateKey: row.integer(10) != 0 ? row.bytes(2) : nil,
          created: Timestamp(seconds: row.integer(7)),
          expires: row.optionalInteger(8).map { Timestamp(seconds: $0) },
          revoked: row.optionalInteger(9).map { Timestamp(seconds: $0) }),
        hash: row.bytes(2))
    }
  }

  /// Writes a token; one with the same id is replaced.
  static func put(_ token: StoredToken, _ transaction: borrowing WriteTransaction) throws(StoreError) {
    let record = token.record
    let limits = record.limits
    try transaction.execute(
      """
      INSERT INTO token (
        id, name, hash, spaces, services, can_write, is_admin, created, expires, revoked, is_certificate,
        calls_per_second, bytes_per_second, burst, connections
      )
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
      ON CONFLICT (id) DO UPDATE SET
        name = excluded.name, hash = excluded.hash, spaces = excluded.spaces, services = excluded.services,
        can_write = excluded.can_write, is_admin = excluded.is_admin, created = excluded.created,
        expires = excluded.expires, revoked = excluded.revoked, is_certificate = excluded.is_certificate,
        calls_per_second = excluded.calls_per_second, bytes_per_second = excluded.bytes_per_second,
        burst = excluded.burst, connections = excluded.connections
      """,
      [
        .text(record.id), .text(record.name), .bytes(token.hash),
        .text(record.scope.spaces.map(\.description).joined(separator: "\n")),
        .text(record.scope.services.sorted().joined(separator: "\n")),
        .integer(record.scope.canWrite ? 1 : 0), .integer(record.scope.isAdmin ? 1 : 0),
        .integer(record.created.seconds), .integer(record.expires?.seconds), .integer(record.revoked?.seconds),
        .integer(record.certificateKey == nil ? 0 : 1),
        .integer(limits.callsPerSecond.map(Int64.init)), .integer(limits.bytesPerSecond.map(Int64.init)),
        .integer(limits.burst.map { Int64($0 / .milliseconds(1)) }), .integer(limits.connections.map(Int64.init)),
      ])
  }

  /// Makes room for a credential that is allowed anew.
  static func removeRevoked(hash: [UInt8], _ transaction: borrowing WriteTransaction) throws(StoreError) {
    try transaction.execute("DELETE FROM token WHERE hash = $1 AND revoked IS NOT NULL", [.bytes(hash)])
  }

  private static func lines(_ text: String) -> [String] {
    text.split(separator: "\n").map(String.init)
  }
}

/// A credential as the hub knows it, with what tells it again.
struct StoredToken: Sendable, Hashable {
  var record: TokenRecord
  /// SHA-256 of the token's text, or of the certificate's public key.
  var hash: [UInt8]
}
