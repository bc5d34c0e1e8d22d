internal import HoldfastAnalysis
internal import HoldfastContract
internal import HoldfastRPC
internal import HoldfastWire

/// Where files are read and profiled: away from the loops, and from the threads that calls need for what is short.
enum AnalysisThreads {
  private static let pool = WorkerPool(threadCount: Limits.profileThreads, name: "hf-analysis")

  /// Runs `body` on one of the threads.
  /// - Throws: what it throws, `BadFile` where that is a `CSVError`; `unavailable` when too much waits already.
  nonisolated(nonsending) static func run<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
  ) async throws -> Value {
    do {
      return try await pool.run(body)
    } catch let refusal as WorkerPool.Refusal {
      throw CallError<Never>(refusal)
    } catch let error as CSVError {
      throw BadFile(reason: error.message)
    }
  }
}
