internal import HoldfastContract
internal import HoldfastCrypto
internal import HoldfastStore
internal import HoldfastWire

/// The rows of context. All statements that a content passes through stand here, but for those of the sweep.
enum ContextTable {
  /// A content as it was given, which a row has in a column, with its key in the next; nil when it has been erased.
  private static func content(
    _ row: borrowing HoldfastStore.Row, _ column: Int, _ seal: SpaceSeal?, of address: ContextAddress, _ version: UInt64
  ) throws(StoreError) -> [UInt8]? {
    try seal.content(
      row, column, sealedBy: row.optionalInteger(column + 1),
      of: .context(key: address.encoded(), version: Int64(clamping: version)))
  }

  // MARK: Reading

  static let inForce: SQL = """
    SELECT id, at, expires, who, type, content, seal FROM context
    WHERE space = $1 AND is_latest = 1 AND key = $2 AND kind = 1 AND (expires IS NULL OR expires > $3)
    """
  static let holds: SQL = """
    SELECT 1 FROM context WHERE space = $1 AND is_latest = 1 AND key >= $2 AND key < $3 LIMIT 1
    """
  static let page: SQL = """
    SELECT key, id, at, expires, who, type, size, CASE $6 WHEN 1 THEN NULL ELSE content END, seal FROM context
    WHERE space = $1 AND is_latest = 1 AND key >= $2 AND key < $3 AND kind = 1 AND (expires IS NULL OR expires > $4)
    ORDER BY key LIMIT $5
    """
  static let past: SQL = """
    SELECT id, kind, at, expires, who, type, size, content, seal FROM context
    WHERE space = $1 AND is_latest = $2 AND key = $3 AND id < $4 ORDER BY id DESC
    """
  static let changes: SQL = """
    SELECT c.id - $1, c.kind, c.at, v.expires, c.who, v.type, v.size, v.content, v.seal, c.key FROM change AS c
    LEFT JOIN context AS v ON $4 = 0 AND v.id = c.id WHERE c.id > $2 AND c.id <= $3 ORDER BY c.id
    """
  static let hasChanges: SQL = "SELECT 1 FROM context WHERE id > $1 AND id <= $2 LIMIT 1"

  /// Whether a place may have values.
  static func holdsAny<Reading: Transaction & ~Copyable>(
    space: Int64, _ place: ContextAddress, _ transaction: borrowing Reading
  ) throws(StoreError) -> Bool {
    let start = place.encoded()
    // No UTF-8 has the byte 255: this is behind every name of the place.
    return try transaction.first(holds, [.integer(space), .bytes(start), .bytes(start + [0xff])]) { _ in true } ?? false
  }

  /// What a name is in one place.
  static func read<Reading: Transaction & ~Copyable>(
    space: Int64, _ address: ContextAddress, now: Moment, opening seal: SpaceSeal?, _ transaction: borrowing Reading
  ) throws(StoreError) -> ContextEntry? {
    let found = try transaction.first(
      inForce, [.integer(space), .bytes(address.encoded()), .integer(now.microseconds)]
    ) { (row) throws(StoreError) -> ContextEntry? in
      let version = UInt64(row.integer(0) & ChangeID.lastSequence)
      guard let content = try content(row, 5, seal, of: address, version) else { return nil }
      return ContextEntry(
        name: address.name, scope: address.scope, version: version, content: content, type: row.text(4),
        written: Moment(microseconds: row.integer(1)).timestamp,
        expires: row.optionalInteger(2).map { Moment(microseconds: $0).timestamp }, by: row.text(3))
    }
    return found ?? nil
  }

  /// Values of a place, in order of their names.
  ///
  /// - Parameters:
  ///   - start: the place and what the names begin with.
  ///   - after: only names after this one.
  ///   - body: gets them until it returns false, with the bytes of their contents.
  static func forEach(
    in space: Int64, from start: ContextAddress, after: ContextAddress?, now: Moment, limit: Int, isBare: Bool,
    opening seal: SpaceSeal?, _ transaction: borrowing ReadTransaction, _ body: (ContextEntry, Int) -> Bool
  ) throws(StoreError) {
    let prefix = start.encoded()
    // The least key after another is that and a zero byte.
    let afterwards = after.map { $0.encoded() + [0] } ?? []
    try transaction.forEach(
      page,
      [
        .integer(space), .bytes(prefix.lexicographicallyPrecedes(afterwards) ? afterwards : prefix),
        .bytes(prefix + [0xff]), .integer(now.microseconds), .integer(limit), .integer(isBare ? 1 : 0),
      ]
    ) { (row) throws(StoreError) in
      guard let address = ContextAddress(decoding: row.bytes(0)) else {
        throw StoreError(.corrupt, "the row \(row.integer(1)) of context has a key that is none")
      }
      let version = UInt64(row.integer(1) & ChangeID.lastSequence)
      let own = row.isNull(7) ? [] : try content(row, 7, seal, of: address, version)
      guard let own else { return true }
      let entry = ContextEntry(
        name: address.name, scope: address.scope, version: version, content: own, type: row.text(5),
        written: Moment(microseconds: row.integer(2)).timestamp,
        expires: row.optionalInteger(3).map { Moment(microseconds: $0).timestamp }, by: row.text(4))
      return body(entry, isBare ? 0 : Int(clamping: row.integer(6)))
    }
  }

  /// What a name has been before a change, the newest first, until `body` returns false.
  static func forEachPast(
    space: Int64, _ address: ContextAddress, before version: Int64, now: Moment, opening seal: SpaceSeal?,
    _ transaction: borrowing ReadTransaction, _ body: (ContextChange, Int) -> Bool
  ) throws(StoreError) {
    var goesOn = true
    for isLatest in [1, 0] as [Int64] where goesOn {
      try transaction.forEach(
        past,
        [
          .integer(space), .integer(isLatest), .bytes(address.encoded()),
          .integer(ChangeID(space: space, sequence: version).rawValue),
        ]
      ) { (row) throws(StoreError) in
        let version = UInt64(row.integer(0) & ChangeID.lastSequence)
        let kind = ContextChangeKind(rawValue: Int32(clamping: row.integer(1)))
        let change = try change(row, address, version, kind, now, seal)
        goesOn = body(change, Int(clamping: row.integer(6)))
        return goesOn
      }
    }
  }

  /// The changes of context in a part of a space's log, in order.
  ///
  /// - Parameters:
  ///   - wanted: whether a change there is asked for.
  ///   - body: gets each change's place in the sequence and, where it is one of context that is wanted, the change with
  ///     the bytes of its content; until it returns false.
  static func forEachChange(
    in space: Int64, after sequence: Int64, upTo last: Int64, now: Moment, isBare: Bool, opening seal: SpaceSeal?,
    _ transaction: borrowing ReadTransaction, wanted: (ContextAddress) -> Bool,
    body: (Int64, (change: ContextChange, bytes: Int)?) -> Bool
  ) throws(StoreError) {
    let first = ChangeID(space: space, sequence: 0).rawValue
    try transaction.forEach(
      changes, [.integer(first), .integer(first + sequence), .integer(first + last), .integer(isBare ? 1 : 0)]
    ) { (row) throws(StoreError) in
      let sequence = row.integer(0)
      guard let kind = ContextChangeKind(ChangeKind(rawValue: Int32(clamping: row.integer(1)))),
        let address = ContextAddress(decoding: row.bytes(9)), wanted(address)
      else { return body(sequence, nil) }
      let change = try change(row, address, UInt64(clamping: sequence), kind, now, seal)
      return body(sequence, (change, row.isNull(6) ? 0 : Int(clamping: row.integer(6))))
    }
  }

  /// Whether a part of a space's log may have changes of context. Those that are no longer remembered have later ones.
  static func hasChanges(
    in space: Int64, after sequence: Int64, upTo last: Int64, _ transaction: borrowing ReadTransaction
  ) throws(StoreError) -> Bool {
    let ends: [SQLValue] = [sequence, last].map { .integer(ChangeID(space: space, sequence: $0).rawValue) }
    return try transaction.first(hasChanges, ends) { _ in true } ?? false
  }

  /// A change of which a row tells, from its third column on, when it was, when it ends, by whom, type, size, content and
  /// the key by which this is sealed.
  private static func change(
    _ row: borrowing HoldfastStore.Row, _ address: ContextAddress, _ version: UInt64, _ kind: ContextChangeKind,
    _ now: Moment, _ seal: SpaceSeal?
  ) throws(StoreError) -> ContextChange {
    let at = Moment(microseconds: row.integer(2)).timestamp
    let expires = row.optionalInteger(3).map { Moment(microseconds: $0) }
    var change = ContextChange(
      kind: kind, name: address.name, scope: address.scope, version: version, at: at, by: row.text(4))
    guard kind == .set, !row.isNull(6), expires.map({ now < $0 }) ?? true else { return change }
    guard let content = try content(row, 7, seal, of: address, version) else { return change }
    change.entry = ContextEntry(
      name: address.name, scope: address.scope, version: version, content: content, type: row.text(5),
      written: at, expires: expires?.timestamp, by: row.text(4))
    return change
  }

  // MARK: Audit

  static let written: SQL = """
    SELECT v.id, v.key, v.kind, v.content, c.kind, c.key, c.content, c.who, c.at, v.seal FROM context AS v
    JOIN change AS c ON c.id = coalesce($1 + v.logged, v.id) WHERE v.id > $1 + $2 AND v.id <= $3 ORDER BY v.id LIMIT $4
    """

  /// A row beside what the log says was written.
  struct Written {
    let sequence: Int64
    /// The key in the log, as a person can read it.
    let shownKey: [UInt8]
    let isAsLogged: Bool
    let who: String
    let at: Moment
  }

  /// What is remembered of changes that are still in the log of a space, in order.
  static func forEachWritten(
    in space: Int64, after sequence: Int64, limit: Int, _ transaction: borrowing ReadTransaction,
    _ body: (Written) -> Void
  ) throws(StoreError) {
    let first = ChangeID(space: space, sequence: 0).rawValue
    let end = ChangeID(space: space, sequence: ChangeID.lastSequence).rawValue
    try transaction.forEach(
      written, [.integer(first), .integer(sequence), .integer(end), .integer(limit)]
    ) { row in
      let kind = ContextChangeKind(rawValue: Int32(clamping: row.integer(2)))
      // Of a sealed content the log has the hash of what is sealed: no key is needed.
      let isSealed = !row.isNull(9)
      let hash =
        row.isNull(3) ? [] : row.withBytes(3) { isSealed ? SealedContent.hash($0) : SHA256.hash($0) }
      let logged = LogEntry(
        kind: ChangeKind(rawValue: Int32(clamping: row.integer(4))), key: row.bytes(5), content: row.bytes(6))
      let isOfKind =
        logged.kind == .contextSealed ? isSealed && kind == .set : ContextChangeKind(logged.kind) == kind
      body(
        Written(
          sequence: row.integer(0) - first, shownKey: logged.shownKey,
          isAsLogged: isOfKind && row.bytes(1) == logged.key && hash == logged.content,
          who: row.text(7), at: Moment(microseconds: row.integer(8))))
      return true
    }
  }

  // MARK: Writing

  static let records: SQL = """
    SELECT id, kind, length(key) + size, expires FROM context
    WHERE space = $1 AND is_latest = $2 AND key = $3 ORDER BY id DESC
    """

  /// Everything that is remembered of a name in one place, the newest first.
  static func records<Reading: Transaction & ~Copyable>(
    space: Int64, key: [UInt8], _ transaction: borrowing Reading
  ) throws(StoreError) -> [ContextRecord] {
    var found: [ContextRecord] = []
    for isLatest in [1, 0] as [Int64] {
      found += try transaction.all(records, [.integer(space), .integer(isLatest), .bytes(key)]) { row in
        ContextRecord(
          id: row.integer(0), kind: ContextChangeKind(rawValue: Int32(clamping: row.integer(1))),
          bytes: row.integer(2), expires: row.optionalInteger(3).map { Moment(microseconds: $0) })
      }
      if found.isEmpty { break }
    }
    return found
  }

  /// Writes the row of a change that becomes what the name is now.
  /// - Parameters:
  ///   - new: what it sets; nil for a removal.
  ///   - sealed: the content, where the hub seals.
  static func insert(
    _ id: ChangeID, space: Int64, key: [UInt8], _ kind: ContextChangeKind, at: Moment, by who: String,
    subject: String?, _ new: NewContext?, sealed: SealedContent?, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) {
    try transaction.execute(
      """
      INSERT INTO context (id, space, key, is_latest, kind, at, expires, who, type, subject, size, content, seal)
      VALUES ($1, $2, $3, 1, $4, $5, $6, $7, $8, $9, $10, $11, $12)
      """,
      [
        .integer(id.rawValue), .integer(space), .bytes(key), .integer(Int64(kind.rawValue)),
        .integer(at.microseconds), .integer(new?.expires?.microseconds), .text(who), .text(new?.type ?? ""),
        subject.map { .text($0) } ?? .null, .integer(new?.content.count ?? 0),
        .bytes(sealed?.bytes ?? new?.content), .integer(sealed?.key),
      ])
  }
}
