internal import HoldfastContract
internal import HoldfastWire

/// The spans of a lease: its own is part of the run's, its batches' are parts of it, and a worker that says from when to when it
/// was at a batch has one in the batch's.
extension ColumnLease {
  static func span(
    of run: AnalysisRun, _ column: AnalysisColumn, _ worker: any AnalysisWorker, in trace: RunTrace?
  ) -> OpenSpan {
    var span = OpenSpan("column_lease", .internal, in: trace?.context)
    span.note("run", .text("\(run.run)"))
    span.note("column", .text(column.name))
    span.note("worker", .text(worker.name))
    span.note("fence", .integer(Int(clamping: column.fence)))
    span.note("row", .integer(Int(clamping: column.rowsDone)))
    return span
  }

  /// Works until the column is done, and notes the lease's span.
  mutating func workInSpan() async throws -> End {
    do {
      let end = try await work()
      var span = span
      span.note("end", .text(end == .done ? "done" : "lost"))
      span.note("rows", .integer(Int(clamping: column.rowsDone)))
      span.end(in: desk.spans)
      return end
    } catch {
      span.end(in: desk.spans, failure: error is CancellationError ? "the lease has ended" : "\(error)")
      throw error
    }
  }

  /// Has the worker do a batch.
  func workInSpan(_ batch: WorkBatch) async throws -> BatchReport {
    var batch = batch
    var open = OpenSpan(Span.batch, .internal, in: span.context)
    open.note("row", .integer(Int(clamping: batch.row)))
    open.note("texts", .integer(batch.texts.count))
    batch.traceparent = open.context.traceparent
    do {
      let report = try await worker.work(batch)
      if let worked = report.worked { note(worked, in: open.context) }
      open.end(in: desk.spans)
      return report
    } catch {
      open.end(in: desk.spans, failure: error is CancellationError ? "the lease has ended" : "\(error)")
      throw error
    }
  }

  /// What a worker says of itself, by its own clock.
  private func note(_ worked: WorkedSpan, in batch: TraceContext) {
    guard worked.span != 0, worked.began <= worked.ended else { return }
    desk.spans.add(
      Span(
        name: "work_batch", kind: .consumer,
        context: TraceContext(trace: batch.trace, span: worked.span, flags: batch.flags), parent: batch.span,
        began: worked.began, ended: worked.ended, attributes: [("worker", .text(worker.name))]))
  }
}

extension RunDesk {
  /// Notes the span of a run that has ended.
  func noteSpan(of run: AnalysisRun, _ trace: RunTrace?, _ state: RunState, columns: Int, failure: String = "") {
    guard let trace else { return }
    spans.add(
      Span(
        name: "analyze_multi_field", kind: .server, context: trace.context, parent: trace.parent,
        began: run.began.timestamp, ended: max(run.began, now).timestamp,
        attributes: [
          ("run", .text("\(run.run)")), ("file", .text("\(run.file)")), ("columns", .integer(columns)),
          ("chain", .text(run.options.chain)), ("state", .text("\(state)")),
        ],
        failure: failure.isEmpty ? nil : failure))
  }
}
