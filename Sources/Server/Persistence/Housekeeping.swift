internal import HoldfastContract
internal import HoldfastStore

/// What the hub does by itself: removes values that have expired, and keeps the logs of changes short (`LogTending`).
extension PersistenceCalls {
  /// Who the log says has removed an expired value.
  static let housekeeper = "holdfast"

  /// Keeps house until the task is cancelled. Errors go to `report`, and the work goes on with the next turn.
  ///
  /// - Parameter tell: what a person who looks after the hub should know.
  nonisolated(nonsending) func run(tell: (String) -> Void = { _ in }, report: (any Error) -> Void) async {
    var round = LogRound()
    var sweep = SealSweep()
    while !Task.isCancelled {
      var isBehind = false
      do {
        while try await purgeExpired() == Limits.purgedValues {}
        while try await purgeExpiredContext() == Limits.purgedValues {}
        try await tendLogs(&round)
        try await finishErasures()
        if let ring { try await sweep.work(ring, self, tell: tell) }
        isBehind = round.isBehind || ring?.progress.isRunning == true
      } catch {
        report(error)
        round = LogRound()
      }
      if !isBehind { try? await Task.sleep(for: settings.housekeeping) }
    }
  }

  /// Removes some of the values that have expired, each with its row in the log.
  /// - Returns: how many.
  nonisolated(nonsending) func purgeExpired() async throws -> Int {
    let now = now
    let isDue = try await store.scan { transaction in
      try transaction.first("SELECT 1 FROM value WHERE expires <= $1 LIMIT 1", [.integer(now.microseconds)]) { _ in true
      }
    }
    guard isDue == true else { return 0 }
    let (defaultQuota, ring) = (defaultQuota, ring)
    return try await store.write { transaction in
      let due = try transaction.all(
        """
        SELECT v.id, v.version, length(v.content), v.key, s.name, v.seal FROM value AS v JOIN space AS s ON s.id = v.space
        WHERE v.expires <= $1 ORDER BY v.expires LIMIT $2
        """, [.integer(now.microseconds), .integer(Limits.purgedValues)]
      ) { row in
        (
          record: ValueRecord(
            id: row.integer(0), version: row.integer(1),
            size: SealedContent.size(stored: row.integer(2), isSealed: !row.isNull(5))),
          key: row.bytes(3), space: row.text(4)
        )
      }
      let ledger = transaction.shared(SpaceLedger.self)
      for row in due {
        let account = try ledger.openAccount(named: row.space, transaction)
        var mutation = Mutation(
          of: account, now: now, by: Self.housekeeper, defaultQuota: defaultQuota,
          sealing: ring.map { SpaceSeal(ring: $0, space: row.space) })
        try mutation.expire(row.record, key: row.key, transaction)
        try mutation.finish(nil, outcome: [], transaction)
      }
      return due.count
    }
  }
}
