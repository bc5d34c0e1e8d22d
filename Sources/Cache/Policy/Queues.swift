/// Names an entry in the policy's arrays. Zero to two are the ends of the queues; no entry has these.
@usableFromInline typealias NodeID = UInt32

/// The order in which entries leave a bounded cache, without the entries: W-TinyLFU, or least recently used.
///
///     new → window (1 %) → probation ⇄ protected (80 % of the main part)
///
/// By frequency, what leaves the window is a candidate: it displaces the tail of probation if it was asked for more often
/// lately, or leaves the cache itself. By recency, everything that is touched goes to the window's head, and the oldest of
/// the three tails leaves: so each entry takes its place among the others when it is touched, and nothing is sorted when
/// the order changes. In the other direction a window that is too large is emptied in small steps.
struct Queues {
  enum Order {
    case frequency
    case recency
  }

  /// Where an entry is; the raw value is the node that is both ends of the queue.
  enum Place: UInt32, CaseIterable {
    case window
    case probation
    case protected
  }

  struct Node {
    var previous: NodeID
    var next: NodeID
    var hash: UInt64 = 0
    var weight = 0
    /// When it was touched last, by `now`.
    var touched: UInt32 = 0
    var place = Place.window
  }

  private(set) var nodes: [Node]
  private(set) var count = 0
  private(set) var weight = 0
  private var windowWeight = 0
  private var protectedWeight = 0
  /// Nodes that are not in use, linked by `next`; zero ends them.
  private var free: NodeID = 0
  private var now: UInt32 = 0
  /// Whether the window still has what it may not keep, after the order changed to frequency.
  private var isSettling = false
  private var chance: UInt64 = 1

  private(set) var capacity: Int
  private var windowTarget = 0
  private var protectedTarget = 0
  private(set) var order: Order

  init(capacity: Int, order: Order) {
    self.order = order
    self.capacity = capacity
    nodes = Place.allCases.map { Node(previous: $0.rawValue, next: $0.rawValue, place: $0) }
    setTargets()
  }

  mutating func setCapacity(_ capacity: Int) {
    self.capacity = capacity
    setTargets()
  }

  private mutating func setTargets() {
    windowTarget = max(1, capacity / Limits.windowShare)
    let main = capacity - windowTarget
    protectedTarget = main / 100 * Limits.protectedPercent + main % 100 * Limits.protectedPercent / 100
  }

  mutating func setOrder(_ order: Order) {
    guard order != self.order else { return }
    self.order = order
    isSettling = order == .frequency
  }

  // MARK: What happens to entries

  /// A new entry. Afterwards `nextToLeave` has to be asked.
  mutating func add(hash: UInt64, weight: Int) -> NodeID {
    let id: NodeID
    if free != 0 {
      id = free
      free = nodes[Int(id)].next
    } else {
      id = NodeID(nodes.count)
      nodes.append(Node(previous: 0, next: 0))
    }
    now &+= 1
    nodes[Int(id)].hash = hash
    nodes[Int(id)].weight = weight
    nodes[Int(id)].touched = now
    count += 1
    self.weight += weight
    insert(id, at: .window)
    settle()
    return id
  }

  /// The entry was asked for.
  mutating func touch(_ id: NodeID) {
    now &+= 1
    nodes[Int(id)].touched = now
    let place = nodes[Int(id)].place
    move(id, to: order == .recency || place == .window ? .window : .protected)
    settle()
  }

  /// The entry weighs more or less now. Afterwards `nextToLeave` has to be asked.
  mutating func setWeight(_ weight: Int, of id: NodeID) {
    let change = weight - nodes[Int(id)].weight
    nodes[Int(id)].weight = weight
    self.weight += change
    account(change, at: nodes[Int(id)].place)
    settle()
  }

  /// The entry has left.
  mutating func remove(_ id: NodeID) {
    unlink(id)
    count -= 1
    weight -= nodes[Int(id)].weight
    nodes[Int(id)].weight = 0
    nodes[Int(id)].hash = 0
    nodes[Int(id)].next = free
    free = id
  }

  // MARK: Who leaves

  /// The entry that has to leave next, or nil when all fit. The caller removes it and asks again.
  mutating func nextToLeave(_ sketch: borrowing Sketch) -> NodeID? {
    guard order == .frequency else { return weight > capacity ? oldest : nil }
    while windowWeight > windowTarget, !isSettling, let candidate = tail(of: .window), candidate != head(of: .window) {
      if weight <= capacity {
        move(candidate, to: .probation)
      } else if let victim = tail(of: .probation) ?? tail(of: .protected) {
        return admits(candidate, sketch) ? victim : candidate
      } else {
        return candidate
      }
    }
    guard weight > capacity else { return nil }
    return tail(of: .probation) ?? tail(of: .protected) ?? tail(of: .window)
  }

  /// Whether the candidate was asked for more often than all those together that would have to leave for it.
  private mutating func admits(_ candidate: NodeID, _ sketch: borrowing Sketch) -> Bool {
    let worth = sketch.frequency(of: nodes[Int(candidate)].hash)
    var rest = weight - capacity
    var others = 0
    var steps = 0
    for place in [Place.probation, .protected] {
      var victim = nodes[Int(place.rawValue)].previous
      while victim != place.rawValue, steps < Limits.victims {
        others += sketch.frequency(of: nodes[Int(victim)].hash)
        if others >= worth { return worth >= Limits.warmFrequency && drawsChance() }
        rest -= nodes[Int(victim)].weight
        if rest <= 0 { return true }
        victim = nodes[Int(victim)].previous
        steps += 1
      }
    }
    return false
  }

  private mutating func drawsChance() -> Bool {
    chance = chance &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return (chance >> 33) % Limits.chance == 0
  }

  /// The entry that was not touched for longest. The clock may go round: what counts is the distance.
  private var oldest: NodeID? {
    var found: NodeID?
    var age: UInt32 = 0
    for place in Place.allCases {
      guard let last = tail(of: place) else { continue }
      let lastAge = now &- nodes[Int(last)].touched
      if found == nil || lastAge > age { (found, age) = (last, lastAge) }
    }
    return found
  }

  /// Takes what is too much from the protected part, and from the window where it was the whole cache.
  private mutating func settle() {
    guard order == .frequency else { return }
    if isSettling {
      for _ in 0..<Limits.settlingEntries {
        guard windowWeight > windowTarget, let last = tail(of: .window), last != head(of: .window) else {
          isSettling = false
          break
        }
        move(last, to: .probation)
      }
    }
    while protectedWeight > protectedTarget, let last = tail(of: .protected) { move(last, to: .probation) }
  }

  // MARK: Links

  private func head(of place: Place) -> NodeID { nodes[Int(place.rawValue)].next }

  private func tail(of place: Place) -> NodeID? {
    let last = nodes[Int(place.rawValue)].previous
    return last == place.rawValue ? nil : last
  }

  private mutating func move(_ id: NodeID, to place: Place) {
    unlink(id)
    insert(id, at: place)
  }

  private mutating func insert(_ id: NodeID, at place: Place) {
    let end = place.rawValue
    let first = nodes[Int(end)].next
    nodes[Int(id)].previous = end
    nodes[Int(id)].next = first
    nodes[Int(id)].place = place
    nodes[Int(first)].previous = id
    nodes[Int(end)].next = id
    account(nodes[Int(id)].weight, at: place)
  }

  private mutating func unlink(_ id: NodeID) {
    let node = nodes[Int(id)]
    nodes[Int(node.previous)].next = node.next
    nodes[Int(node.next)].previous = node.previous
    account(-node.weight, at: node.place)
  }

  private mutating func account(_ change: Int, at place: Place) {
    switch place {
    case .window: windowWeight += change
    case .protected: protectedWeight += change
    case .probation: break
    }
  }
}
