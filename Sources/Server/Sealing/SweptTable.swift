internal import HoldfastContract
internal import HoldfastStore

/// A table whose rows have contents, as `SealSweep` goes through it.
struct SweptTable: Sendable {
  /// How many rows have a content.
  let count: SQL
  /// `id` and `seal` of some of them, after one.
  let page: SQL
  /// Rows that are looked at in one read, and those that one transaction seals anew.
  var pageRows = Limits.sweptRows
  var jobRows = Limits.sealedRows
  /// Brings a row to the keys in force, or removes it when its key was destroyed in order to erase it.
  /// - Returns: false when it cannot be opened.
  let change: @Sendable (Int64, SweepJob, borrowing WriteTransaction) throws -> Bool

  static let all = [
    SweptValue.table, SweptContext.table, SweptEntity.table, SweptConflict.table, SweptOutcome.table,
    SweptChunk.table, SweptItems.table, SweptCheckpoint.table, SweptRunLog.table,
  ]
}

/// What the sweep has at hand in a job of the store.
struct SweepJob: Sendable {
  let ring: KeyRing
  let now: Moment
  let defaultQuota: SpaceAccount.Quota

  /// What changes a space, and seals in it.
  func mutation(
    of space: String, _ seal: SpaceSeal, _ transaction: borrowing WriteTransaction
  ) throws(StoreError) -> Mutation {
    let account = try transaction.shared(SpaceLedger.self).openAccount(named: space, transaction)
    return Mutation(
      of: account, now: now, by: PersistenceCalls.housekeeper, defaultQuota: defaultQuota, sealing: seal)
  }
}

extension PersistenceCalls {
  /// Brings some rows of a table to the keys in force.
  /// - Returns: how many could not be opened.
  /// - Throws: `MissingKey` when a key has to be made first; nothing was done then.
  nonisolated(nonsending) func sealAnew(_ rows: [Int64], of table: SweptTable, _ ring: KeyRing) async throws -> Int {
    let job = SweepJob(ring: ring, now: now, defaultQuota: defaultQuota)
    return try await store.write { transaction in
      var unreadable = 0
      for id in rows where try !table.change(id, job, transaction) { unreadable += 1 }
      return unreadable
    }
  }
}
