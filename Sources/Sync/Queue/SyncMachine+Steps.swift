import HoldfastWire

/// What is to be done next, found from how things stand.
extension SyncMachine {
  var wantsPull: Bool { owesPull || hubSequence > pulledTo }

  mutating func closeHints() -> [SyncAction] {
    guard case .open = hints else { return [] }
    hints = .closed(until: MonotonicTime(nanoseconds: 0))
    return [.closeHints]
  }

  /// The actions, with whatever else can be done now, and the time to look again.
  mutating func step(_ actions: [SyncAction], at now: MonotonicTime) -> SyncStep {
    var actions = actions
    if case .open = state {
      if case .closed(let until) = hints, now >= until {
        hints = .open
        actions.append(.openHints)
      }
      actions += launch(at: now)
    }
    return SyncStep(actions: actions, wake: wake(after: now))
  }

  /// Pulls and pushes, in turns.
  mutating func launch(at now: MonotonicTime) -> [SyncAction] {
    if isPulling { return [] }
    if wantsPull && isPullsTurn(at: now) {
      // First what is under way comes back.
      guard plan.pushesUnderWay == 0 else { return [] }
      isPulling = true
      hasPulled = true
      isUrgent = false
      owesPull = false
      pushesBeforePull = 0
      return [.pull]
    }
    guard now >= pushesWait else { return [] }
    var actions: [SyncAction] = []
    while let push = plan.nextPush(at: now, bounds: bounds) {
      unresolved.formUnion(push.operations)
      hasPulled = false
      if wantsPull { pushesBeforePull += 1 }
      actions.append(.push(push))
    }
    return actions
  }

  mutating func isPullsTurn(at now: MonotonicTime) -> Bool {
    if now < pushesWait || plan.pushesUnderWay == 0 && !plan.hasReady(at: now) { return true }
    // Own operations that the hub may have done come first, but not for ever.
    if !unresolved.isEmpty && plan.pushesUnderWay == 0 && pushesBeforePull < Limits.pushesBeforePull { return false }
    return isUrgent || !hasPulled
  }

  /// The next time at which there is something to do, or to look for.
  ///
  /// What is due already and has not gone waits for a call that is under way, whose answer is a step of its own.
  func wake(after now: MonotonicTime) -> MonotonicTime {
    var wake = min(nextLook, nextPoll)
    switch state {
    case .waiting(let until), .stuck(_, let until): wake = min(wake, until)
    case .open:
      if case .closed(let until) = hints { wake = min(wake, until) }
      if let due = plan.nextDue, due > now { wake = min(wake, due) }
      if pushesWait > now && !plan.isEmpty { wake = min(wake, pushesWait) }
    case .offline, .joining: break
    }
    return wake
  }
}
