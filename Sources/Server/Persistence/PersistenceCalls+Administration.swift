internal import HoldfastContract
internal import HoldfastRPC
internal import HoldfastStore
internal import HoldfastWire

/// Quotas, for administrators; who that is has been checked before.
extension PersistenceCalls: SpaceAdministration {
  nonisolated(nonsending) func setQuota(_ quota: SpaceQuota) async throws -> SpaceStatus {
    // The scope `global` may have a quota like any space.
    if quota.space != GlobalContext.space { try checked(space: quota.space) }
    return try await storing {
      try await store.write { transaction in
        let account = try transaction.shared(SpaceLedger.self).openAccount(named: quota.space, transaction)
        account.row.quota = .init(bytes: Int64(clamping: quota.bytes), values: Int64(clamping: quota.values))
        return SpaceStatus(account.row, name: quota.space)
      }
    }
  }

  nonisolated(nonsending) func listSpaces() async throws -> [SpaceStatus] {
    try await storing {
      try await store.scan { transaction in
        try transaction.all(
          """
          SELECT sequence, floor, anchor, forgotten, digest, bytes, "values", quota_bytes, quota_values, name
          FROM space WHERE name <> $2 OR sequence > 0 ORDER BY name LIMIT $1
          """, [.integer(Limits.listedSpaces), .text(GlobalContext.space)]
        ) { (row) throws(StoreError) in SpaceStatus(try SpaceAccount.Row(row, from: 0), name: row.text(9)) }
      }
    }
  }
}

extension SpaceStatus {
  fileprivate init(_ row: SpaceAccount.Row, name: String) {
    self.init(
      space: name, bytes: UInt64(clamping: row.bytes), values: UInt64(clamping: row.values),
      sequence: UInt64(clamping: row.sequence),
      quota: SpaceQuota(
        space: name, bytes: UInt64(clamping: row.quota.bytes), values: UInt64(clamping: row.quota.values)))
  }
}
