internal import HoldfastAnalysis
internal import HoldfastCache
internal import HoldfastContract
internal import HoldfastRPC
internal import HoldfastStore
internal import HoldfastWire

/// What goes on about analyses: the workers that are here, and a task for each column that is leased.
///
/// The coordinator decides under the lock; what it decides is done after it, in the same order.
final class RunDesk: Sendable {
  /// A column's task, while its lease lasts.
  private struct Lease {
    let worker: WorkerID
    let task: Task<Void, Never>
    /// When the worker last got on with it.
    var lastProgress: MonotonicTime
  }

  private struct State {
    var coordinator = Coordinator(patience: Limits.workerPatience)
    var workers: [WorkerID: WorkerEntry] = [:]
    var leases: [LeasedColumn: Lease] = [:]
    /// How often each column was given up since its last item.
    var attempts: [LeasedColumn: Int] = [:]
    /// Columns whose last lease ended before they were done.
    var released: Set<LeasedColumn> = []
    var lastWorker: UInt64 = 0
    var flights = ResultFlights()
    var isClosed = false
  }

  /// A worker that is here.
  struct WorkerEntry: Sendable {
    let worker: any AnalysisWorker
    /// Whose columns it may have; nil for all.
    let space: Int64?
    let joined: Moment
    var batches: UInt64 = 0
  }

  let files: FileDesk
  let signals = RunSignals()
  let results: ResultDesk
  /// What estimates have said that runs take, in seconds, for the runs that may follow.
  let expected = Cache<ExpectedRun, Double>(capacity: Limits.expectedRuns, clock: { 0 }, weigher: { _, _ in 1 })
  /// How far the runs are that go on.
  let live = LiveRuns()
  let report: @Sendable (String) -> Void
  private let state = Lock(State())

  init(beside files: FileDesk, report: @escaping @Sendable (String) -> Void) {
    self.files = files
    self.report = report
    results = ResultDesk(beside: files.persistence, files.settings)
  }

  var store: Store { files.store }
  var persistence: PersistenceCalls { files.persistence }
  var now: Moment { persistence.now }
  var meter: AnalysisMeter { files.meter }
  var spans: SpanLog { files.spans }

  // MARK: Running

  /// Takes up the runs that went on when the hub ended, and looks after all until the task is cancelled.
  nonisolated(nonsending) func run() async {
    var hasTakenUp = false
    var lastReminder = MonotonicTime.now()
    while !Task.isCancelled {
      do {
        if !hasTakenUp {
          for columns in try await store.scan({ try AnalysisRunTable.running($0) }) {
            for run in Set(columns.map(\.column.run)) { live.begin(run, as: nil, now: .now()) }
            await enter(columns)
          }
          hasTakenUp = true
          try await results.warm(files.settings.warmedResults)
        }
      } catch {
        report("runs cannot be taken up: \(error)")
      }
      let now = MonotonicTime.now()
      check(now: now)
      // Whoever watches a run that does not get on wants to see that, and who works on it.
      if now - lastReminder >= Limits.reminderPause {
        signals.remind()
        lastReminder = now
      }
      try? await Task.sleep(for: Limits.workerCheck)
    }
    close()
  }

  /// Lets columns be worked on, but for those that wait for another which comes to the same.
  func begin(_ columns: [EnteringColumn]) {
    var missed = 0
    change { state in
      var changes: [Coordinator.Change] = []
      for entering in columns where state.flights.join(entering) {
        if entering.mayAdopt { missed += 1 }
        changes += state.coordinator.add([entering.column], chain: entering.chain, of: entering.space)
      }
      return changes
    }
    results.count { $0.misses += missed }
  }

  /// Nobody needs to work on these any longer.
  func drop(_ columns: [LeasedColumn]) {
    var waiting: [(leader: LeasedColumn, followers: [EnteringColumn])] = []
    change { state in
      for column in columns {
        state.attempts[column] = nil
        state.released.remove(column)
        waiting.append((column, state.flights.leave(column)))
      }
      return state.coordinator.remove(columns)
    }
    for entry in waiting { release(entry.followers, behind: entry.leader) }
  }

  /// Takes columns from workers that were silent, or that have been at one batch, for too long.
  func check(now: MonotonicTime) {
    change { state in
      var changes = state.coordinator.check(now: now)
      meter.leasesExpired.add(changes.count { if case .end = $0 { true } else { false } })
      for (column, lease) in state.leases.sorted(by: { $0.key < $1.key })
      where lease.lastProgress + Limits.batchTime <= now && state.coordinator.worker(of: column) == lease.worker {
        state.attempts[column, default: 0] += 1
        meter.leasesExpired.add()
        changes += state.coordinator.giveUp(column, by: lease.worker)
      }
      return changes
    }
  }

  private func close() {
    let tasks = state.withLock { state in
      state.isClosed = true
      defer { state.leases = [:] }
      return state.leases.values.map(\.task)
    }
    for task in tasks { task.cancel() }
    signals.close()
  }

  // MARK: Workers

  /// Makes the workers of the hub's own process.
  func joinLocal(_ count: Int) {
    let pool = WorkerPool(threadCount: count, name: "hf-chain")
    for number in 0..<count {
      join(LocalWorker(id: nextWorker(), name: "hub-\(number)", catalog: .standard, pool: pool), of: nil)
    }
  }

  /// How many of the hub's own workers there are.
  var localWorkers: Int { state.withLock { $0.workers.values.count { $0.space == nil } } }

  /// A number that no worker has had.
  func nextWorker() -> WorkerID {
    state.withLock { state in
      state.lastWorker += 1
      return WorkerID(number: state.lastWorker)
    }
  }

  /// - Parameter space: the only one that it works for; nil for all.
  func join(_ worker: any AnalysisWorker, of space: Int64?) {
    let now = now
    change { state in
      state.workers[worker.id] = WorkerEntry(worker: worker, space: space, joined: now)
      return state.coordinator.join(
        worker.id, chains: worker.chains, of: space, slots: worker.slots, givesSigns: !(worker is LocalWorker),
        now: .now())
    }
  }

  func leave(_ id: WorkerID) {
    change { state in
      state.workers[id] = nil
      return state.coordinator.leave(id)
    }
  }

  func noteSign(of id: WorkerID) {
    change { $0.coordinator.noteSign(of: id, now: .now()) }
  }

  /// Those that are here, in the order in which they joined.
  var workers: [(entry: WorkerEntry, isHealthy: Bool, leases: Int)] {
    state.withLock { state in
      state.workers.sorted { $0.key.number < $1.key.number }.map { id, entry in
        (entry, state.coordinator.isHealthy(id), state.coordinator.leases(of: id))
      }
    }
  }

  /// Who works on the column now.
  func worker(of column: LeasedColumn) -> String {
    state.withLock { state in
      state.coordinator.worker(of: column).flatMap { state.workers[$0]?.worker.name } ?? ""
    }
  }

  /// The version of a chain that all have who are here, have the chain and work for the space; nil where they differ, or
  /// one of them does not know.
  func version(of chain: String, for space: Int64) -> String? {
    let versions = state.withLock { state in
      state.workers.values.filter { ($0.space == nil || $0.space == space) && $0.worker.chains.contains(chain) }
        .map { $0.worker.version(of: chain) }
    }
    guard let first = versions.first, versions.allSatisfy({ $0 == first }) else { return nil }
    return first
  }

  /// Chains that somebody has who is here and works for the space.
  func chains(for space: Int64) -> Set<String> { state.withLock { $0.coordinator.chains(for: space) } }

  /// Runs that go on, and their columns that nobody works on now.
  var running: Int { state.withLock { $0.coordinator.runs } }
  var waiting: Int { state.withLock { $0.coordinator.idle } }

  // MARK: Leases

  func attempts(at column: LeasedColumn) -> Int { state.withLock { $0.attempts[column, default: 0] } }

  /// Items of the column were kept.
  func progressed(_ column: LeasedColumn) {
    state.withLock { state in
      state.attempts[column] = nil
      state.leases[column]?.lastProgress = .now()
      if let id = state.leases[column]?.worker { state.workers[id]?.batches += 1 }
    }
  }

  /// Lets the coordinator decide, and does what it says.
  private func change(_ decide: (inout State) -> [Coordinator.Change]) {
    let cancelled = state.withLock { state -> [Task<Void, Never>] in
      guard !state.isClosed else { return [] }
      var cancelled: [Task<Void, Never>] = []
      for change in decide(&state) {
        switch change {
        case .end(let column, _):
          if let lease = state.leases.removeValue(forKey: column) { cancelled.append(lease.task) }
          if state.coordinator.has(column) { state.released.insert(column) }
        case .begin(let column, let id):
          guard let worker = state.workers[id]?.worker else { continue }
          meter.leasesBegun.add()
          if state.released.remove(column) != nil { meter.leasesMoved.add() }
          state.leases[column] = Lease(
            worker: id, task: Task { await self.work(on: column, by: worker) }, lastProgress: .now())
        }
      }
      return cancelled
    }
    for task in cancelled { task.cancel() }
  }

  private func work(on column: LeasedColumn, by worker: any AnalysisWorker) async {
    do {
      guard var lease = try await ColumnLease.begin(column, worker, at: self) else { return drop([column]) }
      if try await lease.workInSpan() == .done { drop([column]) }
    } catch is CancellationError {
      return
    } catch let failure as WorkerFailure {
      await giveUp(column, worker, failure.description)
    } catch let error as StoreError {
      // Nothing is wrong with the run: it goes on when the store does.
      report("the analysis \(column.run) waits: \(error)")
      try? await Task.sleep(for: Limits.storePause)
      await giveUp(column, worker, nil)
    } catch {
      await fail(column.run, "\(error)")
    }
  }

  private func giveUp(_ column: LeasedColumn, _ worker: any AnalysisWorker, _ reason: String?) async {
    guard !Task.isCancelled else { return }
    if let reason {
      let now = now
      do {
        try await persistence.writeSealing { [ring = persistence.ring] transaction in
          guard let run = try AnalysisRunTable.find(column.run, transaction) else { return }
          try RunLogTable.append(
            "given up: \(reason)", by: worker.name, run: column.run, column: column.number, at: now,
            sealing: ring.seal(of: run.spaceName), transaction)
        }
      } catch {
        report("the log of the analysis \(column.run) was not written: \(error)")
      }
    }
    change { state in
      guard state.coordinator.worker(of: column) == worker.id else { return [] }
      if reason != nil { state.attempts[column, default: 0] += 1 }
      return state.coordinator.giveUp(column, by: worker.id)
    }
  }

  /// The run cannot go on, whoever works for it.
  private func fail(_ run: Int64, _ reason: String) async {
    do {
      try await end(run, .failed, failure: reason)
    } catch {
      report("the analysis \(run) failed (\(reason)), which was not written: \(error)")
    }
  }

  /// Ends a run that goes on.
  /// - Returns: whether it went on.
  @discardableResult
  nonisolated(nonsending) func end(_ run: Int64, _ state: RunState, failure: String) async throws -> Bool {
    let now = now
    let (wasRunning, columns, found, trace) = try await store.write { transaction in
      (
        try AnalysisRunTable.end(run, state, failure: failure, at: now, transaction),
        try AnalysisRunTable.columnNumbers(of: run, transaction), try AnalysisRunTable.find(run, transaction),
        try RunTrace.read(ofRun: run, transaction)
      )
    }
    if wasRunning, let found {
      meter.runEnded(state)
      noteSpan(of: found, trace, state, columns: columns.count, failure: failure)
    }
    drop(columns.map { LeasedColumn(run: run, number: $0) })
    signals.announce(run)
    live.forget(run)
    return wasRunning
  }
}
