import HoldfastWire

/// What is left for one client of what its limits give it. Its connections share it, on all loops.
///
/// Time is passed in. A call is refused before it begins when nothing is left. Items of streams are not refused: what they
/// take is overdrawn, and the stream goes on when that has been paid off.
public final class ClientAllowance: Sendable {
  private struct State {
    var calls: SpendingRate?
    var bytes: SpendingRate?
    var connections = 0
    /// When the last client that was told to come back comes.
    var promised = MonotonicTime(nanoseconds: 0)
  }

  public let limits: ClientLimits
  private let state: Lock<State>

  public init(_ limits: ClientLimits) {
    self.limits = limits
    let burst = limits.burst ?? ClientLimits.standardBurst
    func rate(_ perSecond: Int?) -> SpendingRate? {
      guard let perSecond, perSecond > 0 else { return nil }
      return SpendingRate(perSecond: perSecond, burst: burst)
    }
    state = Lock(State(calls: rate(limits.callsPerSecond), bytes: rate(limits.bytesPerSecond)))
  }

  // MARK: Connections

  /// Takes the place of a connection; false when all are taken.
  func connect() -> Bool {
    state.withLock { state in
      if let most = limits.connections, most > 0, state.connections >= most { return false }
      state.connections += 1
      return true
    }
  }

  func disconnect() {
    state.withLock { $0.connections -= 1 }
  }

  // MARK: Calls and bytes

  /// Takes what a call needs that has arrived with so many bytes.
  ///
  /// - Returns: nil, or when nothing is left, after what time to try again. Those who are refused one after the other are
  ///   told different times, so that they do not all come back at once.
  func begin(bytes: Int, at now: MonotonicTime) -> Duration? {
    state.withLock { state in
      let wait = max(state.calls?.wait(at: now) ?? .zero, state.bytes?.wait(at: now) ?? .zero)
      guard wait > .zero else {
        state.calls?.take(1, at: now)
        state.bytes?.take(bytes, at: now)
        return nil
      }
      let next = max(now + wait, state.promised + (state.calls?.interval ?? .zero))
      state.promised = min(next, now + max(wait, Limits.longestRetryAfter))
      return state.promised - now
    }
  }

  /// Takes bytes that are on their way already.
  func take(bytes: Int, at now: MonotonicTime) {
    state.withLock { $0.bytes?.take(bytes, at: now) }
  }

  /// How long a stream has to wait before it goes on; zero when it need not.
  func wait(at now: MonotonicTime) -> Duration {
    state.withLock { $0.bytes?.wait(at: now) ?? .zero }
  }
}
