/// When entries end, in order of time but for what does not matter yet: a hierarchical timing wheel.
///
/// The first wheel has slots of about a second, each further one slots as long as the whole wheel before it. An entry lies in
/// the finest slot that its end falls into; when the time passes a slot its entries have ended, or go to a finer one. So all
/// is done in constant time for each entry, and no entry is looked at before its slot.
struct TimerWheel {
  /// Of a slot, or of the entry whose number is less by `slots`.
  private struct Link {
    var previous: UInt32
    var next: UInt32
    var end: UInt64 = .max
  }

  private static let slotsInWheel = 1 << Limits.wheelBits
  /// One for what ends later than all wheels reach, and one for what the time has passed and nobody has looked at.
  private static let far = Limits.wheels * slotsInWheel
  private static let due = far + 1
  private static let slots = due + 1

  /// Empty until something has an end.
  private var links: [Link] = []
  private var now: UInt64 = 0
  private(set) var count = 0

  // MARK: Entries

  /// When the entry ends, in nanoseconds of the clock; `UInt64.max` for never.
  func end(of id: NodeID) -> UInt64 {
    let link = Self.slots + Int(id)
    return link < links.count ? links[link].end : .max
  }

  mutating func setEnd(_ end: UInt64, of id: NodeID) {
    if self.end(of: id) != .max { remove(id) }
    guard end != .max else { return }
    if links.isEmpty { links = (0..<UInt32(Self.slots)).map { Link(previous: $0, next: $0) } }
    while links.count <= Self.slots + Int(id) { links.append(Link(previous: 0, next: 0)) }
    links[Self.slots + Int(id)].end = end
    count += 1
    insert(UInt32(Self.slots) + id)
  }

  mutating func remove(_ id: NodeID) {
    guard end(of: id) != .max else { return }
    unlink(UInt32(Self.slots) + id)
    links[Self.slots + Int(id)].end = .max
    count -= 1
  }

  // MARK: Time

  /// An entry that has ended, or nil when there is none. The caller removes it and asks again.
  mutating func nextEnded(at time: UInt64) -> NodeID? {
    guard count > 0 else {
      now = max(now, time)
      return nil
    }
    advance(to: time)
    while true {
      let link = links[Self.due].next
      guard link != UInt32(Self.due) else { return nil }
      if links[Int(link)].end <= now { return link - UInt32(Self.slots) }
      unlink(link)
      insert(link)
    }
  }

  private mutating func advance(to time: UInt64) {
    let before = now
    guard time >> UInt64(Limits.stepBits) > before >> UInt64(Limits.stepBits) else {
      now = max(now, time)
      return
    }
    now = time
    for wheel in 0..<Limits.wheels {
      let shift = UInt64(Limits.stepBits + wheel * Limits.wheelBits)
      let (first, last) = (before >> shift, time >> shift)
      guard last > first || wheel == 0 else { return }
      for step in first...min(last, first + UInt64(Self.slotsInWheel - 1)) { makeDue(slot(wheel, step)) }
    }
    let reach = UInt64(Limits.stepBits + Limits.wheels * Limits.wheelBits)
    if time >> reach > before >> reach { makeDue(Self.far) }
  }

  /// Appends all that the slot has to those that have to be looked at.
  private mutating func makeDue(_ slot: Int) {
    let (first, last) = (links[slot].next, links[slot].previous)
    guard first != UInt32(slot) else { return }
    let end = links[Self.due].previous
    links[Int(end)].next = first
    links[Int(first)].previous = end
    links[Int(last)].next = UInt32(Self.due)
    links[Self.due].previous = last
    links[slot].next = UInt32(slot)
    links[slot].previous = UInt32(slot)
  }

  // MARK: Links

  private func slot(_ wheel: Int, _ step: UInt64) -> Int {
    wheel * Self.slotsInWheel + Int(step & UInt64(Self.slotsInWheel - 1))
  }

  /// The finest slot whose wheel comes to `end` before it comes round.
  private func slot(for end: UInt64) -> Int {
    guard end > now else { return Self.due }
    for wheel in 0..<Limits.wheels {
      let shift = UInt64(Limits.stepBits + wheel * Limits.wheelBits)
      if end >> shift - now >> shift < UInt64(Self.slotsInWheel) { return slot(wheel, end >> shift) }
    }
    return Self.far
  }

  private mutating func insert(_ link: UInt32) {
    let slot = slot(for: links[Int(link)].end)
    let last = links[slot].previous
    links[Int(link)].previous = last
    links[Int(link)].next = UInt32(slot)
    links[Int(last)].next = link
    links[slot].previous = link
  }

  private mutating func unlink(_ link: UInt32) {
    let (previous, next) = (links[Int(link)].previous, links[Int(link)].next)
    links[Int(previous)].next = next
    links[Int(next)].previous = previous
  }
}
