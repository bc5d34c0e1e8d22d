extension TaskExecutor {
  /// Runs `body` and keeps the executor alive meanwhile.
  ///
  /// The Swift runtime calls `enqueue` with an executor that only the task holds. Once the job is in the queue its thread
  /// may end the task, and with it the executor, before `enqueue` has returned.
  @inline(__always)
  func keepingSelf(_ body: () -> Void) {
    let kept = Unmanaged.passRetained(self)
    defer { kept.release() }
    body()
  }
}
