/// What will happen, by the time at which it does; of the same time, in the order in which it was planned.
struct EventQueue<Event> {
  /// What is moved about in the heap: small, and without a reference to count.
  private struct Entry {
    let time: UInt64
    let order: UInt64
    let place: Int

    func isBefore(_ other: Entry) -> Bool { (time, order) < (other.time, other.order) }
  }

  private var heap: [Entry] = []
  private var planned: UInt64 = 0
  private var events: [Event?] = []
  /// Places in `events` that hold nothing.
  private var free: [Int] = []

  var isEmpty: Bool { heap.isEmpty }

  mutating func plan(_ event: Event, at time: UInt64) {
    planned += 1
    heap.append(Entry(time: time, order: planned, place: keep(event)))
    var child = heap.count - 1
    while child > 0, heap[child].isBefore(heap[(child - 1) / 2]) {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  /// The next event and its time.
  mutating func next() -> (time: UInt64, event: Event)? {
    guard let first = heap.first, let event = events[first.place].take() else { return nil }
    free.append(first.place)
    let last = heap.removeLast()
    if !heap.isEmpty {
      heap[0] = last
      sink()
    }
    return (first.time, event)
  }

  private mutating func keep(_ event: Event) -> Int {
    guard let place = free.popLast() else {
      events.append(event)
      return events.count - 1
    }
    events[place] = event
    return place
  }

  /// Moves the first entry to where it belongs.
  private mutating func sink() {
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child].isBefore(heap[least]) {
        least = child
      }
      guard least != parent else { return }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}
