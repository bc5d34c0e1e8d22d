public import HoldfastContract
public import HoldfastRPC
public import HoldfastWire

/// Works for a hub: gets texts of columns that are analysed, and sends back what comes of each.
///
///     let worker = Worker(hub, space: "shop", chain: "length") { batch in
///       batch.texts.map { text in
///         ItemResult(findings: [NamedFinding(name: "characters", value: .integer(Int64(text.count)))])
///       }
///     }
///     try await worker.run()
///
/// Runs that ask for the chain get its results while such a worker is there, and wait while there is none. Several may work
/// at once, each on columns of its own; they join and leave at will. What a worker had under way when it left, another does
/// again, and each text has one result all the same.
public struct Worker: Sendable {
  /// What came of a batch.
  public struct Outcome: Sendable {
    /// One for each text, in their order.
    public var results: [ItemResult]
    /// What is known of all texts of the column so far: comes with the column's next batch, wherever that goes. At most 1 MiB.
    public var summary: [UInt8]
    /// The same, for people who ask how far the run is.
    public var found: [NamedFinding]

    public init(results: [ItemResult], summary: [UInt8] = [], found: [NamedFinding] = []) {
      self.results = results
      self.summary = summary
      self.found = found
    }
  }

  /// Works on one batch. An error that it throws is the result of each text of the batch.
  public typealias Work = @Sendable (WorkBatch) async throws -> Outcome

  private let client: AnalysisClient
  private let joined: WorkerJoined
  private let backoff: Backoff
  private let work: Work

  /// - Parameters:
  ///   - space: for whose runs it works.
  ///   - name: what logs call it, up to 128 bytes.
  ///   - chains: the names of the chains that `work` has.
  ///   - slots: columns that it works on at once; `work` is called for each of them.
  ///   - versions: of chains, by their names; another one when the chain would find something else in the same text. Of a
  ///     chain with a version, the hub uses results again for the same content; of others it does not.
  public init(
    _ hub: Hub, space: String, name: String = "worker", chains: [String], slots: Int = 4,
    versions: [String: String] = [:], backoff: Backoff = .standard, work: @escaping Work
  ) {
    client = hub.analysis
    joined = WorkerJoined(
      space: space, name: name, chains: chains, slots: UInt32(clamping: max(1, slots)), versions: versions)
    self.backoff = backoff
    self.work = work
  }

  /// A worker with one chain that looks at each text by itself.
  public init(
    _ hub: Hub, space: String, name: String = "worker", chain: String, slots: Int = 4, version: String? = nil,
    backoff: Backoff = .standard, work: @escaping @Sendable (WorkBatch) async throws -> [ItemResult]
  ) {
    let versions = version.map { [chain: $0] } ?? [:]
    self.init(
      hub, space: space, name: name, chains: [chain], slots: slots, versions: versions, backoff: backoff
    ) { batch in
      Outcome(results: try await work(batch))
    }
  }

  /// Works until the task is cancelled, across lost connections.
  ///
  /// - Throws: what waiting does not mend, such as a credential that is refused.
  public nonisolated(nonsending) func run() async throws(CallError<AnalysisMethods.WorkFailure>) {
    var failures = 0
    while true {
      do throws(CallError<AnalysisMethods.WorkFailure>) {
        try await serve { failures = 0 }
        // The hub has ended the call in good order: it is shutting down.
        failures += 1
      } catch {
        guard error.status == .unavailable || error.retryAfter != nil, !Task.isCancelled else { throw error }
        failures += 1
      }
      do {
        try await Task.sleep(for: backoff.delay(before: failures))
      } catch {
        throw CallError(.cancelled, "the worker was stopped", cause: error)
      }
    }
  }

  /// One connection's time.
  private nonisolated(nonsending) func serve(
    _ hasBegun: () -> Void
  ) async throws(CallError<AnalysisMethods.WorkFailure>) {
    let call = client.work()
    let batches = OngoingBatches()
    defer {
      batches.cancel()
      call.cancel()
    }
    // Signs come after it: a worker says first who it is.
    try await call.send(.joined(joined))
    let alive = Task {
      // A call that has ended needs no further sign; what ended it, the replies tell.
      while (try? await call.send(.alive(WorkerAlive()))) != nil { try await Task.sleep(for: Self.signs) }
    }
    defer { alive.cancel() }
    for try await batch in call.replies {
      hasBegun()
      batches.start { [work] in
        let outcome: Outcome
        let began = WorkedSpan.now()
        // What the work calls in turn is part of its own span.
        let trace = TraceContext(traceparent: batch.traceparent)?.child()
        var traced = batch
        if let trace { traced.traceparent = trace.traceparent }
        do {
          outcome = try await work(traced)
        } catch {
          if Task.isCancelled { return }
          outcome = Outcome(
            results: batch.texts.map { _ in ItemResult(error: "\(error)") }, summary: batch.summary)
        }
        // A call that has ended is told by its replies; the batch is another's then.
        try? await call.send(
          .batch(
            BatchReport(
              run: batch.run, column: batch.column, fence: batch.fence, results: outcome.results,
              summary: outcome.summary, found: outcome.found,
              worked: trace.map { WorkedSpan($0, since: began) })))
      }
    }
  }

  /// How often a worker says that it lives.
  private static let signs: Duration = .seconds(1)
}

/// Batches that are worked on.
private final class OngoingBatches: Sendable {
  private struct State {
    var tasks: [UInt64: Task<Void, Never>] = [:]
    var last: UInt64 = 0
  }

  private let state = Lock(State())

  func start(_ work: @escaping @Sendable () async -> Void) {
    state.withLock { state in
      state.last += 1
      let number = state.last
      state.tasks[number] = Task {
        await work()
        self.state.withLock { $0.tasks[number] = nil }
      }
    }
  }

  func cancel() {
    for task in state.withLock({ Array($0.tasks.values) }) { task.cancel() }
  }
}
