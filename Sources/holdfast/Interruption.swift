import HoldfastRPC
import HoldfastSDK

/// Work that a person may want to stop.
enum Interruption {
  /// Does the work until it is done, or until somebody asks the program to end: then the work is cancelled, and what it had
  /// begun ends in good order. Who asks twice does not wait for that.
  ///
  /// - Returns: what the work returns; nil when it was stopped.
  /// - Throws: what the work throws of itself.
  static func stoppable<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value? {
    let signals = TerminationSignals()
    let working = Task { try await work() }
    let isAsked = Lock(false)
    let watching = Task {
      // Ends after the first, and with it the hold on signals.
      for await _ in signals {
        isAsked.withLock { $0 = true }
        working.cancel()
        return
      }
    }
    defer { watching.cancel() }
    do {
      return try await working.value
    } catch {
      if isAsked.withLock({ $0 }) { return nil }
      throw error
    }
  }
}
