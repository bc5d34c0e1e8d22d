import HoldfastWire

/// What waits to be sent, and what goes next.
///
/// Units that share a lane go in the order of their positions; one that cannot go, since it is parked, not yet due or
/// under way, holds back those behind it in its lanes and nothing else. Among those that can go the most urgent does,
/// where waiting counts: each level of urgency is worth `Limits.urgencyStep` of waiting, and what stands behind lends its
/// urgency to the front of the lane. So nothing waits for ever.
///
/// It mirrors the stored queue, from which it can be made anew at any time. Finding the next push takes time by the
/// operations in it, however many wait.
package struct PushPlan: Sendable {
  /// Names one push that is under way.
  package struct PushID: Hashable, Sendable, CustomStringConvertible {
    package let rawValue: UInt64
    package var description: String { "push \(rawValue)" }
  }

  /// What is sent together, in this order.
  package struct Push: Hashable, Sendable {
    package let id: PushID
    package let operations: [UInt64]
  }

  struct Entry {
    var unit: PushUnit
    /// The push that it is part of; nil while it waits.
    var push: PushID?
    /// In how many of its lanes something stands before it.
    var blockers: Int
  }

  /// A unit that may go, or will be allowed to.
  struct Candidate: Comparable, Sendable {
    /// The time that it counts from.
    let key: UInt64
    let position: UInt64

    static func < (left: Candidate, right: Candidate) -> Bool {
      (left.key, left.position) < (right.key, right.position)
    }
  }

  /// By position.
  var entries: [UInt64: Entry] = [:]
  /// Of each operation, its unit.
  private var positions: [UInt64: UInt64] = [:]
  private var lanes: [Lane: LaneQueue] = [:]
  /// Units that can go now, some of them more than once, and some that no longer can.
  var ready = Heap<Candidate>()
  /// Units that can go at the time that is their key; the same holds for them.
  var delayed = Heap<Candidate>()
  /// Of each push, its units in their order.
  var pushes: [PushID: [UInt64]] = [:]
  var pushesMade: UInt64 = 0
  private(set) var lastPosition: UInt64 = 0
  /// How many of the units wait for a person or the program.
  package private(set) var parkedCount = 0

  package init() {}

  // MARK: What waits

  /// Units that have no outcome, those under way included.
  package var count: Int { entries.count }
  package var isEmpty: Bool { entries.isEmpty }
  package var pushesUnderWay: Int { pushes.count }
  /// Units that wait for a person or the program.
  package var parked: [PushUnit] {
    entries.values.map(\.unit).filter(\.isParked).sorted { $0.position < $1.position }
  }

  /// The unit of an operation.
  package func unit(of operation: UInt64) -> PushUnit? {
    positions[operation].flatMap { entries[$0]?.unit }
  }

  /// Whether the unit at the position is known here.
  package func holds(_ position: UInt64) -> Bool { entries[position] != nil }

  /// Whether the operation is under way.
  package func isUnderWay(_ operation: UInt64) -> Bool {
    positions[operation].flatMap { entries[$0]?.push } != nil
  }

  /// What stands before the operation in its lanes: the nearest in each. Empty when nothing holds it back but its time,
  /// its being parked or the network.
  package func blockers(of operation: UInt64) -> [PushUnit] {
    guard let unit = unit(of: operation) else { return [] }
    let before = entries.values.map(\.unit).filter { $0.position < unit.position }
    var nearest: Set<PushUnit> = []
    for lane in unit.lanes {
      if let last = before.filter({ $0.lanes.contains(lane) }).max(by: { $0.position < $1.position }) {
        nearest.insert(last)
      }
    }
    return nearest.sorted { $0.position < $1.position }
  }

  // MARK: Coming and going

  /// A unit comes to the end of the queue. Returns false, and does nothing, when its position is not behind all others:
  /// then the plan has to be made anew with `init(_:)`.
  @discardableResult
  package mutating func enqueue(_ unit: PushUnit) -> Bool {
    guard unit.position > lastPosition else { return false }
    lastPosition = unit.position
    let key = Self.key(unit)
    var hurried: [UInt64] = []
    var blockers = 0
    for lane in unit.lanes {
      if let front = front(of: lane) {
        blockers += 1
        if key < lowestKey(of: lane) ?? .max { hurried.append(front) }
      }
      lanes[lane, default: LaneQueue()].append(unit.position, key: key)
    }
    for operation in unit.operations { positions[operation.number] = unit.position }
    if unit.isParked { parkedCount += 1 }
    entries[unit.position] = Entry(unit: unit, push: nil, blockers: blockers)
    offer(unit.position)
    // Whatever is in its way has become as urgent as it is.
    for front in hurried { offer(front) }
    return true
  }

  /// A unit has its outcome, or was taken back by whoever made it.
  package mutating func remove(_ position: UInt64) {
    guard let entry = entries[position] else { return }
    let fronts = entry.unit.lanes.filter { front(of: $0) == position }
    for operation in entry.unit.operations { positions[operation.number] = nil }
    entries[position] = nil
    if entry.unit.isParked { parkedCount -= 1 }
    if let push = entry.push { pushes[push]?.removeAll { $0 == position } }
    for lane in entry.unit.lanes {
      guard let next = front(of: lane) else {
        lanes[lane] = nil
        continue
      }
      guard fronts.contains(lane) else { continue }
      entries[next]?.blockers -= 1
      offer(next)
    }
  }

  /// A unit that waits has changed: was edited, is parked or no longer, or has another urgency or time. Its position and
  /// lanes stay. Returns false, and does nothing, when it is not there, under way, or has other lanes.
  @discardableResult
  package mutating func update(_ unit: PushUnit) -> Bool {
    guard let entry = entries[unit.position], entry.push == nil, Set(entry.unit.lanes) == Set(unit.lanes) else {
      return false
    }
    for operation in entry.unit.operations { positions[operation.number] = nil }
    for operation in unit.operations { positions[operation.number] = unit.position }
    entries[unit.position]?.unit = unit
    parkedCount += (unit.isParked ? 1 : 0) - (entry.unit.isParked ? 1 : 0)
    offer(unit.position)
    return true
  }

  // MARK: Order

  /// Makes the unit a candidate if nothing is in its way but time.
  mutating func offer(_ position: UInt64) {
    guard let entry = entries[position], entry.push == nil, entry.blockers == 0, !entry.unit.isParked else { return }
    if entry.unit.notBefore.nanoseconds > 0 {
      delayed.insert(Candidate(key: entry.unit.notBefore.nanoseconds, position: position))
    } else {
      ready.insert(candidate(position, entry.unit))
    }
  }

  /// The unit with the urgency that it has or is lent.
  mutating func candidate(_ position: UInt64, _ unit: PushUnit) -> Candidate {
    var key = Self.key(unit)
    for lane in unit.lanes { key = min(key, lowestKey(of: lane) ?? key) }
    return Candidate(key: key, position: position)
  }

  /// When the unit would have come if it were critical.
  private static func key(_ unit: PushUnit) -> UInt64 {
    (unit.enqueued + Limits.urgencyStep * Int(unit.urgency.rawValue)).nanoseconds
  }

  private mutating func front(of lane: Lane) -> UInt64? {
    let entries = entries
    return lanes[lane]?.front { entries[$0] != nil }
  }

  private mutating func lowestKey(of lane: Lane) -> UInt64? {
    let entries = entries
    return lanes[lane]?.lowestKey { entries[$0] != nil }
  }

  /// What stands behind the unit in the lane.
  func follower(of position: UInt64, in lane: Lane) -> UInt64? {
    lanes[lane]?.next(after: position) { entries[$0] != nil }
  }
}

extension PushPlan {
  /// The plan of a stored queue, none of it under way.
  package init(_ units: [PushUnit]) {
    self.init()
    for unit in units.sorted(by: { $0.position < $1.position }) { enqueue(unit) }
  }
}
