/// What comes of column analysis, and who works for it.
struct AnalysisMetrics: MetricSource {
  let calls: AnalysisCalls

  private var meter: AnalysisMeter { calls.files.meter }

  func write(to text: inout MetricText) {
    text.counter("holdfast_files_uploaded_total", "Files that were uploaded whole.", meter.filesUploaded.value)
    text.counter("holdfast_uploaded_bytes_total", "Bytes of files that were kept.", meter.bytesUploaded.value)
    text.metric("holdfast_profiles_total", .counter, "Profiles that were made, of the whole file or of a sample.")
    text.sample([("kind", "exact")], meter.exactProfiles.value)
    text.sample([("kind", "sampled")], meter.sampledProfiles.value)
    writeRuns(to: &text)
    writeWork(to: &text)
    writeWorkers(to: &text)
  }

  private func writeRuns(to text: inout MetricText) {
    text.gauge("holdfast_runs", "Runs that go on.", calls.runs.running)
    text.counter("holdfast_runs_begun_total", "Runs that were begun.", meter.runsBegun.value)
    text.metric("holdfast_runs_ended_total", .counter, "Runs that have ended, by how they did.")
    text.sample([("state", "cancelled")], meter.runsCancelled.value)
    text.sample([("state", "done")], meter.runsDone.value)
    text.sample([("state", "failed")], meter.runsFailed.value)
    text.counter("holdfast_columns_analyzed_total", "Columns that are done.", meter.columnsDone.value)
  }

  private func writeWork(to text: inout MetricText) {
    let work = meter.workByChain
    text.metric("holdfast_items_analyzed_total", .counter, "Texts that have their item, by chain.")
    for (chain, work) in work { text.sample([("chain", chain)], work.items) }
    text.metric("holdfast_item_errors_total", .counter, "Items that are errors, by chain.")
    for (chain, work) in work { text.sample([("chain", chain)], work.errors) }
    text.metric("holdfast_tokens_total", .counter, "Tokens of the texts that have their item, by chain.")
    for (chain, work) in work { text.sample([("chain", chain)], work.tokens) }
    text.metric("holdfast_cost_total", .counter, "What they cost at the prices of their runs, by chain.")
    for (chain, work) in work { text.sample([("chain", chain)], real: work.cost) }
  }

  private func writeWorkers(to text: inout MetricText) {
    let workers = calls.runs.workers
    text.metric("holdfast_workers", .gauge, "Workers that are here, by whether they gave a sign of life in time.")
    text.sample([("state", "healthy")], UInt64(workers.count { $0.isHealthy }))
    text.sample([("state", "stalled")], UInt64(workers.count { !$0.isHealthy }))
    text.metric("holdfast_worker_slots", .gauge, "Columns that the workers have, and that they could have besides.")
    text.sample([("state", "free")], UInt64(clamping: workers.reduce(0) { $0 + $1.entry.worker.slots - $1.leases }))
    text.sample([("state", "used")], UInt64(clamping: workers.reduce(0) { $0 + $1.leases }))
    text.gauge("holdfast_columns_waiting", "Columns that nobody works on now.", calls.runs.waiting)
    text.counter("holdfast_leases_total", "Times that a worker was given a column.", meter.leasesBegun.value)
    text.counter(
      "holdfast_leases_expired_total", "Leases of workers that were silent, or at one batch, for too long.",
      meter.leasesExpired.value)
    text.counter(
      "holdfast_leases_redistributed_total", "Columns that went on with another lease before they were done.",
      meter.leasesMoved.value)
    text.counter(
      "holdfast_late_results_refused_total", "Results that came after their lease had ended.",
      meter.resultsRefused.value)
  }
}
