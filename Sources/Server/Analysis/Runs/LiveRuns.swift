internal import HoldfastAnalysis
internal import HoldfastCache
internal import HoldfastContract
internal import HoldfastRPC
internal import HoldfastWire

/// What is left of the runs that go on: what was estimated before they began, set right by how they get on.
final class LiveRuns: Sendable {
  private struct Entry {
    var live: LiveEstimate
    /// Whether there was an estimate before it began: otherwise nothing can be said before it has shown its pace.
    let isEstimated: Bool
    var batches = 0
    var lastBatch: MonotonicTime
  }

  /// Estimates, for the runs that may follow.
  private let estimates = Cache<ExpectedRun, Estimate>(
    capacity: Limits.expectedRuns, clock: { 0 }, weigher: { _, _ in 1 })
  private let entries = Lock<[Int64: Entry]>([:])

  /// Remembers what was estimated.
  /// - Parameter parallelism: columns that are worked on at once.
  func note(_ estimate: Estimate, for run: ExpectedRun, parallelism: Double) {
    var estimate = estimate
    let seconds = estimate.seconds
    estimate.seconds = Bounds(
      seconds.value / parallelism, lower: seconds.lower / parallelism, upper: seconds.upper / parallelism)
    estimates.put(run, estimate)
  }

  /// A run begins, or goes on in this process.
  /// - Parameter run: what it may have been estimated as.
  func begin(_ id: Int64, as run: ExpectedRun?, now: MonotonicTime) {
    let estimate = run.flatMap { estimates.get($0) }
    let entry = Entry(
      live: estimate.map { LiveEstimate($0) } ?? LiveEstimate(coverage: Limits.liveCoverage),
      isEstimated: estimate != nil, lastBatch: now)
    entries.withLock { if $0[id] == nil { $0[id] = entry } }
  }

  /// Some texts of a run are done.
  func note(texts: Int, bytes: Int, of id: Int64, now: MonotonicTime) {
    entries.withLock { entries in
      // One that has just been cancelled is forgotten already.
      guard var entry = entries[id] else { return }
      entry.live.add(texts: texts, bytes: bytes, seconds: (now - entry.lastBatch) / .seconds(1))
      entry.batches += 1
      entry.lastBatch = now
      entries[id] = entry
    }
  }

  /// The run has ended.
  func forget(_ id: Int64) { entries.withLock { _ = $0.removeValue(forKey: id) } }

  /// Seconds until so many texts more are done, and the share of runs that end between the bounds.
  /// - Returns: nil while nothing can be said.
  func left(of id: Int64, texts: Int) -> (seconds: Bounds<Double>, coverage: Double)? {
    let entry = entries.withLock { $0[id] }
    guard let entry, entry.isEstimated || entry.batches >= Limits.shownBatches else { return nil }
    var live = entry.live
    live.setLeft(texts: texts)
    return (live.secondsLeft, live.estimate.coverage)
  }
}

extension RunDesk {
  /// What is left of a run that goes on: time, and by the texts so far tokens and cost.
  func left(of run: AnalysisRun, columns: Int) -> RunEstimate? {
    guard run.state == .running, run.rowCount > 0 else { return nil }
    let total = UInt64(clamping: run.rowCount) * UInt64(columns)
    let texts = total - min(total, UInt64(clamping: run.done))
    guard let left = live.left(of: run.id, texts: Int(clamping: texts)) else { return nil }
    let tokens = run.done > 0 ? min(1e18, Double(run.tokens) / Double(run.done) * Double(texts)).rounded() : 0
    let price = AnalysisCalls.price(run.options) ?? .zero
    return RunEstimate(
      rows: columns > 0 ? texts / UInt64(columns) : 0, seconds: left.seconds.value, lower: left.seconds.lower,
      upper: left.seconds.upper, coverage: left.coverage, tokens: UInt64(tokens), rule: run.options.tokens,
      cost: Amount(tokens: Int(tokens), price: price).description)
  }
}
