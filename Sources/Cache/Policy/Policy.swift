/// What a cache knows of its entries beside keys and values: how often and how lately each was asked for, what it weighs, and
/// when it ends. Decides who leaves.
@usableFromInline
struct Policy: ~Copyable, @unchecked Sendable {
  private var sketch = Sketch()
  private var queues: Queues
  private var trial: Trial
  private var wheel = TimerWheel()

  @usableFromInline var evictions = 0
  @usableFromInline var expirations = 0

  /// What the next readers that tell of their reads get for their list, so that they need not wait while the policy
  /// looks at that. The policy alone has it.
  @usableFromInline var spare: UnsafeMutablePointer<Mark>

  @usableFromInline
  init(capacity: Int) {
    queues = Queues(capacity: capacity, order: .frequency)
    trial = Trial(capacity: capacity)
    spare = .allocate(capacity: Limits.waitingReads)
  }

  deinit { spare.deallocate() }

  @usableFromInline var count: Int { queues.count }
  @usableFromInline var weight: Int { queues.weight }
  @usableFromInline var hasEnds: Bool { wheel.count > 0 }

  // MARK: What happens to entries

  /// So many reads that the spare list has were made. Marks of entries that have left meanwhile are passed over.
  @usableFromInline
  mutating func noteReads(_ readCount: Int) {
    for mark in UnsafeBufferPointer(start: spare, count: readCount) {
      let id = Int(mark.id)
      guard id < queues.nodes.count, mark == Mark(id: mark.id, hash: queues.nodes[id].hash) else { continue }
      note(mark.id)
    }
  }

  @usableFromInline
  mutating func add(hash: UInt64, weight: Int, end: UInt64) -> NodeID {
    let id = queues.add(hash: hash, weight: weight)
    wheel.setEnd(end, of: id)
    count(hash, weight)
    return id
  }

  /// The entry has another value.
  @usableFromInline
  mutating func change(_ id: NodeID, weight: Int, end: UInt64) {
    queues.setWeight(weight, of: id)
    wheel.setEnd(end, of: id)
    note(id)
  }

  @usableFromInline
  mutating func remove(_ id: NodeID) {
    queues.remove(id)
    wheel.remove(id)
  }

  private mutating func note(_ id: NodeID) {
    queues.touch(id)
    let node = queues.nodes[Int(id)]
    count(node.hash, node.weight)
  }

  private mutating func count(_ hash: UInt64, _ weight: Int) {
    sketch.increment(hash, residents: queues.count)
    trial.ask(for: hash, weight: weight)
    queues.setOrder(trial.order)
  }

  // MARK: Who leaves

  /// The entry that has to leave so that the rest fits, or nil when it does.
  @usableFromInline
  mutating func nextToLeave() -> (id: NodeID, hash: UInt64)? {
    guard let id = queues.nextToLeave(sketch) else { return nil }
    return (id, queues.nodes[Int(id)].hash)
  }

  /// An entry that has ended, or nil when there is none.
  @usableFromInline
  mutating func nextEnded(at time: UInt64) -> (id: NodeID, hash: UInt64)? {
    guard let id = wheel.nextEnded(at: time) else { return nil }
    return (id, queues.nodes[Int(id)].hash)
  }
}
