internal import HoldfastRPC
public import HoldfastSDK
internal import HoldfastWire

/// A network between devices and a hub on which things go wrong, as a test wants it: by scenario, by seed, on a clock that
/// the test moves. It records what happened.
///
///     let network = FaultyNetwork(seed: 7, clock: clock.device())
///     await replica.connect(by: network.transport(to: hub.transport, of: "phone"))
///     network.begin(.lostReplies())
///     …
///     network.heal()
///
/// The same seed lets the same befall the same calls of a device, whatever other devices do meanwhile.
public final class FaultyNetwork: Sendable {
  struct State {
    var plan: FaultPlan
    var events: [NetworkEvent] = []
    /// Events that were left behind, as there were too many.
    var dropped = 0
    /// How often the rules have changed.
    var changes: UInt64 = 0
    var watchers: [UInt64: CheckedContinuation<Void, any Error>] = [:]
    var lastWatcher: UInt64 = 0
  }

  let clock: DeviceClock
  let timeout: Duration
  private let origin: MonotonicTime
  let killed: @Sendable () async -> Void
  let state: Lock<State>

  /// - Parameters:
  ///   - seed: decides everything that is left to chance.
  ///   - clock: the one by which its devices work as well.
  ///   - timeout: when callers give up who get no answer.
  ///   - killed: what `Fault.kill` does beside breaking all connections, such as to kill a hub that is there.
  public init(
    seed: UInt64, clock: DeviceClock = .system, timeout: Duration = .seconds(30),
    killed: @escaping @Sendable () async -> Void = {}
  ) {
    self.clock = clock
    self.timeout = timeout
    self.killed = killed
    origin = clock.monotonic()
    state = Lock(State(plan: FaultPlan(seed: seed)))
  }

  // MARK: What goes wrong

  /// Lets things go wrong in this way from now on, beside what does already.
  public func begin(_ scenario: FaultScenario) {
    let now = clock.monotonic()
    change { $0.add(scenario, at: now) }
  }

  /// Nothing goes wrong any longer. What is late already arrives when it was to.
  public func heal() { change { $0.clear() } }

  func change(_ body: (inout FaultPlan) -> Void) {
    let watchers = state.withLock { state in
      body(&state.plan)
      state.changes += 1
      defer { state.watchers = [:] }
      // They are at work at once, not only when they have begun.
      clock.work(state.watchers.count)
      return state.watchers.sorted { $0.key < $1.key }.map(\.value)
    }
    for watcher in watchers { watcher.resume() }
  }

  // MARK: What happened

  /// All calls, in the order in which they were made; of very many the last ones.
  public var events: [NetworkEvent] { state.withLock { $0.events } }

  /// What a device's calls of a kind have gone through, in their order.
  public func events(of device: String, _ call: NetworkCall) -> [NetworkEvent] {
    events.filter { $0.device == device && $0.call == call }
  }

  var elapsed: Duration { clock.monotonic() - origin }

  /// A new call: its place in the record, and what befalls it.
  func record(_ call: NetworkCall, _ device: String) -> (place: Int, judgement: FaultPlan.Judgement) {
    let (now, sent) = (clock.monotonic(), elapsed)
    return state.withLock { state in
      let judgement = state.plan.judge(call, of: device, at: now)
      state.events.append(
        NetworkEvent(device: device, call: call, number: judgement.number, faults: judgement.faults, sent: sent))
      let place = state.dropped + state.events.count - 1
      if state.events.count > 2 * Limits.recordedCalls {
        state.events.removeFirst(Limits.recordedCalls)
        state.dropped += Limits.recordedCalls
      }
      return (place, judgement)
    }
  }

  private func note(_ place: Int, _ body: (inout NetworkEvent) -> Void) {
    state.withLock { state in
      if place >= state.dropped { body(&state.events[place - state.dropped]) }
    }
  }

  func arrived(_ place: Int) {
    let time = elapsed
    note(place) { $0.arrived.append(time) }
  }

  func ended(_ place: Int, _ failure: (any Error)?) {
    let time = elapsed
    note(place) { event in
      event.ended = time
      event.failure = failure.map { "\($0)" }
    }
  }
}

/// What a network says of itself.
struct NetworkFailure: Error, CustomStringConvertible {
  let status: Status
  let message: String
  var retryAfter: Duration?

  static let cut = NetworkFailure(status: .unavailable, message: "the connection is broken")
  static let silence = NetworkFailure(status: .deadlineExceeded, message: "nothing came back in time")

  var description: String { "\(status): \(message)" }
}
