internal import HoldfastContract
internal import HoldfastStore

extension PersistenceCalls {
  /// Removes some of the values of context that have expired, each with its row in the log.
  /// - Returns: how many.
  nonisolated(nonsending) func purgeExpiredContext() async throws -> Int {
    let now = now
    let isDue = try await store.scan { transaction in
      try !ContextTable.expired(at: now, limit: 1, transaction).isEmpty
    }
    guard isDue else { return 0 }
    let history = max(1, settings.contextHistory)
    return try await store.write { [defaultQuota] transaction in
      let due = try ContextTable.expired(at: now, limit: Limits.purgedValues, transaction)
      let ledger = transaction.shared(SpaceLedger.self)
      for (key, space) in due {
        guard let address = ContextAddress(decoding: key) else {
          throw StoreError(.corrupt, "a row of context in the space \(space) has a key that is none")
        }
        let account = try ledger.openAccount(named: space, transaction)
        var mutation = Mutation(of: account, now: now, by: Self.housekeeper, defaultQuota: defaultQuota, sealing: nil)
        try mutation.expire(address, key: key, history: history, transaction)
        try mutation.finish(nil, outcome: [], transaction)
      }
      return due.count
    }
  }
}
