import HoldfastRPC

/// Where adapters do what blocks: files.
enum StorageThreads {
  private static let pool = WorkerPool(threadCount: 4, name: "hf-files")

  /// Runs `body` on one of the threads.
  ///
  /// - Parameters:
  ///   - failure: what to say when it fails for a reason of the system's.
  ///   - key: the key that it is about.
  static func run<Value: Sendable>(
    _ failure: String, _ key: String? = nil, _ body: @escaping @Sendable () throws(StorageError) -> Value
  ) async throws(StorageError) -> Value {
    do {
      return try await pool.run { try body() }
    } catch let error as WorkerPool.Refusal {
      throw StorageError(.unavailable, "too much waits for the disk; try again later", key: key, cause: error)
    } catch {
      throw StorageError(error, failure, key: key)
    }
  }
}
