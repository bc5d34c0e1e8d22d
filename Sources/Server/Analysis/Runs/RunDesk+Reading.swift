internal import HoldfastAnalysis
internal import HoldfastContract
internal import HoldfastRPC
internal import HoldfastStore
internal import HoldfastWire

/// What runs read: their files, and how far they are.
extension RunDesk {
  /// The texts of a column from a row on.
  func texts(of column: String, in run: AnalysisRun, from row: Int64) async throws -> ColumnTexts {
    let content = try await content(of: run)
    let layout = try await content.layout(as: run.options.dialect)
    guard let place = layout.columns.firstIndex(of: column) else {
      throw NoSuchColumn(column: column, known: Array(layout.columns.prefix(Limits.toldColumns)))
    }
    return try ColumnTexts(content, layout.dialect, column: place, from: row)
  }

  private func content(of run: AnalysisRun) async throws -> FileContent {
    let record = try await store.read { try FileTable.find(space: run.space, file: run.file, $0) }
    guard let record, record.state == .ready else { throw NoSuchFile(file: run.file) }
    return files.content(record, in: run.spaceName)
  }

  /// Tokens of texts by the run's rule.
  func tokens(in texts: [String], _ options: RunOptions) -> Int64 {
    guard let rule = HoldfastAnalysis.TokenRules.named(options.tokens) else { return 0 }
    return texts.reduce(0) { $0 + Int64(rule.tokens(in: $1)) }
  }

  /// Counts the records of a run's file beside the run, so that its progress can be told.
  func count(_ content: FileContent, _ layout: FileLayout, of run: Int64) {
    Task {
      do {
        let texts = try ColumnTexts(content, layout.dialect, column: 0, from: .max)
        while try await !texts.next(1, bytes: 0).isEmpty {}
        let rows = texts.rows
        try await store.write { try AnalysisRunTable.setRows(Int64(rows), of: run, $0) }
        signals.announce(run)
      } catch {
        // The run itself will say what is wrong with the file.
        report("the rows of the analysis \(run) were not counted: \(error)")
      }
    }
  }

  /// How far a run is, as clients see it.
  func status(of run: AnalysisRun, _ columns: [AnalysisColumn], in space: String) -> RunStatus {
    var options = run.options
    options.columns = columns.map(\.name)
    let price = AnalysisCalls.price(options) ?? .zero
    return RunStatus(
      run: run.run, space: space, file: run.file, state: run.state, options: options,
      columns: columns.map { column in
        ColumnStatus(
          column: column.name, done: UInt64(clamping: column.rowsDone), errors: UInt64(clamping: column.errors),
          worker: column.isDone ? "" : worker(of: LeasedColumn(run: run.id, number: column.id)),
          summary: column.found, reused: column.isReused)
      },
      done: UInt64(clamping: run.done), total: UInt64(clamping: run.rowCount) * UInt64(columns.count),
      left: left(of: run, columns: columns.count), tokens: UInt64(clamping: run.tokens),
      cost: Amount(tokens: Int(clamping: run.tokens), price: price).description, began: run.began.timestamp,
      ended: run.ended?.timestamp, by: run.who, failure: run.failure)
  }
}
