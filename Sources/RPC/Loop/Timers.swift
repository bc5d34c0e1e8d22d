import HoldfastWire

/// Names a timer, so that it can be cancelled. Harmless once the timer has fired.
struct TimerToken: Hashable, Sendable {
  fileprivate let slot: UInt32
  fileprivate let generation: UInt32
}

/// Jobs with a time: a binary heap of times over a table of jobs.
///
/// Cancelling empties the job's slot at once, so that what the job holds is let go; its time stays in the heap until it
/// comes to the top or until more than half of the heap is of that kind, when the heap is swept. Equal times fire in
/// the order in which they were scheduled.
struct Timers {
  private struct Entry {
    let time: MonotonicTime
    let number: UInt64
    let token: TimerToken

    func isBefore(_ other: Entry) -> Bool {
      time != other.time ? time < other.time : number < other.number
    }
  }

  private struct Slot {
    var generation: UInt32
    var job: (() -> Void)?
  }

  private var heap: [Entry] = []
  private var slots: [Slot] = []
  private var free: [UInt32] = []
  private var scheduled: UInt64 = 0
  private var cancelled = 0

  /// Timers that are still to fire.
  var count: Int { heap.count - cancelled }

  /// Places taken in the heap, which bounds the memory of cancelled timers.
  var weight: Int { heap.count }

  /// When the next timer is due.
  mutating func next() -> MonotonicTime? {
    dropCancelled()
    return heap.first?.time
  }

  mutating func schedule(at time: MonotonicTime, _ job: @escaping () -> Void) -> TimerToken {
    let token: TimerToken
    if let slot = free.popLast() {
      slots[Int(slot)].job = job
      token = TimerToken(slot: slot, generation: slots[Int(slot)].generation)
    } else {
      token = TimerToken(slot: UInt32(slots.count), generation: 0)
      slots.append(Slot(generation: 0, job: job))
    }
    scheduled += 1
    heap.append(Entry(time: time, number: scheduled, token: token))
    siftUp(heap.count - 1)
    return token
  }

  /// Takes the timer's job without running it; nil when it has fired or been cancelled before.
  ///
  /// The caller lets the job go after this call: what goes with it may come back here to cancel other timers.
  mutating func cancel(_ token: TimerToken) -> (() -> Void)? {
    guard let job = release(token) else { return nil }
    cancelled += 1
    if cancelled > Limits.cancelledTimers && cancelled > heap.count / 2 { sweep() }
    return job
  }

  /// Takes the first job that is due at `now`.
  mutating func popDue(at now: MonotonicTime) -> (() -> Void)? {
    dropCancelled()
    guard let first = heap.first, first.time <= now else { return nil }
    removeFirst()
    return release(first.token)
  }

  // MARK: Inside

  private func isLive(_ token: TimerToken) -> Bool {
    slots[Int(token.slot)].generation == token.generation
  }

  /// Frees the token's slot and returns its job; nil when the slot has gone on to another timer.
  private mutating func release(_ token: TimerToken) -> (() -> Void)? {
    guard token.slot < slots.count, isLive(token) else { return nil }
    let job = slots[Int(token.slot)].job.take()
    slots[Int(token.slot)].generation &+= 1
    free.append(token.slot)
    return job
  }

  private mutating func dropCancelled() {
    while let first = heap.first, !isLive(first.token) {
      removeFirst()
      cancelled -= 1
    }
  }

  private mutating func sweep() {
    heap = heap.filter { isLive($0.token) }
    cancelled = 0
    for index in stride(from: heap.count / 2 - 1, through: 0, by: -1) { siftDown(index) }
  }

  private mutating func removeFirst() {
    let last = heap.removeLast()
    if heap.isEmpty { return }
    heap[0] = last
    siftDown(0)
  }

  private mutating func siftUp(_ start: Int) {
    var index = start
    let entry = heap[index]
    while index > 0 {
      let parent = (index - 1) / 2
      guard entry.isBefore(heap[parent]) else { break }
      heap[index] = heap[parent]
      index = parent
    }
    heap[index] = entry
  }

  private mutating func siftDown(_ start: Int) {
    var index = start
    let entry = heap[index]
    while true {
      var child = 2 * index + 1
      guard child < heap.count else { break }
      if child + 1 < heap.count && heap[child + 1].isBefore(heap[child]) { child += 1 }
      guard heap[child].isBefore(entry) else { break }
      heap[index] = heap[child]
      index = child
    }
    heap[index] = entry
  }
}
