/// Finds out whether the peer is still there: asks with PING after a silence, and gives up when nothing answers.
struct Keepalive {
  enum Verdict: Equatable {
    /// Look again then.
    case wait(until: MonotonicTime)
    /// Send PING now.
    case ping
    /// Nothing came for too long.
    case silent
  }

  private let idle: Duration
  private let answer: Duration
  private var lastReceived: MonotonicTime
  private var asked: MonotonicTime?

  /// Asks after `idle` of silence and waits for `answer` then.
  init(idle: Duration, answer: Duration, now: MonotonicTime) {
    self.idle = idle
    self.answer = answer
    lastReceived = now
  }

  mutating func received(at now: MonotonicTime) {
    lastReceived = now
    asked = nil
  }

  mutating func tick(at now: MonotonicTime) -> Verdict {
    if let asked {
      return now < asked + answer ? .wait(until: asked + answer) : .silent
    }
    guard now >= lastReceived + idle else { return .wait(until: lastReceived + idle) }
    asked = now
    return .ping
  }
}

extension Keepalive {
  /// Looks at the time and asks the peer when it is due.
  mutating func act(at now: MonotonicTime, outbox: inout Outbox) -> TickAction {
    while true {
      switch tick(at: now) {
      case .wait(let until): return .wait(until: until)
      case .ping: outbox.append(.ping, probe: Outbox.keepaliveProbe)
      case .silent: return .end(SessionError(.silent, "the peer has been silent for too long"))
      }
    }
  }
}

/// What a session asks of its owner when time has passed.
public enum TickAction: Equatable, Sendable {
  /// Call `tick` again then; send what the outbox holds.
  case wait(until: MonotonicTime)
  /// End the connection.
  case end(SessionError)
}
