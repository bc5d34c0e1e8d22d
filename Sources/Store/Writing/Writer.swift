/// The one thread that writes: drains the queue into a group, commits it, tells the observers, resumes the callers.
final class Writer: Sendable {
  private struct Queue {
    var jobs: [any WriteJob] = []
    var isClosed = false
    /// The writer waits for a signal; otherwise it looks at the queue by itself.
    var isWaiting = false
  }

  private let queue = Monitor(Queue())
  private let capacity: Int
  private let meter = WriteMeter()

  init(capacity: Int) { self.capacity = capacity }

  /// What has been done so far, and what waits.
  var figures: StoreFigures { meter.figures(waiting: queue.withLock { $0.jobs.count }) }

  /// Queues a job, which is finished later; refuses it when the queue is full or closed.
  func submit(_ job: any WriteJob) throws(StoreError) {
    let mustWake = try queue.withLock { (queue) throws(StoreError) in
      guard !queue.isClosed else { throw StoreError(.closed, "the store is closed") }
      guard queue.jobs.count < capacity else {
        throw StoreError(.overloaded, "\(capacity) writes are waiting already; try again later")
      }
      queue.jobs.append(job)
      defer { queue.isWaiting = false }
      return queue.isWaiting
    }
    if mustWake { queue.signal() }
  }

  /// Takes no further jobs; those in the queue are still done, then `run` returns.
  func close() {
    queue.withLock {
      $0.isClosed = true
      $0.isWaiting = false
    }
    queue.signal()
  }

  /// Works until `close`. The thread that calls this owns `database`'s connection for writing.
  func run(_ database: Database, committed: ([CommitNotice]) -> Void) {
    var rhythm = Rhythm()
    while true {
      var hasWaited = false
      guard let jobs = take(&hasWaited) else { return }
      let began = monotonicNanoseconds()
      rhythm.groupBegins(jobs.count, afterWaiting: hasWaited, ofLoop: jobs.first?.delivery != nil, at: began)
      let done = database.commit(jobs) { room in takeMore(room, &rhythm) }
      let ended = monotonicNanoseconds()
      rhythm.groupEnds(waiting: queue.withLock { $0.jobs.count }, at: ended)
      meter.groupEnded(writes: done.jobs.count, nanoseconds: ended - began)
      committed(done.notices)
      Delivery.finish(done.jobs)
    }
  }

  /// Waits for jobs. Nil when the queue is closed and empty.
  private func take(_ hasWaited: inout Bool) -> [any WriteJob]? {
    queue.wait { queue in
      if let jobs = Self.take(upTo: Limits.groupJobs, of: &queue) { return .some(jobs) }
      if queue.isClosed { return .some(nil) }
      queue.isWaiting = true
      hasWaited = true
      return .none
    }
  }

  /// Takes what has come while the group ran, or comes within the time that is worth waiting.
  private func takeMore(_ room: Int, _ rhythm: inout Rhythm) -> [any WriteJob] {
    while true {
      let patience = rhythm.patience(at: monotonicNanoseconds())
      let room = min(room, rhythm.room)
      guard room > 0 else { return [] }
      let jobs = queue.wait(nanoseconds: patience) { queue -> [any WriteJob]? in
        if let jobs = Self.take(upTo: room, of: &queue) { return jobs }
        if queue.isClosed || patience == 0 { return [] }
        queue.isWaiting = true
        return nil
      }
      guard let jobs else { continue }  // the time is up: look once more
      rhythm.came(jobs.count)
      return jobs
    }
  }

  private static func take(upTo room: Int, of queue: inout Queue) -> [any WriteJob]? {
    guard !queue.jobs.isEmpty else { return nil }
    guard queue.jobs.count > room else {
      defer { queue.jobs.removeAll() }
      return queue.jobs
    }
    defer { queue.jobs.removeFirst(room) }
    return Array(queue.jobs[..<room])
  }
}
