internal import HoldfastContract
internal import HoldfastStore
internal import HoldfastWire

/// A value's row without its content.
struct ValueRecord {
  var id: Int64
  var version: Int64
  /// Bytes of the content.
  var size: Int64
  var expires: Moment?

  /// Whether the value is there at `now`: one that has expired is not, whether it has been purged or not.
  func isAlive(at now: Moment) -> Bool { expires.map { now < $0 } ?? true }
}

/// The rows of values.
enum ValueTable {
  static func find<Reading: Transaction & ~Copyable>(
    space: Int64, key: [UInt8], _ transaction: borrowing Reading
  ) throws(StoreError) -> ValueRecord? {
    try transaction.first(
      "SELECT id, version, length(content), expires FROM value WHERE space = $1 AND key = $2",
      [.integer(space), .bytes(key)]
    ) { row in
      ValueRecord(
        id: row.integer(0), version: row.integer(1), size: row.integer(2),
        expires: row.optionalInteger(3).map { Moment(microseconds: $0) })
    }
  }

  /// The whole value, if it is alive and its content is not larger than `limit`.
  static func read<Reading: Transaction & ~Copyable>(
    space: Int64, key: String, now: Moment, limit: Int, _ transaction: borrowing Reading
  ) throws -> Value? {
    var tooLarge: Int64?
    let found = try transaction.first(
      "SELECT version, type, updated, expires, length(content), content FROM value WHERE space = $1 AND key = $2",
      [.integer(space), .bytes(Array(key.utf8))]
    ) { row -> Value? in
      let expires = row.optionalInteger(3).map { Moment(microseconds: $0) }
      guard expires.map({ now < $0 }) ?? true else { return nil }
      guard row.integer(4) <= limit else {
        tooLarge = row.integer(4)
        return nil
      }
      return Value(
        key: key, version: UInt64(clamping: row.integer(0)), content: row.bytes(5), type: row.text(1),
        updated: Moment(microseconds: row.integer(2)).timestamp, expires: expires?.timestamp)
    }
    if let tooLarge { throw TooLarge(what: "content", limit: UInt64(limit), size: UInt64(clamping: tooLarge)) }
    return found ?? nil
  }

  static func insert(
    space: Int64, key: [UInt8], version: Int64, at: Moment, expires: Moment?, type: String, content: [UInt8],
    _ transaction: borrowing WriteTransaction
  ) throws(StoreError) {
    try transaction.execute(
      """
      INSERT INTO value (space, key, version, updated, expires, type, content) VALUES ($1, $2, $3, $4, $5, $6, $7)
      """,
      [
        .integer(space), .bytes(key), .integer(version), .integer(at.microseconds), .integer(expires?.microseconds),
        .text(type), .bytes(content),
      ])
  }

  static func update(
    _ existing: ValueRecord, version: Int64, at: Moment, expires: Moment?, type: String, content: [UInt8],
    _ transaction: borrowing WriteTransaction
  ) throws(StoreError) {
    var changes: [SQLValue] = [
      .integer(existing.id), .integer(version), .integer(at.microseconds), .text(type), .bytes(content),
    ]
    let changed: Int
    if expires == existing.expires {
      // Its index is not looked at then.
      changed = try transaction.execute(
        "UPDATE value SET version = $2, updated = $3, type = $4, content = $5 WHERE id = $1", changes)
    } else {
      changes.append(.integer(expires?.microseconds))
      changed = try transaction.execute(
        "UPDATE value SET version = $2, updated = $3, type = $4, content = $5, expires = $6 WHERE id = $1", changes)
    }
    try expectOne(changed, existing.id)
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
