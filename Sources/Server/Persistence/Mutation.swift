internal import HoldfastContract
internal import HoldfastCrypto
internal import HoldfastStore

/// A value to be stored, with what can be worked out before the writer has its turn.
struct NewValue: Sendable {
  var key: [UInt8]
  var content: [UInt8]
  var contentHash: [UInt8]
  var type: String
  var expires: Moment?
  var expected: UInt64?
  /// Whom it is about; empty when nobody was named.
  var subject = ""
}

/// What one call does to a space, within its job: changes rows, and collects what the log will say of it.
struct Mutation: ~Copyable {
  let account: SpaceAccount
  let now: Moment
  let who: String
  let defaultQuota: SpaceAccount.Quota
  let seal: SpaceSeal?
  var entries: [LogEntry] = []

  /// - Parameter seal: nil where the hub seals nothing.
  init(
    of account: SpaceAccount, now: Moment, by who: String, defaultQuota: SpaceAccount.Quota, sealing seal: SpaceSeal?
  ) {
    self.account = account
    self.now = now
    self.who = who
    self.defaultQuota = defaultQuota
    self.seal = seal
  }

  /// Whether nothing has changed yet.
  var isEmpty: Bool { entries.isEmpty }

  /// The version that the next change gives: its sequence.
  var nextVersion: Int64 { account.row.sequence + Int64(entries.count) + 1 }

  /// Stores a value.
  /// - Returns: its version.
  /// - Throws: `Conflict`, `QuotaExceeded` and `MissingKey` before anything has changed.
  mutating func put(_ value: NewValue, _ transaction: borrowing WriteTransaction) throws -> UInt64 {
    let recent = transaction.shared(RecentValues.self)
    let existing = try find(value.key, recent, transaction)
    try expect(value.expected, existing, key: value.key)
    let freed = existing.map { Int64(value.key.count) + $0.size } ?? 0
    try account.grow(
      bytes: Int64(value.key.count + value.content.count) - freed, values: existing == nil ? 1 : 0,
      defaultQuota: defaultQuota)
    let version = nextVersion
    let (content, hash) = try stored(value, transaction)
    if let existing {
      try ValueTable.update(
        existing, version: version, at: now, expires: value.expires, type: value.type, content, transaction)
      let record = ValueRecord(
        id: existing.id, version: version, size: Int64(value.content.count), expires: value.expires,
        mark: content.mark)
      recent.note(record, space: account.id, key: value.key)
    } else {
      try ValueTable.insert(
        space: account.id, key: value.key, version: version, at: now, expires: value.expires, type: value.type,
        content, transaction)
    }
    entries.append(LogEntry(kind: .put, key: value.key, content: hash))
    return UInt64(version)
  }

  /// A value's content as its row is to have it, and the hash that the log is to have.
  private func stored(
    _ value: NewValue, _ transaction: borrowing WriteTransaction
  ) throws -> (StoredContent, hash: [UInt8]) {
    guard seal != nil || !value.subject.isEmpty else {
      return (StoredContent(bytes: value.content), value.contentHash)
    }
    let sealed = try seal?.seal(value.content, of: .value(key: value.key), subject: value.subject)
    var mark = ValueMark(seal: sealed?.key)
    if !value.subject.isEmpty {
      mark.subject = try SubjectTable.number(of: value.subject, in: account.id, transaction)
    }
    return (StoredContent(bytes: sealed?.bytes ?? value.content, mark: mark), sealed?.hash ?? value.contentHash)
  }

  /// Removes a value.
  /// - Returns: the version of the deletion; nil when there was nothing to delete.
  mutating func delete(
    key: [UInt8], expected: UInt64?, _ transaction: borrowing WriteTransaction
  ) throws -> UInt64? {
    let existing = try find(key, transaction.shared(RecentValues.self), transaction)
    try expect(expected, existing, key: key)
    guard let existing else { return nil }
    let isAlive = existing.isAlive(at: now)
    let version = nextVersion
    try remove(existing, key: key, kind: isAlive ? .delete : .expired, transaction)
    return isAlive ? UInt64(version) : nil
  }

  /// Removes a value that has expired.
  mutating func expire(_ record: ValueRecord, key: [UInt8], _ transaction: borrowing WriteTransaction)
    throws(StoreError)
  {
    try remove(record, key: key, kind: .expired, transaction)
  }

  /// Removes a value, because all is that is about its subject.
  mutating func erase(_ record: ValueRecord, key: [UInt8], _ transaction: borrowing WriteTransaction)
    throws(StoreError)
  {
    try remove(record, key: key, kind: .erased, transaction)
  }

  /// Puts a value's content there sealed that was not, which its version and watches know nothing of.
  mutating func replace(
    _ record: ValueRecord, key: [UInt8], by sealed: SealedContent, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) {
    let change = nextVersion
    try ValueTable.reseal(record.id, sealed, logged: change, transaction)
    transaction.shared(RecentValues.self).note(nil, space: account.id, key: key)
    entries.append(LogEntry(kind: .valueSealed, key: key, content: sealed.hash))
  }

  /// Compares a key's version with what the caller expects.
  func check(key: [UInt8], expected: UInt64, _ transaction: borrowing WriteTransaction) throws -> UInt64 {
    try expect(expected, find(key, transaction.shared(RecentValues.self), transaction), key: key)
    return expected
  }

  func get(key: String, limit: Int, _ transaction: borrowing WriteTransaction) throws -> Value? {
    try ValueTable.read(space: account.id, key: key, now: now, limit: limit, opening: seal, transaction)
  }

  /// Writes the log. A call that changed nothing leaves nothing there: sent again, it is judged anew.
  consuming func finish(
    _ operation: OperationIdentity?, outcome: [UInt8], _ transaction: borrowing WriteTransaction
  ) throws(StoreError) {
    guard !entries.isEmpty else { return }
    try ChangeLog.append(
      entries, to: account, at: now, who: who, operation: operation, outcome: outcome, transaction)
  }

  private func find(
    _ key: [UInt8], _ recent: RecentValues, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) -> ValueRecord? {
    if let known = recent.find(space: account.id, key: key) { return known }
    return try ValueTable.find(space: account.id, key: key, transaction)
  }

  // MARK: Rules

  private func expect(_ expected: UInt64?, _ existing: ValueRecord?, key: [UInt8]) throws(Conflict) {
    guard let expected else { return }
    let actual = existing.map { $0.isAlive(at: now) ? UInt64(clamping: $0.version) : 0 } ?? 0
    guard actual == expected else {
      throw Conflict(key: String(decoding: key, as: UTF8.self), expected: expected, actual: actual)
    }
  }

  private mutating func remove(
    _ record: ValueRecord, key: [UInt8], kind: ChangeKind, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) {
    try ValueTable.delete(record.id, transaction)
    transaction.shared(RecentValues.self).note(nil, space: account.id, key: key)
    account.row.bytes -= Int64(key.count) + record.size
    account.row.values -= 1
    entries.append(LogEntry(kind: kind, key: key, content: []))
  }
}
