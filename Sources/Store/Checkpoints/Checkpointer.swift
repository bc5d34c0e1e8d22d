/// The thread that moves the WAL's pages into the database beside the writer, so that commits do not wait for it.
final class Checkpointer: Sendable {
  private struct Pass {
    var isRunning = false
    var isClosed = false
    /// Pages that the last pass has seen moved, until the writer asks.
    var moved: Int?
  }

  private let pass: Monitor<Pass>
  private let thread: Thread

  init(_ database: Database) throws(StoreError) {
    let pass = Monitor(Pass())
    let connection = Handover(try database.makeCheckpointConnection())
    thread = try Thread { Self.work(pass, connection.value) }
    self.pass = pass
  }

  /// What the writer's plan has to know.
  func progress() -> CheckpointPlan.Beside {
    pass.withLock { pass in
      if pass.isRunning { return .running }
      return .idle(moved: pass.moved.take())
    }
  }

  /// Begins a pass. None may be running.
  func begin() {
    pass.withLock { $0.isRunning = true }
    pass.signal()
  }

  /// Finishes a pass that has begun, and ends the thread.
  func close() {
    pass.withLock { $0.isClosed = true }
    pass.signal()
    thread.join()
  }

  private static func work(_ pass: Monitor<Pass>, _ connection: SQLiteConnection) {
    while pass.wait({ $0.isRunning ? true : $0.isClosed ? false : nil }) {
      let moved = connection.checkpoint(.waitForNobody)
      pass.withLock {
        $0.moved = moved
        $0.isRunning = false
      }
    }
  }
}
