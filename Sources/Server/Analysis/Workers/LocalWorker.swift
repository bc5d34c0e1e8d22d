package import HoldfastAnalysis
internal import HoldfastContract
internal import HoldfastRPC

/// A worker in the hub's own process, with the chains that come with it.
struct LocalWorker: AnalysisWorker {
  let id: WorkerID
  let name: String
  let catalog: ChainCatalog
  let pool: WorkerPool

  var chains: Set<String> { Set(catalog.names) }
  var slots: Int { Limits.localSlots }

  func version(of chain: String) -> String? { catalog.versions[chain] }

  nonisolated(nonsending) func work(_ batch: WorkBatch) async throws -> BatchReport {
    let catalog = catalog
    do {
      let done = try await pool.run { try catalog.analyze(batch.texts, with: batch.chain, from: batch.summary) }
      return BatchReport(
        run: batch.run, column: batch.column, fence: batch.fence, results: done.results.map(ItemResult.init),
        summary: done.checkpoint, found: done.summary.map(NamedFinding.init))
    } catch let error as ChainError {
      throw WorkerFailure(description: error.message)
    } catch let refusal as WorkerPool.Refusal {
      throw WorkerFailure(description: refusal.description)
    }
  }
}

extension ChainCatalog {
  /// What tells results of its chains from those of other programs' chains by the same names: they come with the program.
  package var versions: [String: String] {
    Dictionary(names.map { ($0, "holdfast " + HubServer.version) }) { first, _ in first }
  }
}
