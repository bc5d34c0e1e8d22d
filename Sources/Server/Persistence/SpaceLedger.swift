internal import HoldfastContract
internal import HoldfastStore

/// A space's row, for the jobs of a group: read once, changed in memory, written before the commit.
final class SpaceAccount {
  struct Quota: Equatable {
    /// Of keys and contents. Zero stands for the hub's default.
    var bytes: Int64
    var values: Int64
  }

  /// What the row holds, but for id and name.
  struct Row: Equatable {
    var sequence: Int64 = 0
    /// Changes up to this one are no longer in the log.
    var floor: Int64 = 0
    /// The digest of the change at the floor: that with which the chain in the log begins.
    var anchor = ChainDigest.first
    /// Changes up to this one no longer serve calls that are sent twice.
    var forgotten: Int64 = 0
    /// The end of the chain of digests.
    var digest = ChainDigest.first
    /// Of keys and contents.
    var bytes: Int64 = 0
    var values: Int64 = 0
    var quota = Quota(bytes: 0, values: 0)
  }

  let id: Int64
  let name: String
  @exclusivity(unchecked) var row: Row
  /// As the database has it.
  private(set) var stored: Row
  /// As the last job that was kept left it.
  private var kept: Row

  init(id: Int64, name: String, _ row: Row) {
    self.id = id
    self.name = name
    self.row = row
    stored = row
    kept = row
  }

  func jobEnded(kept isKept: Bool) {
    if isKept { kept = row } else { row = kept }
  }

  func flushed() { stored = row }

  /// Counts what a change adds, or takes away where it is negative.
  /// - Throws: when the quota does not allow it, before anything has changed.
  func grow(bytes: Int64, values: Int64, defaultQuota: Quota) throws(QuotaExceeded) {
    try allow(bytes: bytes, values: values, defaultQuota: defaultQuota)
    row.bytes += bytes
    row.values += values
  }

  /// Looks whether the quota allows so much more.
  func allow(bytes: Int64, values: Int64, defaultQuota: Quota) throws(QuotaExceeded) {
    let allowedBytes = row.quota.bytes > 0 ? row.quota.bytes : defaultQuota.bytes
    let allowedValues = row.quota.values > 0 ? row.quota.values : defaultQuota.values
    // What shrinks is always allowed: a space whose quota was lowered can be emptied.
    if bytes > 0, row.bytes + bytes > allowedBytes {
      throw QuotaExceeded(
        space: name, resource: "bytes", limit: UInt64(clamping: allowedBytes), used: UInt64(clamping: row.bytes))
    }
    if values > 0, row.values + values > allowedValues {
      throw QuotaExceeded(
        space: name, resource: "values", limit: UInt64(clamping: allowedValues), used: UInt64(clamping: row.values))
    }
  }
}

extension SpaceAccount.Row {
  /// Reads `sequence, floor, anchor, forgotten, digest, bytes, "values", quota_bytes, quota_values` from a column on.
  init(_ row: borrowing HoldfastStore.Row, from first: Int) throws(StoreError) {
    self.init(
      sequence: row.integer(first), floor: row.integer(first + 1), anchor: try ChainDigest(row, first + 2),
      forgotten: row.integer(first + 3), digest: try ChainDigest(row, first + 4), bytes: row.integer(first + 5),
      values: row.integer(first + 6), quota: .init(bytes: row.integer(first + 7), values: row.integer(first + 8)))
  }
}

/// The spaces that groups of jobs work on.
///
/// Their rows stay at hand from group to group: nobody but the writer changes them, and always here.
final class SpaceLedger: GroupState {
  private var accounts: [String: SpaceAccount] = [:]
  /// The one that was asked for last: most jobs ask for that again.
  @exclusivity(unchecked) private var last: SpaceAccount?
  /// Those that the group has asked for, job by job.
  @exclusivity(unchecked) private var used: [SpaceAccount] = []
  /// Where those of the job that runs now begin.
  private var firstOfJob = 0
  /// Those whose rows the job which runs now has made.
  private var made: [String] = []

  init() {}

  /// A space by its name, made when it does not exist yet.
  func openAccount(named name: String, _ transaction: borrowing WriteTransaction) throws(StoreError) -> SpaceAccount {
    let account = if let last, last.name == name { last } else { try find(name, transaction) }
    last = account
    if used.count == firstOfJob || used.last !== account { used.append(account) }
    return account
  }

  private func find(_ name: String, _ transaction: borrowing WriteTransaction) throws(StoreError) -> SpaceAccount {
    if let known = accounts[name] { return known }
    let stored = try read(name, transaction)
    let account = if let stored { stored } else { try make(name, transaction) }
    accounts[name] = account
    return account
  }

  private func read(_ name: String, _ transaction: borrowing WriteTransaction) throws(StoreError) -> SpaceAccount? {
    try transaction.first(
      """
      SELECT id, sequence, floor, anchor, forgotten, digest, bytes, "values", quota_bytes, quota_values
      FROM space WHERE name = $1
      """, [.text(name)]
    ) { (row) throws(StoreError) in SpaceAccount(id: row.integer(0), name: name, try .init(row, from: 1)) }
  }

  private func make(_ name: String, _ transaction: borrowing WriteTransaction) throws(StoreError) -> SpaceAccount {
    try transaction.execute(
      """
      INSERT INTO space (name, sequence, floor, digest, bytes, "values", quota_bytes, quota_values)
      VALUES ($1, 0, 0, $2, 0, 0, 0, 0)
      """, [.text(name), .bytes(ChainDigest.first.bytes)])
    made.append(name)
    guard let account = try read(name, transaction), account.id <= ChangeID.lastSpace else {
      throw StoreError(.tooLarge, "the hub has had all the spaces that it can have")
    }
    return account
  }

  func jobEnded(kept: Bool) {
    for account in used[firstOfJob...] { account.jobEnded(kept: kept) }
    firstOfJob = used.count
    guard !made.isEmpty else { return }
    if !kept {
      for name in made { accounts[name] = nil }
      last = nil
    }
    made.removeAll(keepingCapacity: true)
  }

  func flush(_ transaction: borrowing WriteTransaction) throws(StoreError) {
    for account in used where account.row != account.stored {
      let row = account.row
      try transaction.execute(
        """
        UPDATE space SET sequence = $2, floor = $3, anchor = $4, forgotten = $5, digest = $6, bytes = $7,
          "values" = $8, quota_bytes = $9, quota_values = $10
        WHERE id = $1
        """,
        [
          .integer(account.id), .integer(row.sequence), .integer(row.floor), .bytes(row.anchor.bytes),
          .integer(row.forgotten), .bytes(row.digest.bytes), .integer(row.bytes), .integer(row.values),
          .integer(row.quota.bytes), .integer(row.quota.values),
        ])
      account.flushed()
    }
  }
  func outlivesCommit() -> Bool {
    used.removeAll(keepingCapacity: true)
    firstOfJob = 0
    return accounts.count <= Limits.recentSpaces
  }
}
