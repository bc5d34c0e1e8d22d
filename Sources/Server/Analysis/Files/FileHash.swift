internal import HoldfastCrypto
internal import HoldfastRPC
internal import HoldfastWire

/// The hash of a file's content as it comes. Computed away from the loops.
///
/// `@unchecked Sendable`: belongs to one upload, which waits for each step before the next.
final class FileHash: @unchecked Sendable {
  private var hash: SHA256?

  init() throws { hash = try SHA256() }

  /// Takes the next bytes.
  /// - Throws: `unavailable` when the hub has too much to do.
  nonisolated(nonsending) func add(_ bytes: [UInt8]) async throws {
    do {
      try await WorkerPool.shared.run { self.hash?.update(bytes) }
    } catch let refusal as WorkerPool.Refusal {
      throw CallError<Never>(refusal)
    }
  }

  /// The hash of all that was taken, once.
  func finish() -> [UInt8] { hash.take()?.finish() ?? [] }
}

extension CallError<Never> {
  /// What it means for a caller that no thread was there for a call's work.
  init(_ refusal: WorkerPool.Refusal) {
    self.init(.unavailable, "the hub has too much to do; try again later", cause: refusal)
    retryAfter = Limits.overloadPause
  }
}
