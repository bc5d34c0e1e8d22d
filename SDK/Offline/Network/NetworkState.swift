package import HoldfastWire

/// Whether there is a network.
public enum NetworkState: Sendable, Hashable {
  /// This machine has never had more than itself since it was first looked at: whoever wants a hub should just try.
  case unknown
  case up
  /// There was one, and it is gone.
  case down
  /// Somebody wants to work without.
  case off
}

/// Holds back changes that do not last, so that a network that comes and goes does not take everybody with it.
///
/// The first change after a calm time that brings a network counts at once. All others have to last, and the longer the
/// more often the network has come and gone of late.
package struct NetworkDamping: Sendable {
  /// How long a change has to last that comes after a calm time and takes the network away.
  package var hold = Duration.seconds(1)
  package var longestHold = Duration.seconds(30)
  /// How long changes are remembered.
  package var memory = Duration.seconds(60)

  /// What counts.
  package private(set) var state = NetworkState.unknown
  private var candidate: NetworkState?
  private var since = MonotonicTime(nanoseconds: 0)
  /// When what was seen has changed, of late.
  private var changes: [MonotonicTime] = []

  package init() {}

  /// The network looks like this now. Returns when to look again for it to count, nil if it does.
  package mutating func see(_ seen: NetworkState, at now: MonotonicTime) -> MonotonicTime? {
    changes.removeAll { now - $0 > memory }
    if seen != candidate ?? state {
      since = now
      changes.append(now)
      // More would change nothing.
      if changes.count > 16 { changes.removeFirst() }
    }
    guard seen != state else {
      candidate = nil
      return nil
    }
    candidate = seen
    let due = since + wait(for: seen)
    guard now >= due else { return due }
    state = seen
    candidate = nil
    return nil
  }

  private func wait(for seen: NetworkState) -> Duration {
    if changes.count <= 1 { return seen == .up ? .zero : hold }
    var wait = hold
    for _ in 1..<changes.count where wait < longestHold { wait = wait * 2 }
    return min(wait, longestHold)
  }
}
