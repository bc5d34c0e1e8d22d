/// A few threads, each with a reader, for what takes too long for an event loop.
final class ScanPool: Sendable {
  private struct Queue {
    var scans: [@Sendable (Reader) -> Void] = []
    var isClosed = false
  }

  private let queue = Monitor(Queue())
  private let threads: [Thread]

  /// Starts the threads.
  init(_ database: Database, threads count: Int) throws(StoreError) {
    var started: [Thread] = []
    do throws(StoreError) {
      for _ in 0..<count {
        let reader = Handover(try database.makeReader())
        started.append(
          try Thread { [queue] in Self.work(queue, reader.value) })
      }
    } catch {
      Self.close(queue)
      for thread in started { thread.join() }
      throw error
    }
    threads = started
  }

  /// Queues a scan, or refuses it.
  func submit(_ scan: @escaping @Sendable (Reader) -> Void) throws(StoreError) {
    try queue.withLock { (queue) throws(StoreError) in
      guard !queue.isClosed else { throw StoreError(.closed, "the store is closed") }
      guard queue.scans.count < Limits.queuedScans else {
        throw StoreError(.overloaded, "\(Limits.queuedScans) scans are waiting already; try again later")
      }
      queue.scans.append(scan)
    }
    queue.signal()
  }

  /// Finishes what is queued, ends the threads and waits for them.
  func close() {
    Self.close(queue)
    for thread in threads { thread.join() }
  }

  private static func close(_ queue: Monitor<Queue>) {
    queue.withLock { $0.isClosed = true }
    queue.broadcast()
  }

  private static func work(_ queue: Monitor<Queue>, _ reader: Reader) {
    while let scan = next(queue) { scan(reader) }
  }

  private static func next(_ queue: Monitor<Queue>) -> (@Sendable (Reader) -> Void)? {
    queue.wait { queue in
      if !queue.scans.isEmpty { return .some(queue.scans.removeFirst()) }
      return queue.isClosed ? .some(nil) : .none
    }
  }
}
