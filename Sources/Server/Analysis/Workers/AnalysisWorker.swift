internal import HoldfastContract

/// One that works on columns: in this process, or in another behind a stream.
protocol AnalysisWorker: Sendable {
  var id: WorkerID { get }
  var name: String { get }
  var chains: Set<String> { get }
  /// Columns that it works on at once.
  var slots: Int { get }

  /// What tells results of a chain from those that another version of it would make; nil where nobody knows.
  func version(of chain: String) -> String?

  /// Works on a batch, and returns one result for each text.
  /// - Throws: `WorkerFailure` when it cannot, `CancellationError` when nobody wants the result any longer.
  nonisolated(nonsending) func work(_ batch: WorkBatch) async throws -> BatchReport
}

/// Why nothing came of a batch.
struct WorkerFailure: Error, CustomStringConvertible {
  let description: String
}
