extension PushPlan {
  /// Takes over the queue as it is stored. What is under way stays so, if it is still there.
  package mutating func reload(_ units: [PushUnit]) {
    let units = units.map { waitingNoLonger($0) }
    let stored = Set(units.map(\.position))
    for position in Array(entries.keys) where !stored.contains(position) { remove(position) }
    let isInOrder = units.allSatisfy { entries[$0.position] != nil || $0.position > lastPosition }
    let isAlike = units.allSatisfy { unit in entries[unit.position].map { $0.unit.lanes == unit.lanes } ?? true }
    if isInOrder && isAlike {
      for unit in units.sorted(by: { $0.position < $1.position }) {
        if entries[unit.position] == nil { enqueue(unit) } else if !isSame(unit) { update(unit) }
      }
      return
    }
    // Something has come between: everything anew, with what is under way.
    var plan = PushPlan(units)
    plan.pushesMade = pushesMade
    for (id, positions) in pushes { plan.resume(id, positions) }
    self = plan
  }

  /// What waits for its time goes on waiting for that: the stored time is by a clock that may have jumped, and would be
  /// put off again each time that it is read.
  private func waitingNoLonger(_ unit: PushUnit) -> PushUnit {
    guard let known = entries[unit.position]?.unit, known.operations == unit.operations else { return unit }
    var unit = unit
    unit.notBefore = min(unit.notBefore, known.notBefore)
    return unit
  }

  private func isSame(_ unit: PushUnit) -> Bool {
    entries[unit.position]?.unit == unit
  }

  /// The units are under way.
  private mutating func resume(_ id: PushID, _ positions: [UInt64]) {
    let there = positions.filter { entries[$0] != nil }
    for position in there { entries[position]?.push = id }
    pushes[id] = there
  }
}
