package import HoldfastWire

/// What came of the calls.
extension SyncMachine {
  /// The hub has let the replica in. `isNewHistory`: the epoch is another than the replica's, whose cursor has been
  /// dropped; the queue is as it was.
  package mutating func joined(hub sequence: UInt64, isNewHistory: Bool, at now: MonotonicTime) -> SyncStep {
    guard case .joining = state else { return step([], at: now) }
    state = .open
    pushesWait = now
    hasTriedGrant = false
    hubSequence = sequence
    if isNewHistory {
      pulledTo = 0
      owesPull = true
    }
    // A cursor of a future that the hub does not have.
    if pulledTo > sequence { owesPull = true }
    hints = .closed(until: now)
    if !wantsPull && plan.isEmpty { patience.succeeded() }
    return step([], at: now)
  }

  /// A page and its cursor are stored. `sequence` is the cursor's.
  package mutating func pulled(
    to sequence: UInt64, hub hubSequence: UInt64, more: Bool, at now: MonotonicTime
  ) -> SyncStep {
    isPulling = false
    pulledTo = sequence
    self.hubSequence = max(hubSequence, sequence)
    owesPull = more
    patience.succeeded()
    schedulePoll(at: now)
    return step([], at: now)
  }

  /// The outcomes of a push are stored. `sequence` is the hub's newest.
  package mutating func pushed(
    _ id: PushPlan.PushID, _ results: [UInt64: PushResult], hub sequence: UInt64, at now: MonotonicTime
  ) -> SyncStep {
    unresolved.subtract(results.keys)
    hubSequence = max(hubSequence, sequence)
    guard plan.finish(id, results, at: now) else { return failed(.push(id), .unreachable(retryAfter: nil), at: now) }
    patience.succeeded()
    pushPatience.succeeded()
    bounds.operations = min(bounds.operations * 2, Limits.pushOperations)
    nextLook = now + timing.look
    return step([], at: now)
  }

  /// The hub has something new.
  package mutating func hinted(_ sequence: UInt64, isUrgent: Bool, at now: MonotonicTime) -> SyncStep {
    hintsPatience.succeeded()
    hubSequence = max(hubSequence, sequence)
    if isUrgent && wantsPull { self.isUrgent = true }
    return step([], at: now)
  }

  /// A call has failed, or a stream of hints has ended.
  package mutating func failed(_ call: SyncCall, _ fault: SyncFault, at now: MonotonicTime) -> SyncStep {
    var actions: [SyncAction] = []
    switch (call, fault) {
    case (.push(let id), .refused(let status)):
      actions = refuse(id, status, at: now)
      return step(actions, at: now)
    case (.push(let id), .needs(.access)):
      plan.fail(id)
      guard case .open = state else { return step(actions, at: now) }
      // It may read all the same: the next pull tells.
      pushesWait = now + pushPatience.failed(hint: nil, using: &random)
      owesPull = true
      return step([.ask(.access)], at: now)
    case (.push(let id), _): plan.fail(id)
    case (.pull, _):
      isPulling = false
      owesPull = true
    case (.hints, .refused), (.hints, .unreachable):
      // Without hints the hub is asked from time to time.
      guard case .open = hints else { return step([], at: now) }
      let hint: Duration? = if case .unreachable(let after) = fault { after } else { nil }
      hints = .closed(until: now + hintsPatience.failed(hint: hint, using: &random))
      schedulePoll(at: now)
      return step([], at: now)
    case (.hints, .needs): hints = .closed(until: now)
    case (.join, _): break
    }
    switch state {
    case .offline, .waiting, .stuck: return step(actions, at: now)
    case .joining, .open: break
    }
    actions += closeHints()
    switch fault {
    case .needs(let need):
      state = .stuck(need, until: now + patience.failed(hint: nil, using: &random))
      actions.append(.ask(need))
    case .unreachable(let after):
      let pause = patience.failed(hint: after, using: &random)
      if after != nil { pacedUntil = now + pause }
      state = .waiting(until: now + pause)
    case .refused:
      state = .waiting(until: now + patience.failed(hint: nil, using: &random))
    }
    return step(actions, at: now)
  }

  /// The hub cannot take the push: half as much the next time, until the one at fault is alone and is parked.
  private mutating func refuse(
    _ id: PushPlan.PushID, _ status: Status, at now: MonotonicTime
  ) -> [SyncAction] {
    let units = plan.units(in: id)
    let operations = units.flatMap { $0.operations.map(\.number) }
    guard units.count == 1 else {
      bounds.operations = max(1, min(bounds.operations, operations.count) / 2)
      plan.fail(id)
      return []
    }
    unresolved.subtract(operations)
    plan.finish(id, Dictionary(uniqueKeysWithValues: operations.map { ($0, .parked) }), at: now)
    return [.park(operations, status)]
  }
}
