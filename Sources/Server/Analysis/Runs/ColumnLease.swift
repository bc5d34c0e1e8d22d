internal import HoldfastContract
internal import HoldfastRPC
internal import HoldfastStore
internal import HoldfastWire

/// One worker's time with one column: texts go to the worker, and what comes of them goes to the store together with the
/// column's checkpoint, in one transaction that looks whether the lease still holds.
struct ColumnLease: Sendable {
  /// How a lease ends by itself.
  enum End: Sendable {
    /// The column is done.
    case done
    /// Somebody else has the column, or the run is over.
    case lost
  }

  let desk: RunDesk
  let key: LeasedColumn
  let worker: any AnalysisWorker
  let run: AnalysisRun
  var column: AnalysisColumn
  /// The run's trace; nil for a run from before there were traces.
  let trace: RunTrace?
  let span: OpenSpan

  /// Takes the column: leases from before no longer hold.
  /// - Returns: nil when there is nothing to do.
  static func begin(
    _ key: LeasedColumn, _ worker: any AnalysisWorker, at desk: RunDesk
  ) async throws -> ColumnLease? {
    let (now, name) = (desk.now, worker.name)
    let ring = desk.persistence.ring
    return try await desk.persistence.writeSealing { transaction -> ColumnLease? in
      guard var taken = try AnalysisRunTable.lease(key, keys: ring, transaction) else { return nil }
      if taken.column.result != nil, taken.run.version != worker.version(of: taken.run.options.chain) {
        try ResultTable.forget(key.number, transaction)
        taken.column.result = nil
      }
      try RunLogTable.append(
        taken.column.rowsDone == 0 ? "began" : "goes on after row \(taken.column.rowsDone)", by: name, run: key.run,
        column: key.number, at: now, sealing: ring.seal(of: taken.run.spaceName), transaction)
      let trace = try RunTrace.read(ofRun: key.run, transaction)
      return ColumnLease(
        desk: desk, key: key, worker: worker, run: taken.run, column: taken.column, trace: trace,
        span: span(of: taken.run, taken.column, worker, in: trace))
    }
  }

  /// What seals what comes of it.
  private var seal: SpaceSeal? { desk.persistence.seal(of: run.spaceName) }

  /// Works until the column is done.
  /// - Throws: `WorkerFailure` when the worker could not go on, and what is wrong with the file or the store.
  mutating func work() async throws -> End {
    let texts = try await desk.texts(of: column.name, in: run, from: column.rowsDone)
    var size = Limits.firstBatchTexts
    while true {
      let attempts = desk.attempts(at: key)
      let batch = try await texts.next(
        attempts >= Limits.wholeAttempts ? 1 : size, bytes: Limits.batchBytes)
      guard !batch.isEmpty else { return try await finish() }
      let report =
        attempts >= Limits.attempts
        ? BatchReport(
          results: [ItemResult(error: "no worker could work on this text")], summary: column.summary,
          found: column.found)
        : try await workInSpan(request(batch))
      guard report.results.count == batch.count else {
        throw WorkerFailure(description: "\(report.results.count) results came for \(batch.count) texts")
      }
      guard report.summary.count <= Limits.summaryBytes else {
        throw WorkerFailure(description: "its summary has more than \(Limits.summaryBytes) bytes")
      }
      guard try await keep(report, of: batch) else { return .lost }
      desk.progressed(key)
      size = min(Limits.batchTexts, size * 2)
    }
  }

  private func request(_ texts: [String]) -> WorkBatch {
    WorkBatch(
      run: run.run, column: column.name, chain: run.options.chain, fence: UInt64(clamping: column.fence),
      row: UInt64(clamping: column.rowsDone), texts: texts, summary: column.summary)
  }

  /// Keeps items and checkpoint.
  /// - Returns: whether the lease held.
  private mutating func keep(_ report: BatchReport, of texts: [String]) async throws -> Bool {
    var next = column
    next.rowsDone += Int64(texts.count)
    next.errors += Int64(report.results.count { !$0.error.isEmpty })
    next.summary = report.summary
    next.found = report.found
    let (key, run, first, now) = (key, run, column.rowsDone, desk.now)
    let tokens = desk.tokens(in: texts, run.options)
    next.tokens = next.tokens.map { $0 + tokens }
    let block = ItemBlock(row: UInt64(clamping: first), results: report.results)
    let seal = seal
    let kept = try await desk.persistence.writeSealing { [next] transaction in
      guard try AnalysisRunTable.holds(key, fence: next.fence, transaction) else { return false }
      let done = try AnalysisRunTable.append(block.results.count, tokens: tokens, to: run.id, transaction)
      var block = block
      block.sequence = UInt64(clamping: done - Int64(block.results.count) + 1)
      try ItemTable.insert(block, run: run.id, column: key.number, sealing: seal, transaction)
      try AnalysisRunTable.setCheckpoint(next, of: run.id, at: now, sealing: seal, transaction)
      return true
    }
    guard kept else {
      desk.meter.resultsRefused.add()
      return false
    }
    desk.meter.keep(block.results, of: run.options, tokens: tokens)
    column = next
    desk.live.note(
      texts: texts.count, bytes: texts.reduce(0) { $0 + $1.utf8.count }, of: run.id, now: .now())
    desk.signals.announce(run.id)
    return true
  }

  /// Notes that the column is done, and with the last one the run.
  private func finish() async throws -> End {
    var last = column
    last.isDone = true
    let (key, run, now, name) = (key, run, desk.now, worker.name)
    let seal = seal
    let isOver = try await desk.persistence.writeSealing { [last] transaction -> Bool? in
      guard try AnalysisRunTable.holds(key, fence: last.fence, transaction) else { return nil }
      try AnalysisRunTable.setCheckpoint(last, of: run.id, at: now, sealing: seal, transaction)
      try RunLogTable.append(
        "done: \(last.rowsDone) rows, \(last.errors) errors", by: name, run: run.id, column: key.number, at: now,
        sealing: seal, transaction)
      try AnalysisRunTable.setRows(last.rowsDone, of: run.id, transaction)
      guard try AnalysisRunTable.openColumns(of: run.id, transaction).isEmpty else { return false }
      return try AnalysisRunTable.end(run.id, .done, failure: "", at: now, transaction)
    }
    guard let isOver else { return .lost }
    desk.meter.columnsDone.add()
    if isOver {
      desk.meter.runEnded(.done)
      desk.live.forget(run.id)
      desk.noteSpan(of: run, trace, .done, columns: run.options.columns.count)
    }
    if let hash = column.result { desk.results.invalidate(ResultKey(space: run.space, hash: hash)) }
    desk.signals.announce(run.id)
    return .done
  }
}
