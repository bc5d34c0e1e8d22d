internal import HoldfastContract
internal import HoldfastRPC
internal import HoldfastStore
internal import HoldfastWire

/// What comes of analyses, as it is made.
extension AnalysisCalls {
  nonisolated(nonsending) func results(
    _ request: ResultsRequest, replies: ReplyWriter<RunEvent>, context: CallContext
  ) async throws {
    try admit(context, .read, to: request.space)
    var run = try await find(request.run, in: request.space)
    if run.isEmptied { throw Self.isEmptied }
    guard request.after <= UInt64(clamping: run.done) else {
      throw CallError<Never>(
        .outOfRange, "the run has \(run.done) items so far; item \(request.after) is none of them")
    }
    runs.signals.beginWatch(of: run.id)
    defer { runs.signals.endWatch(of: run.id) }
    var last = request.after
    var told = MonotonicTime(nanoseconds: 0)
    while true {
      let news = runs.signals.news(of: run.id)
      // Its state is read before its items: those of a run that is over are all there.
      run = try await find(request.run, in: request.space)
      let isOver = run.state != .running
      if run.isEmptied {
        if run.state == .done { throw Self.isEmptied }
        // It went on until now: its status says why it ended.
        return try await replies.send(.progress(status(of: run, in: request.space)))
      }
      let blocks = try await blocks(of: run, after: last, request.column)
      for block in blocks.wanted { try await replies.send(.items(block)) }
      last = blocks.last
      // The token may have been revoked meanwhile.
      try admit(context, .read, to: request.space)
      let isUpToDate = last >= UInt64(clamping: run.done)
      if isOver ? isUpToDate : .now() - told >= Limits.progressPause {
        try await replies.send(.progress(status(of: run, in: request.space)))
        told = .now()
      }
      guard isUpToDate else { continue }
      if isOver { return }
      try await runs.signals.wait(for: run.id, after: news)
    }
  }

  private static let isEmptied = CallError<Never>(
    .failedPrecondition, "the file of the analysis was removed, and all that came of it; upload and analyse it again")

  /// Some items after `sequence`, those of one column if it is named, and the last of all that were looked at.
  private nonisolated(nonsending) func blocks(
    of run: AnalysisRun, after sequence: UInt64, _ column: String
  ) async throws -> (wanted: [ItemBlock], last: UInt64) {
    let seal = persistence.seal(of: run.spaceName)
    return try await persistence.storing {
      try await store.scan { transaction in
        let names = try AnalysisRunTable.columnNames(of: run.id, transaction)
        _ = try Self.column(column, in: names)
        let found = try ItemTable.read(
          run: run.id, after: sequence, names: names, bytes: Limits.pageBytes, opening: seal, transaction)
        let last = found.last.map { $0.sequence + UInt64($0.results.count) - 1 } ?? sequence
        return (column.isEmpty ? found : found.filter { $0.column == column }, last)
      }
    }
  }
}
