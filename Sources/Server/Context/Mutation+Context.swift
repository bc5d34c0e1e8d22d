internal import HoldfastContract
internal import HoldfastStore

/// What a call does to the context of a space.
extension Mutation {
  /// Sets a value.
  /// - Parameter history: how many changes of the name are remembered, this one included.
  /// - Returns: its version.
  /// - Throws: `Conflict`, `QuotaExceeded` and `MissingKey` before anything has changed.
  mutating func set(
    _ new: NewContext, history: Int, _ transaction: borrowing WriteTransaction
  ) throws -> UInt64 {
    let key = new.address.encoded()
    let known = try ContextTable.records(space: account.id, key: key, transaction)
    try expect(new.expected, known.first, new.address)
    let surplus = known.dropFirst(history - 1)
    try account.grow(
      bytes: Int64(key.count + new.content.count) - surplus.reduce(0) { $0 + $1.bytes },
      values: known.first?.kind == .set ? 0 : 1, defaultQuota: defaultQuota)
    let sealed = try seal?.seal(
      new.content, of: .context(key: key, version: nextVersion), subject: new.address.subject ?? "")
    return try follow(known, surplus, key, new.address, .set, new, sealed, transaction)
  }

  /// Removes a value.
  /// - Parameters:
  ///   - history: how many changes of the name are remembered, this one included.
  ///   - forget: whether none of those before is.
  ///   - expected: the version that the name must have; nil for any.
  /// - Returns: the version of the removal; nil when there was nothing to remove.
  mutating func remove(
    _ address: ContextAddress, history: Int, forget: Bool, expected: UInt64?,
    _ transaction: borrowing WriteTransaction
  ) throws -> UInt64? {
    let key = address.encoded()
    let known = try ContextTable.records(space: account.id, key: key, transaction)
    try expect(expected, known.first, address)
    guard let latest = known.first, latest.kind == .set || forget && known.count > 1 else { return nil }
    let isAlive = latest.isInForce(at: now)
    let kind: ContextChangeKind = latest.kind == .set && !isAlive ? .expired : .removed
    let version = try remove(known, key, address, forget ? 1 : history, kind, transaction)
    return isAlive ? version : nil
  }

  /// Removes a value that has expired.
  mutating func expire(
    _ address: ContextAddress, key: [UInt8], history: Int, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) {
    let known = try ContextTable.records(space: account.id, key: key, transaction)
    guard let latest = known.first, latest.kind == .set, !latest.isInForce(at: now) else { return }
    _ = try remove(known, key, address, history, .expired, transaction)
  }

  /// Removes values that are about a subject, with all that is remembered of them, up to a change.
  /// - Returns: how many.
  mutating func eraseContext(
    of subject: String, until: Int64, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) -> Int {
    let keys = try ContextTable.keys(
      of: subject, in: account.id, until: until, limit: Limits.sealedRows, transaction)
    for key in keys {
      guard let address = ContextAddress(decoding: key) else {
        throw StoreError(.corrupt, "a row of context has a key that is none")
      }
      let known = try ContextTable.records(space: account.id, key: key, transaction)
      // What was written since stays, and is then the only thing that is remembered.
      let gone = known.filter { $0.version <= UInt64(clamping: until) }
      if gone.count == known.count {
        _ = try remove(known, key, address, 1, .removed, transaction)
        try ContextTable.forgetSubject(of: key, in: account.id, transaction)
      } else {
        account.row.bytes -= gone.reduce(0) { $0 + $1.bytes }
        for record in gone { try ContextTable.delete(record, transaction) }
      }
    }
    return keys.count
  }

  /// Puts a content there sealed that was not, which its version and watches know nothing of.
  mutating func replace(
    _ record: ContextRecord, key: [UInt8], by sealed: SealedContent, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) {
    try ContextTable.reseal(record.id, sealed, logged: nextVersion, transaction)
    entries.append(LogEntry(kind: .contextSealed, key: key, content: sealed.hash))
  }

  /// Removes what cannot be opened any more, as all that is about its subject has been erased.
  mutating func erase(
    _ record: ContextRecord, _ address: ContextAddress, key: [UInt8], _ transaction: borrowing WriteTransaction
  ) throws(StoreError) {
    let known = try ContextTable.records(space: account.id, key: key, transaction)
    if known.first?.id == record.id {
      _ = try remove(known, key, address, 1, .removed, transaction)
      try ContextTable.forgetSubject(of: key, in: account.id, transaction)
    } else {
      try ContextTable.delete(record, transaction)
      account.row.bytes -= record.bytes
    }
  }

  private mutating func remove(
    _ known: [ContextRecord], _ key: [UInt8], _ address: ContextAddress, _ history: Int, _ kind: ContextChangeKind,
    _ transaction: borrowing WriteTransaction
  ) throws(StoreError) -> UInt64 {
    let surplus = known.dropFirst(history - 1)
    // Never refused for the quota: a space that is full can be emptied.
    account.row.bytes += Int64(key.count) - surplus.reduce(0) { $0 + $1.bytes }
    if known.first?.kind == .set { account.row.values -= 1 }
    return try follow(known, surplus, key, address, kind, nil, nil, transaction)
  }

  /// Writes a change behind those that are known, and forgets the surplus of these.
  private mutating func follow(
    _ known: [ContextRecord], _ surplus: ArraySlice<ContextRecord>, _ key: [UInt8], _ address: ContextAddress,
    _ kind: ContextChangeKind, _ new: NewContext?, _ sealed: SealedContent?, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) -> UInt64 {
    let version = nextVersion
    for record in surplus { try ContextTable.delete(record, transaction) }
    if let latest = known.first, surplus.first?.id != latest.id { try ContextTable.retire(latest, transaction) }
    try ContextTable.insert(
      ChangeID(space: account.id, sequence: version), space: account.id, key: key, kind, at: now, by: who,
      subject: address.subject, new, sealed: sealed, transaction)
    entries.append(LogEntry(kind: kind.inLog, key: key, content: sealed?.hash ?? new?.contentHash ?? []))
    return UInt64(version)
  }

  private func expect(
    _ expected: UInt64?, _ latest: ContextRecord?, _ address: ContextAddress
  ) throws(Conflict) {
    guard let expected else { return }
    let actual = latest.map { $0.isInForce(at: now) ? $0.version : 0 } ?? 0
    guard actual == expected else { throw Conflict(key: address.name, expected: expected, actual: actual) }
  }
}
