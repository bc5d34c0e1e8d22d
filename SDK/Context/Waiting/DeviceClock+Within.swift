import HoldfastWire

/// What came of work that has until a certain time.
enum Timely<Value: Sendable>: Sendable {
  case done(Value)
  /// It was not done by then.
  case late
  /// Whoever asked for it was cancelled.
  case cancelled
}

extension DeviceClock {
  /// Does the work, but waits for it no longer than until `end`. What is late is cancelled, and nobody waits for it: it may
  /// take no notice.
  func within<Value: Sendable>(
    _ end: MonotonicTime, _ body: @escaping @Sendable () async -> Value
  ) async -> Timely<Value> {
    let landing = Landing<Timely<Value>>()
    let work = work
    // Each has a count of its own: what is late goes on counting until it ends.
    work(1)
    let task = Task {
      await Self.$isCounted.withValue(true) { _ = landing.land(.done(await body())) }
      work(-1)
    }
    work(1)
    let timer = Task { [sleep] in
      defer { work(-1) }
      // Cancelled when it is done in time.
      do { try await sleep(end) } catch { return }
      landing.land(.late)
      task.cancel()
    }
    defer {
      task.cancel()
      timer.cancel()
    }
    return await landing.value(resting: counting) ?? .cancelled
  }

  /// The clock that counts the current task's work, if one does.
  var counting: DeviceClock? { Self.isCounted ? self : nil }
}
