internal import HoldfastContract
internal import HoldfastRPC
internal import HoldfastStore
internal import HoldfastWire

/// Keys, for administrators; who that is has been checked before.
extension PersistenceCalls: KeyAdministration {
  nonisolated(nonsending) func listKeys(_ request: ListKeysRequest) async throws -> ListKeysReply {
    guard let ring else { throw NotSealed() }
    return try await storing {
      var keys = try await ring.store.scan { transaction in
        try transaction.all(
          """
          SELECT id, space, subject, made, retired IS NOT NULL FROM key
          WHERE id > $1 AND fate = 0 AND ($2 = '' OR space = $2) ORDER BY id LIMIT $3
          """,
          [.integer(Int64(clamping: request.after)), .text(request.space), .integer(Limits.listedKeys + 1)]
        ) { row in
          KeyInfo(
            id: UInt64(clamping: row.integer(0)), space: row.text(1), subject: row.text(2),
            made: Moment(microseconds: row.integer(3)).timestamp, retired: row.integer(4) != 0)
        }
      }
      let hasMore = keys.count > Limits.listedKeys
      if hasMore { keys.removeLast() }
      return ListKeysReply(keys: keys, more: hasMore, progress: SealingProgress(ring.progress))
    }
  }

  nonisolated(nonsending) func rotateKeys(_ request: RotateKeysRequest) async throws -> RotateKeysReply {
    guard let ring else { throw NotSealed() }
    return try await storing {
      RotateKeysReply(
        keys: UInt64(
          request.master ? try await ring.replaceMaster() : try await ring.rotate(space: request.space)))
    }
  }
}

extension SealingProgress {
  fileprivate init(_ progress: SealProgress) {
    self.init(
      isRunning: progress.isRunning, lookedAt: UInt64(clamping: progress.looked),
      total: UInt64(clamping: progress.total), sealed: UInt64(clamping: progress.sealed))
  }
}
