package import HoldfastWire

/// Keeps a replica and its hub in step, without network, disk and clock: events go in, actions and a time to wake come
/// out.
///
///     offline ──network──▶ waiting ──time──▶ joining ──joined──▶ open
///        ▲                    ▲                 │                  │
///        │                    ├────failed───────┴──────────────────┤
///        │                    │                                    │
///     network away         granted ◀── stuck ◀────needs something──┘
///
/// While open, pulls and pushes take turns: the hub's state and the outcomes of own operations never come at the same
/// time, so an observer sees neither twice. Operations that were sent and whose outcome is not known go before the next
/// pull for the same reason.
///
/// What is to be done is always found from what is there, never from the event alone, and every step says when to look
/// again: an event that is missed costs time and nothing else.
package struct SyncMachine: ~Copyable {
  enum State {
    /// Can move to waiting.
    case offline
    /// Can move to joining, offline.
    case waiting(until: MonotonicTime)
    /// Can move to open, waiting, stuck, offline.
    case joining
    /// Can move to joining, offline. `until`: asks or tries again.
    case stuck(SyncNeed, until: MonotonicTime)
    /// Can move to waiting, stuck, offline.
    case open
  }

  var state: State
  /// What waits to be sent.
  package internal(set) var plan: PushPlan
  let timing: SyncTiming
  var random: SplitMix64
  var patience: Patience
  /// The hub has asked not to come before.
  var pacedUntil = MonotonicTime(nanoseconds: 0)
  var bounds = PushBounds()

  /// Up to where the replica has the hub's history, and where that ends as far as is known.
  var pulledTo: UInt64
  var hubSequence: UInt64 = 0
  /// How often in a row the hub has refused what is pushed, since the replica may not write, and until when nothing is
  /// pushed therefore. It goes on pulling.
  var pushPatience: Patience
  var pushesWait = MonotonicTime(nanoseconds: 0)
  /// Whether something that was needed has been granted and tried since it joined last.
  var hasTriedGrant = false
  /// Whether it has been granted again, and is to be tried when its time has come.
  var isGranted = false
  /// Whether there is a reason to pull beside the sequence: more pages, a poll, another history.
  var owesPull = false
  var isUrgent = false
  var isPulling = false
  /// Whether the last thing done was a pull.
  var hasPulled = false
  /// Operations that were sent and have no outcome.
  var unresolved: Set<UInt64>
  /// How many pushes have gone before a pull that waits for unresolved operations.
  var pushesBeforePull = 0

  var hints = Hints.closed(until: MonotonicTime(nanoseconds: 0))
  var hintsPatience: Patience
  var nextLook: MonotonicTime
  var nextPoll: MonotonicTime

  enum Hints {
    case closed(until: MonotonicTime)
    case open
  }

  /// A machine for a stored replica. `units` is its queue, `sent` are the operations in it that were sent before and have
  /// no outcome, `pulledTo` is the sequence of its cursor. It waits for `network`.
  package init(
    units: [PushUnit], sent: Set<UInt64>, pulledTo: UInt64, timing: SyncTiming = .standard, seed: UInt64,
    now: MonotonicTime
  ) {
    state = .offline
    plan = PushPlan(units)
    self.timing = timing
    random = SplitMix64(seed: seed)
    patience = Patience(timing.backoff)
    pushPatience = Patience(timing.backoff)
    hintsPatience = Patience(timing.backoff)
    self.pulledTo = pulledTo
    unresolved = sent
    nextLook = now + timing.look
    nextPoll = now + timing.pollWithoutHints
  }

  /// How things stand. Never synced while anything waits.
  package var status: SyncStatus {
    let pending = plan.count
    switch state {
    case .offline, .waiting: return .offline(pending: pending)
    case .stuck(let need, _): return .stuck(need, pending: pending)
    case .joining: return .syncing(pending: pending)
    case .open:
      if isPulling || wantsPull || plan.pushesUnderWay > 0 { return .syncing(pending: pending) }
      if pushPatience.failures > 0 && pending > plan.parkedCount { return .stuck(.access, pending: pending) }
      return pending > 0 ? .pending(pending) : .synced
    }
  }

  // MARK: Network and needs

  /// The network has come or gone.
  package mutating func network(isUp: Bool, at now: MonotonicTime) -> SyncStep {
    guard isUp else {
      let actions = closeHints()
      if case .stuck = state { return step(actions, at: now) }
      state = .offline
      return step(actions, at: now)
    }
    let soon = now + timing.reconnectSpread * Double.random(in: 0...1, using: &random)
    switch state {
    case .offline: state = .waiting(until: max(soon, pacedUntil))
    // Sooner, never later: it may be told again and again.
    case .waiting(let until): state = .waiting(until: max(min(soon, until), pacedUntil))
    case .joining, .stuck, .open: break
    }
    return step([], at: now)
  }

  /// What was needed is there. The first time it is tried at once; then, as it was of no use, not before its time.
  package mutating func granted(_ need: SyncNeed, at now: MonotonicTime) -> SyncStep {
    if case .open = state, need == .access { pushesWait = now }
    guard case .stuck(need, let until) = state else { return step([], at: now) }
    guard !hasTriedGrant || now >= until else {
      isGranted = true
      return step([], at: now)
    }
    hasTriedGrant = true
    return step([join()], at: now)
  }

  private mutating func join() -> SyncAction {
    state = .joining
    isGranted = false
    return .join
  }

  // MARK: The queue

  /// A unit was stored at the end of the queue.
  package mutating func enqueue(_ unit: PushUnit, at now: MonotonicTime) -> SyncStep {
    // What does not fit behind the others was stored by another process: look at all.
    let actions: [SyncAction] = plan.enqueue(unit) ? [] : [.look]
    return step(actions, at: now)
  }

  /// A stored unit that is not under way was changed; with another identity if it was sent before.
  package mutating func update(_ unit: PushUnit, at now: MonotonicTime) -> SyncStep {
    let actions: [SyncAction] = plan.update(unit) ? [] : [.look]
    return step(actions, at: now)
  }

  /// A stored unit that is not under way was taken back.
  package mutating func remove(position: UInt64, at now: MonotonicTime) -> SyncStep {
    plan.remove(position)
    return step([], at: now)
  }

  /// The queue as it is stored, without what is under way, or with it.
  package mutating func reload(_ units: [PushUnit], sent: Set<UInt64>, at now: MonotonicTime) -> SyncStep {
    plan.reload(units)
    unresolved = sent
    nextLook = now + timing.look
    return step([], at: now)
  }

  // MARK: Time

  /// Time has passed.
  package mutating func tick(at now: MonotonicTime) -> SyncStep {
    var actions: [SyncAction] = []
    switch state {
    case .waiting(let until) where now >= until: actions.append(join())
    case .stuck(let need, let until) where now >= until:
      switch need {
      case .credential where !isGranted, .incarnation where !isGranted:
        state = .stuck(need, until: now + patience.failed(hint: nil, using: &random))
        actions.append(.ask(need))
      case .credential, .incarnation, .access, .program: actions.append(join())
      }
    case .offline, .waiting, .joining, .stuck, .open: break
    }
    if now >= nextLook {
      nextLook = now + timing.look
      actions.append(.look)
    }
    if now >= nextPoll {
      schedulePoll(at: now)
      owesPull = true
    }
    return step(actions, at: now)
  }

  /// Somebody wants to know whether the hub has anything new.
  package mutating func refresh(at now: MonotonicTime) -> SyncStep {
    owesPull = true
    pushesWait = now
    return step([], at: now)
  }

  mutating func schedulePoll(at now: MonotonicTime) {
    switch hints {
    case .open: nextPoll = now + timing.poll
    case .closed: nextPoll = now + timing.pollWithoutHints
    }
  }
}
