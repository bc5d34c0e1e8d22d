internal import HoldfastContract
internal import HoldfastRPC
internal import HoldfastStore
internal import HoldfastWire

/// Workers in other processes.
extension AnalysisCalls {
  nonisolated(nonsending) func work(
    _ requests: RequestStream<WorkerReport>, replies: ReplyWriter<WorkBatch>, context: CallContext
  ) async throws {
    var reports = requests.makeAsyncIterator()
    guard case .joined(let joined)? = try await reports.next()?.value else {
      throw CallError<Never>(.invalidArgument, "a worker says first who it is")
    }
    try admit(context, .write, to: joined.space)
    try check(joined)
    let space = try await persistence.storing {
      try await store.write { transaction in
        try transaction.shared(SpaceLedger.self).openAccount(named: joined.space, transaction).id
      }
    }
    let worker = RemoteWorker(runs.nextWorker(), joined)
    runs.join(worker, of: space)
    defer {
      runs.leave(worker.id)
      worker.leave()
    }
    let sending = Task {
      while let batch = await worker.nextBatch() { try await replies.send(batch) }
    }
    defer { sending.cancel() }
    while let report = try await reports.next() {
      // The token may have been revoked meanwhile.
      try admit(context, .write, to: joined.space)
      runs.noteSign(of: worker.id)
      switch report.value {
      case .batch(let batch):
        if !worker.take(batch) { files.meter.resultsRefused.add() }
      // What only newer workers say is a sign of life too.
      case .alive, nil: break
      case .joined: throw CallError<Never>(.invalidArgument, "a worker joins once")
      }
    }
  }

  nonisolated(nonsending) func workers(_ request: WorkersRequest, context: CallContext) async throws -> WorkersReply {
    try admit(context, .read, to: request.space)
    let space = try await persistence.storing {
      try await store.read { [spaces = persistence.spaces] in try spaces.id(of: request.space, $0) }
    }
    return WorkersReply(
      workers: runs.workers.filter { $0.entry.space == nil || $0.entry.space == space }.map { found in
        WorkerStatus(
          name: found.entry.worker.name, healthy: found.isHealthy, leases: UInt32(clamping: found.leases),
          batches: found.entry.batches, joined: found.entry.joined.timestamp,
          chains: found.entry.worker.chains.sorted())
      })
  }

  private func check(_ joined: WorkerJoined) throws {
    guard !joined.name.isEmpty, joined.name.utf8.count <= Limits.workerNameBytes else {
      throw CallError<Never>(.invalidArgument, "a worker's name has 1 to \(Limits.workerNameBytes) bytes")
    }
    guard !joined.chains.isEmpty, joined.chains.count <= Limits.workerChains,
      joined.chains.allSatisfy({ !$0.isEmpty && $0.utf8.count <= Limits.workerNameBytes })
    else { throw CallError<Never>(.invalidArgument, "a worker has 1 to \(Limits.workerChains) chains with names") }
    guard
      joined.versions.allSatisfy({ joined.chains.contains($0.key) && $0.value.utf8.count <= Limits.workerNameBytes })
    else {
      throw CallError<Never>(
        .invalidArgument, "a worker says versions of its own chains, each of up to \(Limits.workerNameBytes) bytes")
    }
  }
}
