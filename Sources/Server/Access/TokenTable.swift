internal import HoldfastStore
internal import HoldfastWire

/// The table of tokens. Of a token's text it holds the hash alone.
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

  static func all(_ transaction: borrowing ReadTransaction) throws(StoreError) -> [StoredToken] {
    try transaction.all(
      """
      SELECT id, name, hash, spaces, services, can_write, is_admin, created, expires, revoked FROM token
      ORDER BY created, id
      """
    ) { (row) throws(StoreError) in
      StoredToken(
        record: TokenRecord(
          id: row.text(0), name: row.text(1),
          scope: Scope(
            spaces: lines(row.text(3)).map(SpacePattern.init), services: Set(lines(row.text(4))),
            canWrite: row.integer(5) != 0, isAdmin: row.integer(6) != 0),
          created: Timestamp(seconds: row.integer(7)),
          expires: row.optionalInteger(8).map { Timestamp(seconds: $0) },
          revoked: row.optionalInteger(9).map { Timestamp(seconds: $0) }),
        hash: row.bytes(2))
    }
  }

  /// Writes a token; one with the same id is replaced.
  static func put(_ token: StoredToken, _ transaction: borrowing WriteTransaction) throws(StoreError) {
    let record = token.record
    try transaction.execute(
      """
      INSERT INTO token (id, name, hash, spaces, services, can_write, is_admin, created, expires, revoked)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
      ON CONFLICT (id) DO UPDATE SET
        name = excluded.name, hash = excluded.hash, spaces = excluded.spaces, services = excluded.services,
        can_write = excluded.can_write, is_admin = excluded.is_admin, created = excluded.created,
        expires = excluded.expires, revoked = excluded.revoked
      """,
      [
        .text(record.id), .text(record.name), .bytes(token.hash),
        .text(record.scope.spaces.map(\.description).joined(separator: "\n")),
        .text(record.scope.services.sorted().joined(separator: "\n")),
        .integer(record.scope.canWrite ? 1 : 0), .integer(record.scope.isAdmin ? 1 : 0),
        .integer(record.created.seconds), .integer(record.expires?.seconds), .integer(record.revoked?.seconds),
      ])
  }

  private static func lines(_ text: String) -> [String] {
    text.split(separator: "\n").map(String.init)
  }
}

/// A token as the hub knows it, with what tells it again.
struct StoredToken: Sendable, Hashable {
  var record: TokenRecord
  var hash: [UInt8]
}
