extension EventLoop {
  /// Runs `body` on the loop and returns what it does: at once when this is the loop's thread already.
  nonisolated(nonsending) func perform<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
    if isCurrent { return body() }
    return await withUnsafeContinuation { continuation in
      execute { continuation.resume(returning: body()) }
    }
  }
}
