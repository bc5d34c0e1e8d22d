import HoldfastRPC
import HoldfastWire

/// Leaves alone for a while who has failed several times in a row, and then lets one try whether it goes well again.
///
///     closed ──so many failures──▶ open ──pause is over──▶ trying ──success──▶ closed
///                                   ▲                        └──failure──▶ open
final class CircuitBreaker: Sendable {
  private enum State {
    case closed(failures: Int)
    case open(until: MonotonicTime)
    /// One is on the way; until it is back, nobody follows.
    case trying(since: MonotonicTime)
  }

  private let failures: Int
  private let pause: Duration
  private let state = Lock(State.closed(failures: 0))

  init(failures: Int, pause: Duration) {
    self.failures = failures
    self.pause = pause
  }

  /// Until when nobody is to ask; nil when one may.
  func openUntil(_ now: MonotonicTime) -> MonotonicTime? {
    state.withLock { state in
      switch state {
      case .closed: nil
      case .open(let until): now < until ? until : nil
      case .trying: now
      }
    }
  }

  /// Nil when the caller may ask, and then has to say what came of it: `succeeded`, `failed` or `abandoned`. Otherwise
  /// until when it may not.
  func admit(_ now: MonotonicTime) -> MonotonicTime? {
    state.withLock { state in
      switch state {
      case .closed: return nil
      case .open(let until):
        if now < until { return until }
        state = .trying(since: now)
        return nil
      case .trying: return now
      }
    }
  }

  func succeeded() { state.withLock { $0 = .closed(failures: 0) } }

  func failed(_ now: MonotonicTime) {
    state.withLock { state in
      switch state {
      case .closed(let earlier):
        state = earlier + 1 < failures ? .closed(failures: earlier + 1) : .open(until: now + pause)
      case .open: break
      case .trying: state = .open(until: now + pause)
      }
    }
  }

  /// Nobody knows what would have come of it: the next may try.
  func abandoned() {
    state.withLock { state in
      if case .trying(let since) = state { state = .open(until: since) }
    }
  }
}
