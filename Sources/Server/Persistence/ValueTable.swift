internal import HoldfastContract
internal import HoldfastStore
internal import HoldfastWire

/// A value's row without its content.
struct ValueRecord {
  var id: Int64
  var version: Int64
  /// Bytes of the content as it was given.
  var size: Int64
  var expires: Moment?
  var mark = ValueMark()

  /// Whether the value is there at `now`: one that has expired is not, whether it has been purged or not.
  func isAlive(at now: Moment) -> Bool { expires.map { now < $0 } ?? true }
}

/// How a value's content is kept, and for whom.
struct ValueMark: Equatable {
  /// The key by which it is sealed.
  var seal: Int64?
  /// Whom it is about.
  var subject: Int64?
  /// The change which has the hash of what is stored, where that is not the one which wrote the value.
  var logged: Int64?
}

/// A value's content as its row is to have it.
struct StoredContent {
  var bytes: [UInt8]
  var mark = ValueMark()
}

/// The rows of values.
enum ValueTable {
  static func find<Reading: Transaction & ~Copyable>(
    space: Int64, key: [UInt8], _ transaction: borrowing Reading
  ) throws(StoreError) -> ValueRecord? {
    try transaction.first(
      """
      SELECT id, version, length(content), expires, seal, subject, logged FROM value WHERE space = $1 AND key = $2
      """, [.integer(space), .bytes(key)]
    ) { row in
      let mark = ValueMark(
        seal: row.optionalInteger(4), subject: row.optionalInteger(5), logged: row.optionalInteger(6))
      return ValueRecord(
        id: row.integer(0), version: row.integer(1),
        size: SealedContent.size(stored: row.integer(2), isSealed: mark.seal != nil),
        expires: row.optionalInteger(3).map { Moment(microseconds: $0) }, mark: mark)
    }
  }

  /// The whole value, if it is alive and its content is not larger than `limit`.
  static func read<Reading: Transaction & ~Copyable>(
    space: Int64, key: String, now: Moment, limit: Int, opening seal: SpaceSeal?, _ transaction: borrowing Reading
  ) throws -> Value? {
    var tooLarge: Int64?
    var subject: Int64?
    let found = try transaction.first(
      """
      SELECT version, type, updated, expires, length(content), content, seal, subject FROM value
      WHERE space = $1 AND key = $2
      """, [.integer(space), .bytes(Array(key.utf8))]
    ) { (row) throws(StoreError) -> Value? in
      let expires = row.optionalInteger(3).map { Moment(microseconds: $0) }
      guard expires.map({ now < $0 }) ?? true else { return nil }
      let sealedBy = row.optionalInteger(6)
      let size = SealedContent.size(stored: row.integer(4), isSealed: sealedBy != nil)
      guard size <= limit else {
        tooLarge = size
        return nil
      }
      guard let content = try seal.content(row, 5, sealedBy: sealedBy, of: .value(key: Array(key.utf8))) else {
        return nil
      }
      subject = row.optionalInteger(7)
      return Value(
        key: key, version: UInt64(clamping: row.integer(0)), content: content, type: row.text(1),
        updated: Moment(microseconds: row.integer(2)).timestamp, expires: expires?.timestamp)
    }
    if let tooLarge { throw TooLarge(what: "content", limit: UInt64(limit), size: UInt64(clamping: tooLarge)) }
    guard var value = found ?? nil, let subject else { return found ?? nil }
    value.subject = try SubjectTable.name(of: subject, transaction)
    return value
  }

  static func insert(
    space: Int64, key: [UInt8], version: Int64, at: Moment, expires: Moment?, type: String, _ content: StoredContent,
    _ transaction: borrowing WriteTransaction
  ) throws(StoreError) {
    try transaction.execute(
      """
      INSERT INTO value (space, key, version, updated, expires, type, content, seal, subject)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
      """,
      [
        .integer(space), .bytes(key), .integer(version), .integer(at.microseconds), .integer(expires?.microseconds),
        .text(type), .bytes(content.bytes), .integer(content.mark.seal), .integer(content.mark.subject),
      ])
  }

  static func update(
    _ existing: ValueRecord, version: Int64, at: Moment, expires: Moment?, type: String, _ content: StoredContent,
    _ transaction: borrowing WriteTransaction
  ) throws(StoreError) {
    var changes: [SQLValue] = [
      .integer(existing.id), .integer(version), .integer(at.microseconds), .text(type), .bytes(content.bytes),
    ]
    let changed: Int
    if expires == existing.expires, content.mark == existing.mark {
      // The indexes of the other columns are not looked at then.
      changed = try transaction.execute(
        "UPDATE value SET version = $2, updated = $3, type = $4, content = $5 WHERE id = $1", changes)
    } else {
      changes += [
        .integer(expires?.microseconds), .integer(content.mark.seal), .integer(content.mark.subject),
      ]
      changed = try transaction.execute(
        """
        UPDATE value SET version = $2, updated = $3, type = $4, content = $5, expires = $6, seal = $7, subject = $8,
          logged = NULL
        WHERE id = $1
        """, changes)
    }
    try expectOne(changed, existing.id)
  }

  /// Puts the same content there, sealed otherwise.
  /// - Parameter logged: the change that says so, where it is not the one which has its hash already.
  static func reseal(
    _ id: Int64, _ sealed: SealedContent, logged: Int64?, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) {
    try expectOne(
      transaction.execute(
        "UPDATE value SET content = $2, seal = $3, logged = coalesce($4, logged) WHERE id = $1",
        [.integer(id), .bytes(sealed.bytes), .integer(sealed.key), .integer(logged)]), id)
  }

  static func delete(_ id: Int64, _ transaction: borrowing WriteTransaction) throws(StoreError) {
    try expectOne(transaction.execute("DELETE FROM value WHERE id = $1", [.integer(id)]), id)
  }

  /// The writer knows which rows there are: one that is missing was removed behind its back.
  private static func expectOne(_ changed: Int, _ id: Int64) throws(StoreError) {
    guard changed == 1 else {
      throw StoreError(.corrupt, "the row \(id) of a value is gone; another program has written to the database")
    }
  }
}
