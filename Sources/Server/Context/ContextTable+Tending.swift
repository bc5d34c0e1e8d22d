internal import HoldfastContract
internal import HoldfastStore

/// What becomes of rows later: they are followed by others, expire, are sealed anew, and are forgotten.
extension ContextTable {
  static let keysOfSubject: SQL = """
    SELECT DISTINCT key FROM context WHERE subject = $1 AND space = $2 AND id <= $3 LIMIT $4
    """
  static let forgetSubject: SQL = "UPDATE context SET subject = NULL WHERE space = $1 AND is_latest = 1 AND key = $2"

  /// The keys under which there is something about a subject, written up to a change.
  static func keys(
    of subject: String, in space: Int64, until: Int64, limit: Int, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) -> [[UInt8]] {
    try transaction.all(
      keysOfSubject,
      [
        .text(subject), .integer(space), .integer(ChangeID(space: space, sequence: until).rawValue), .integer(limit),
      ]
    ) { $0.bytes(0) }
  }

  /// What is left of a key is the note that there is nothing: that is about nobody.
  static func forgetSubject(
    of key: [UInt8], in space: Int64, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) {
    try transaction.execute(forgetSubject, [.integer(space), .bytes(key)])
  }

  /// Notes that a later change has followed.
  static func retire(_ record: ContextRecord, _ transaction: borrowing WriteTransaction) throws(StoreError) {
    try expectOne(
      transaction.execute("UPDATE context SET is_latest = 0 WHERE id = $1", [.integer(record.id)]), record.id)
  }

  /// Puts the same content there, sealed otherwise.
  /// - Parameter logged: the change that says so, where it is not the one which has its hash already.
  static func reseal(
    _ id: Int64, _ sealed: SealedContent, logged: Int64?, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) {
    try expectOne(
      transaction.execute(
        "UPDATE context SET content = $2, seal = $3, logged = coalesce($4, logged) WHERE id = $1",
        [.integer(id), .bytes(sealed.bytes), .integer(sealed.key), .integer(logged)]), id)
  }

  static func delete(_ record: ContextRecord, _ transaction: borrowing WriteTransaction) throws(StoreError) {
    try expectOne(transaction.execute("DELETE FROM context WHERE id = $1", [.integer(record.id)]), record.id)
  }

  /// The writer knows which rows there are: one that is missing was removed behind its back.
  private static func expectOne(_ changed: Int, _ id: Int64) throws(StoreError) {
    guard changed == 1 else {
      throw StoreError(.corrupt, "the row \(id) of context is gone; another program has written to the database")
    }
  }

  // MARK: Expiry

  static let expired: SQL = """
    SELECT c.key, s.name FROM context AS c JOIN space AS s ON s.id = c.space
    WHERE c.is_latest = 1 AND c.expires <= $1 ORDER BY c.expires LIMIT $2
    """

  /// Some of the values that have expired, with the names of their spaces.
  static func expired<Reading: Transaction & ~Copyable>(
    at now: Moment, limit: Int, _ transaction: borrowing Reading
  ) throws(StoreError) -> [(key: [UInt8], space: String)] {
    try transaction.all(expired, [.integer(now.microseconds), .integer(limit)]) { ($0.bytes(0), $0.text(1)) }
  }

  // MARK: Removals

  static let oldRemovals: SQL = """
    SELECT key FROM context WHERE id > $1 AND id <= $2 AND is_latest = 1 AND kind > 1
    """

  /// Forgets all of the names that were removed after one change and up to another, and not set again.
  static func forgetRemoved(
    from account: SpaceAccount, after floor: Int64, upTo end: Int64, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) {
    let range: [SQLValue] = [floor, end].map { .integer(ChangeID(space: account.id, sequence: $0).rawValue) }
    for key in try transaction.all(oldRemovals, range, { $0.bytes(0) }) {
      for record in try records(space: account.id, key: key, transaction) {
        try delete(record, transaction)
        account.row.bytes -= record.bytes
      }
    }
  }
}
