import HoldfastWire
import Testing

@testable import HoldfastRPC

struct `The end of an event loop` {
  @Test(arguments: PollerKind.allCases)
  func `shutting down runs what is queued`(_ kind: PollerKind) throws {
    let loop = try EventLoop(name: "test", poller: kind)
    let log = Log()
    loop.execute {
      log.add("before the start")
      loop.execute { loop.execute { log.add("by a job of a job") } }
    }
    try loop.start()
    loop.shutdown()
    #expect(log.all == ["before the start", "by a job of a job"])
    loop.shutdown()
    try loop.start()
  }

  @Test func `a loop that was never started can be shut down`() throws {
    let loop = try EventLoop(name: "test")
    loop.shutdown()
    try loop.start()
    #expect(!loop.isCurrent)
  }

  @Test func `the loop's own thread does not wait for itself`() async throws {
    let loop = try EventLoop(name: "test")
    try loop.start()
    let wasCurrent = try await loop.call {
      loop.shutdown()
      return loop.isCurrent
    }
    #expect(wasCurrent)
    loop.shutdown()
  }

  @Test func `handlers that are still registered hear of the end`() async throws {
    let loop = try EventLoop(name: "test")
    try loop.start()
    let (left, right) = try System.socketPair()
    let log = Log()
    try await loop.call { try loop.register(left, Handler(ended: { log.add("ended") }) { _, _, _ in }, .read) }
    loop.shutdown()
    #expect(log.all == ["ended"])
    System.close(left)
    System.close(right)
  }

  @Test func `jobs and tasks after the end still run, one at a time and as on the loop`() async throws {
    let loop = try EventLoop(name: "test")
    try loop.start()
    loop.shutdown()
    let running = Lock(0)
    for _ in 0..<50 {
      let alone = try await loop.call {
        let before = running.withLock { count in
          count += 1
          return count
        }
        defer { running.withLock { $0 -= 1 } }
        return before == 1 && loop.isCurrent
      }
      #expect(alone)
    }
    let value = await Task(executorPreference: loop.executor) {
      await Task.yield()
      return loop.isCurrent
    }.value
    #expect(value)
  }

  @Test func `a task that is under way when the loop ends gets to its own end`() async throws {
    let loop = try EventLoop(name: "test")
    try loop.start()
    let (stream, continuation) = AsyncStream<Int>.makeStream()
    let task = Task(executorPreference: loop.executor) {
      var sum = 0
      for await number in stream { sum += number }
      return sum
    }
    continuation.yield(1)
    _ = try await loop.call {}
    loop.shutdown()
    continuation.yield(2)
    continuation.finish()
    #expect(await task.value == 3)
  }
}
