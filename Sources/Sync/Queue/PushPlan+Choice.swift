package import HoldfastWire

/// How much a push may hold.
package struct PushBounds: Hashable, Sendable {
  package var operations: Int
  package var bytes: Int

  package init(operations: Int = Limits.pushOperations, bytes: Int = Limits.pushBytes) {
    self.operations = operations
    self.bytes = bytes
  }
}

extension PushPlan {
  /// The next push, which is under way from now on; nil when there is nothing to send or enough is under way.
  ///
  /// Pushes that are under way share no lanes. In one push a unit may follow another of its lane, since the hub keeps
  /// their order. A unit that is larger than the bounds goes alone.
  package mutating func nextPush(at now: MonotonicTime, bounds: PushBounds = PushBounds()) -> Push? {
    guard pushes.count < Limits.pushes else { return nil }
    promote(at: now)
    let id = PushID(rawValue: pushesMade + 1)
    var taken: [UInt64] = []
    var operations: [UInt64] = []
    var bytes = 0
    // Units whose lanes are free but for what this push holds, and how many of their lanes these freed.
    var followers = Heap<Candidate>()
    var freed: [UInt64: Int] = [:]
    while let (next, isFollower) = next(followers: followers, at: now) {
      guard let unit = entries[next.position]?.unit else { continue }
      let isFull =
        operations.count + unit.operations.count > bounds.operations || bytes + unit.bytes > bounds.bytes
      if isFull && !taken.isEmpty { break }
      _ = isFollower ? followers.popFirst() : ready.popFirst()
      entries[next.position]?.push = id
      taken.append(next.position)
      operations += unit.operations.map(\.number)
      bytes += unit.bytes
      for lane in unit.lanes {
        guard let follower = follower(of: next.position, in: lane), let entry = entries[follower] else { continue }
        freed[follower, default: 0] += 1
        guard entry.blockers == freed[follower], canGo(entry, at: now) else { continue }
        followers.insert(candidate(follower, entry.unit))
      }
    }
    guard !taken.isEmpty else { return nil }
    pushesMade += 1
    pushes[id] = taken
    return Push(id: id, operations: operations)
  }

  /// The most urgent of the candidates, without taking it; passes over those that can no longer go.
  private mutating func next(
    followers: Heap<Candidate>, at now: MonotonicTime
  ) -> (Candidate, isFollower: Bool)? {
    while let first = ready.first {
      if let entry = entries[first.position], entry.blockers == 0, canGo(entry, at: now) { break }
      _ = ready.popFirst()
    }
    switch (ready.first, followers.first) {
    case (nil, nil): return nil
    case (let first?, nil): return (first, false)
    case (nil, let follower?): return (follower, true)
    case (let first?, let follower?): return first < follower ? (first, false) : (follower, true)
    }
  }

  private func canGo(_ entry: Entry, at now: MonotonicTime) -> Bool {
    entry.push == nil && !entry.unit.isParked && entry.unit.notBefore <= now
  }

  /// Units whose time has come become ready.
  private mutating func promote(at now: MonotonicTime) {
    while let first = delayed.first, first.key <= now.nanoseconds {
      _ = delayed.popFirst()
      guard let entry = entries[first.position], entry.blockers == 0, canGo(entry, at: now) else { continue }
      ready.insert(candidate(first.position, entry.unit))
    }
  }

  /// Whether something can be sent now, were nothing under way.
  package mutating func hasReady(at now: MonotonicTime) -> Bool {
    promote(at: now)
    return next(followers: Heap(), at: now) != nil
  }

  /// When to look again at the latest, for units that are not due yet; nil if there are none.
  package var nextDue: MonotonicTime? {
    delayed.first.map { MonotonicTime(nanoseconds: $0.key) }
  }

  /// The push is over. Of each unit its operations' results count together: all done, one of them parked, or again.
  /// Operations without a result are sent again at once. Returns false if that is so of
  /// all, and so nothing has come of the push.
  @discardableResult
  package mutating func finish(_ id: PushID, _ results: [UInt64: PushResult], at now: MonotonicTime) -> Bool {
    let positions = pushes.removeValue(forKey: id) ?? []
    var hasProgress = positions.isEmpty
    for position in positions {
      guard var unit = entries[position]?.unit else { continue }
      entries[position]?.push = nil
      let all = unit.operations.map { results[$0.number] ?? .again(after: .zero) }
      if all.allSatisfy({ $0 == .done }) {
        hasProgress = true
        remove(position)
        continue
      }
      if all.contains(.parked) {
        hasProgress = true
        unit.isParked = true
      } else {
        let pause = all.reduce(Duration.zero) { pause, result in
          if case .again(let after) = result { max(pause, after) } else { pause }
        }
        if pause > .zero {
          hasProgress = true
          unit.notBefore = now + pause
        }
      }
      update(unit)
    }
    return hasProgress
  }

  /// The push came to nothing, as far as is known here: its units are sent again.
  package mutating func fail(_ id: PushID) {
    for position in pushes.removeValue(forKey: id) ?? [] {
      entries[position]?.push = nil
      offer(position)
    }
  }

  /// The units of a push, in their order.
  package func units(in id: PushID) -> [PushUnit] {
    (pushes[id] ?? []).compactMap { entries[$0]?.unit }
  }
}
