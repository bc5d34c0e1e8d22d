import TestSupport
import Testing

@testable import HoldfastRPC

struct `A worker pool` {
  private struct Failure: Error {}

  @Test func `work runs elsewhere and hands back what it returns or throws`() async throws {
    let pool = WorkerPool(threadCount: 2)
    defer { pool.shutdown() }
    try await withLoop { loop in
      let result = try await Task(executorPreference: loop.executor) {
        let elsewhere = try await pool.run { !loop.isCurrent }
        return (elsewhere, loop.isCurrent)
      }.value
      #expect(result == (true, true))
    }
    await #expect(throws: Failure.self) { try await pool.run { throw Failure() } }
  }

  @Test func `as many threads work as the pool has`() async throws {
    let pool = WorkerPool(threadCount: 3)
    defer { pool.shutdown() }
    let meeting = Monitor(0)
    // None goes on before all three are there.
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<3 {
        group.addTask {
          try await pool.run {
            meeting.change { $0 += 1 }
            meeting.wait { $0 == 3 ? () : nil }
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(meeting.withLock { $0 } == 3)
  }

  @Test func `a full queue refuses work at once, and takes it again later`() async throws {
    let pool = WorkerPool(threadCount: 1, queueLimit: 2)
    defer { pool.shutdown() }
    let gate = Gate()
    let begun = Happening()
    let first = Task {
      try await pool.run {
        begun.pass()
        gate.wait()
      }
    }
    await begun.wait()
    // Two of the three find room, whichever they are.
    let results = await withTaskGroup(of: String.self) { group in
      for _ in 0..<3 {
        group.addTask {
          do { return try await pool.run { "done" } } catch { return "\(error)" }
        }
      }
      var results = [await group.next()]
      gate.open()
      for await result in group { results.append(result) }
      return results
    }
    #expect(results == ["\(WorkerPool.Refusal.full)", "done", "done"])
    try await first.value
    #expect(try await pool.run { true })
  }

  @Test func `shutting down runs what is queued and then refuses`() async throws {
    let pool = WorkerPool(threadCount: 1)
    let gate = Gate()
    let done = Lock(0)
    try await withLoop { loop in
      for _ in 0..<20 {
        Task(executorPreference: loop.executor) {
          try await pool.run {
            gate.wait()
            done.withLock { $0 += 1 }
          }
        }
      }
      // Behind the tasks, which have all handed in their work by now.
      _ = try await loop.call {}
    }
    try Thread.start(name: "opener") { gate.open() }
    pool.shutdown()
    #expect(done.withLock { $0 } == 20)
    await #expect(throws: WorkerPool.Refusal.shutDown) { try await pool.run { () } }
    // Tasks are never refused.
    #expect(await Task(executorPreference: pool.executor) { 7 }.value == 7)
  }

  @Test func `work that was cancelled before does not begin`() async throws {
    let pool = WorkerPool(threadCount: 1)
    defer { pool.shutdown() }
    let task = Task {
      await Happening.untilCancelled()
      _ = try await pool.run { Issue.record("It began.") }
    }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }

  @Test func `tasks may prefer the pool`() async throws {
    let pool = WorkerPool(threadCount: 2)
    defer { pool.shutdown() }
    try await withLoop { loop in
      let places = await Task(executorPreference: loop.executor) {
        let inside = await withTaskExecutorPreference(pool.executor) { !loop.isCurrent }
        return [inside, loop.isCurrent]
      }.value
      #expect(places == [true, true])
    }
  }
}
