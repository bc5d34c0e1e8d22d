public import HoldfastWire

/// What becomes of a call on its way.
public enum Fault: Hashable, Sendable {
  /// Nothing goes through, and both sides know at once: connections break, with what is under way on them.
  case cut
  /// The request does not arrive. Its caller waits until it gives up.
  case loseRequest
  /// The hub does it, and the reply does not come back. Its caller waits until it gives up.
  case loseReply
  /// The request takes so much longer, and the reply as well.
  case delay(ClosedRange<Duration>)
  /// The request arrives once more, so much later, perhaps behind others. What is said to that is lost.
  case duplicate(after: ClosedRange<Duration>)
  /// Its caller is told that the connection broke, and the request arrives nevertheless, so much later: behind what was
  /// sent since.
  case overtake(after: ClosedRange<Duration>)
  /// The hub is not asked: somebody on the way refuses it with this status.
  case refuse(Status, retryAfter: Duration? = nil)
  /// The hub dies of it: it has been done, and nobody hears of it. The hub comes back after so long.
  case kill(down: Duration)
}

/// Which calls a fault befalls, and when.
public struct FaultRule: Hashable, Sendable {
  /// When a rule counts, from the moment at which it is set.
  public enum Times: Hashable, Sendable {
    case always
    /// From the one time on, until the other.
    case between(Duration, Duration)
    /// Again and again: so long nothing happens, then for so long it counts.
    case turns(good: Duration, bad: Duration)
  }

  /// What befalls them.
  public var fault: Fault
  /// nil: all.
  public var calls: Set<NetworkCall>?
  /// By the names that were given to their transports; nil: all.
  public var devices: Set<String>?
  /// Of the calls that the rule is for, how many it befalls: 0 to 1, drawn by the seed.
  public var share: Double
  /// How many calls of each device go through first.
  public var skipping: Int
  /// How many calls of each device it befalls at most; nil: any number.
  public var limit: Int?
  /// When it counts.
  public var times: Times

  /// A rule that befalls all calls of all devices at all times, but for what is said.
  public init(
    _ fault: Fault, calls: Set<NetworkCall>? = nil, devices: Set<String>? = nil, share: Double = 1, skipping: Int = 0,
    limit: Int? = nil, times: Times = .always
  ) {
    self.fault = fault
    self.calls = calls
    self.devices = devices
    self.share = share
    self.skipping = skipping
    self.limit = limit
    self.times = times
  }

  func isFor(_ call: NetworkCall, of device: String) -> Bool {
    (calls?.contains(call) ?? true) && (devices?.contains(device) ?? true)
  }
}

extension FaultRule.Times {
  /// Whether it counts so long after it was set.
  func holds(_ time: Duration) -> Bool {
    switch self {
    case .always: true
    case .between(let start, let end): start <= time && time < end
    case .turns(let good, let bad): phase(time, good, bad) >= good
    }
  }

  /// When it counts next, not before this time; nil: never again.
  func next(from time: Duration) -> Duration? {
    if holds(time) { return time }
    switch self {
    case .always: return time
    case .between(let start, _): return time < start ? start : nil
    case .turns(let good, let bad): return bad > .zero ? time + good - phase(time, good, bad) : nil
    }
  }

  /// How far into the present turn.
  private func phase(_ time: Duration, _ good: Duration, _ bad: Duration) -> Duration {
    let turn = good.saturatingNanoseconds.addingReportingOverflow(bad.saturatingNanoseconds)
    guard turn.partialValue > 0, !turn.overflow else { return time }
    return .nanoseconds(time.saturatingNanoseconds % turn.partialValue)
  }
}
