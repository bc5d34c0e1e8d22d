internal import HoldfastContract
internal import HoldfastRPC
internal import HoldfastStore
internal import HoldfastWire

/// How columns of runs begin: with the items of an earlier analysis of the same, or behind one that goes on, or with a worker.
extension RunDesk {
  /// Begins columns of a run, in the order in which they are given.
  /// - Returns: whether some have their items already.
  @discardableResult
  nonisolated(nonsending) func enter(_ columns: [EnteringColumn]) async -> Bool {
    var open = columns
    do {
      let adopted = try await adopt(columns)
      open.removeAll { adopted.contains($0.column) }
    } catch {
      // They are worked on then, as if nothing had been analysed before.
      report("results of earlier analyses cannot be looked up: \(error)")
    }
    begin(open)
    return open.count < columns.count
  }

  /// Gives columns the items of those that were analysed before.
  /// - Returns: which.
  private nonisolated(nonsending) func adopt(_ columns: [EnteringColumn]) async throws -> Set<LeasedColumn> {
    var found: [(column: LeasedColumn, key: ResultKey, source: Int64)] = []
    for entering in columns where entering.mayAdopt {
      guard let key = entering.key, let source = try await results.find(key) else { continue }
      found.append((entering.column, key, source))
    }
    var adopted: Set<LeasedColumn> = []
    for start in stride(from: 0, to: found.count, by: Limits.adoptedColumns) {
      let piece = Array(found[start..<min(found.count, start + Limits.adoptedColumns)])
      adopted.formUnion(try await adopt(piece) { $0.hits += $1 })
    }
    // What was at hand of the others is not so any longer.
    for entry in found where !adopted.contains(entry.column) { results.invalidate(entry.key) }
    return adopted
  }

  private nonisolated(nonsending) func adopt(
    _ columns: [(column: LeasedColumn, key: ResultKey, source: Int64)],
    counting count: @escaping @Sendable (inout ResultDesk.Counters, Int) -> Void
  ) async throws -> Set<LeasedColumn> {
    let (now, since, ring) = (now, results.since, persistence.ring)
    let (adopted, ended) = try await persistence.writeSealing { transaction in
      var adopted: Set<LeasedColumn> = []
      var ended: [(run: AnalysisRun, trace: RunTrace?)] = []
      for entry in columns {
        guard
          let taken = try ResultTable.adopt(
            entry.column, from: entry.source, of: entry.key, since: since, transaction)
        else { continue }
        try RunLogTable.append(
          "has the \(taken.rows) items of an earlier analysis of the same", by: PersistenceCalls.housekeeper,
          run: entry.column.run, column: entry.column.number, at: now, sealing: ring.seal(of: taken.run.spaceName),
          transaction)
        adopted.insert(entry.column)
      }
      for run in Set(adopted.map(\.run)) {
        guard try AnalysisRunTable.openColumns(of: run, transaction).isEmpty else { continue }
        guard try AnalysisRunTable.end(run, .done, failure: "", at: now, transaction),
          let found = try AnalysisRunTable.find(run, transaction)
        else { continue }
        ended.append((found, try RunTrace.read(ofRun: run, transaction)))
      }
      return (adopted, ended)
    }
    meter.columnsDone.add(adopted.count)
    for (run, trace) in ended {
      meter.runEnded(.done)
      live.forget(run.id)
      noteSpan(of: run, trace, .done, columns: run.options.columns.count)
    }
    results.count { count(&$0, adopted.count) }
    for run in Set(adopted.map(\.run)) { signals.announce(run) }
    return adopted
  }

  /// Lets columns that have waited for another go on, which has ended somehow.
  func release(_ followers: [EnteringColumn], behind leader: LeasedColumn) {
    guard !followers.isEmpty else { return }
    Task {
      var open = followers
      do {
        let adopted = try await adopt(
          followers.compactMap { follower in follower.key.map { (follower.column, $0, leader.number) } }
        ) { $0.joined += $1 }
        open.removeAll { adopted.contains($0.column) }
      } catch {
        report("the analysis of columns like one that has ended is not taken over: \(error)")
      }
      begin(open)
    }
  }
}
