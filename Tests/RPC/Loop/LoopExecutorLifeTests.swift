import HoldfastWire
import TestSupport
import Testing

@testable import HoldfastRPC

struct LoopExecutorLifeTests {
  @Test func `an executor lives until the call that enqueues on it is over`() async throws {
    let poller = LastWake()
    let caller = Lock<UnsafeContinuation<Void, Never>?>(nil)
    let isWaiting = Happening()
    start(on: LoopExecutor(poller: poller), poller, caller, isWaiting)
    await isWaiting.wait()
    caller.withLock { $0.take() }?.resume()
    #expect(poller.leavesExecutor.withLock { $0 } == true)
  }

  /// Has a thread take the executor's one task to where it waits, and leaves the executor to the poller.
  private func start(
    on executor: LoopExecutor, _ poller: LastWake, _ caller: Lock<UnsafeContinuation<Void, Never>?>,
    _ isWaiting: Happening
  ) {
    Task(executorPreference: executor) {
      await withUnsafeContinuation { continuation in caller.withLock { $0 = continuation } }
    }
    poller.executor.withLock { $0 = executor }
    do {
      try Thread.start(name: "test") {
        let executor = poller.executor.withLock { $0 }
        executor?.enter()
        executor?.run(limit: 1)
        poller.isSleeping.withLock { $0 = executor?.prepareToSleep() == true }
        isWaiting.pass()
      }
    } catch {
      Issue.record(error)
    }
  }
}

/// Its wake does what a loop's thread may do at that moment: run what is queued, end, and let go of the executor.
private final class LastWake: Poller {
  let executor = Lock<LoopExecutor?>(nil)
  let isSleeping = Lock(false)
  /// Whether the executor was there afterwards.
  let leavesExecutor = Lock<Bool?>(nil)

  func wake() {
    guard isSleeping.withLock({ $0 }) else { return }
    weak let executor = letGo()
    leavesExecutor.withLock { $0 = executor != nil }
  }

  private func letGo() -> LoopExecutor? {
    let last = executor.withLock { $0.take() }
    last?.run(limit: 1)
    return last
  }

  func register(_ fd: Int32, _ interest: Interest, token: UInt64) {}
  func modify(_ fd: Int32, _ interest: Interest, token: UInt64) {}
  func remove(_ fd: Int32) {}
  func wait(timeout: Duration?, into events: inout [PollEvent]) {}
}
