import HoldfastRPC
public import HoldfastSDK
public import HoldfastWire

/// A clock that stands still until a test moves it, and never moves while there is work that it knows of: for replicas,
/// networks and the hub of a test, which then need no real time to pass.
///
///     let clock = TestClock()
///     try await clock.advance(by: .seconds(60))
///     try await clock.running { try await handle.outcome() }
public final class TestClock: Sendable {
  private struct Sleeper {
    let time: MonotonicTime
    let caller: CheckedContinuation<Void, any Error>
  }

  private struct Watcher {
    let needsSleeper: Bool
    let caller: CheckedContinuation<Void, any Error>
  }

  private struct State {
    var now: MonotonicTime
    /// Pieces of work for whose end time waits.
    var work = 0
    /// Who is to be woken, by the order in which they have come.
    var sleepers: [UInt64: Sleeper] = [:]
    /// Who waits for quiet.
    var watchers: [UInt64: Watcher] = [:]
    var lastNumber: UInt64 = 0

    mutating func number() -> UInt64 {
      lastNumber += 1
      return lastNumber
    }

    /// Takes those out who have waited for quiet, now that it is.
    mutating func heard() -> [Watcher] {
      guard work == 0, !watchers.isEmpty else { return [] }
      let numbers = watchers.filter { !$0.value.needsSleeper || !sleepers.isEmpty }.keys.sorted()
      return numbers.compactMap { watchers.removeValue(forKey: $0) }
    }
  }

  private let state: Lock<State>
  /// In microseconds since 1970.
  private let start: Int64
  private static let origin = MonotonicTime(nanoseconds: 1_000_000_000_000)

  /// - Parameter start: the date that it shows at first.
  public init(start: Timestamp = Timestamp(seconds: 1_800_000_000)) {
    self.start = start.seconds * 1_000_000 + Int64(start.nanoseconds / 1_000)
    state = Lock(State(now: Self.origin))
  }

  /// How far it has been moved.
  public var elapsed: Duration { state.withLock { $0.now } - Self.origin }

  /// The date that it shows.
  public var date: Timestamp {
    let time = microseconds
    return Timestamp(seconds: time / 1_000_000, nanoseconds: Int32(time % 1_000_000) * 1_000)
  }

  private var microseconds: Int64 { start + elapsed.saturatingNanoseconds / 1_000 }

  /// The clock of a device.
  /// - Parameter ahead: how much later it is by the device's own date, which is then wrong.
  public func device(ahead: Duration = .zero) -> DeviceClock {
    let offset = ahead.saturatingNanoseconds / 1_000
    return DeviceClock(
      wall: { self.microseconds + offset }, monotonic: { self.state.withLock { $0.now } },
      sleep: { try await self.sleep(until: $0) }, work: { self.work($0) })
  }

  // MARK: Moving

  /// Moves it, stopping wherever somebody wants to be woken, until what they do is done.
  public func advance(by duration: Duration) async throws {
    let end = state.withLock { $0.now } + duration
    while true {
      try await quiet(needsSleeper: false)
      switch wake(until: end) {
      case .woken, .busy: break
      case .nobody, .later: return state.withLock { $0.now = max($0.now, end) }
      }
    }
  }

  /// Lets time pass by itself as long as `body` runs, always as far as the next moment at which somebody wants to be
  /// woken: what waits for a time, for a reply that is late or for the next attempt has not to wait really.
  ///
  /// - Throws: what `body` throws; `TimeIsOver` when it is not done within `limit`.
  public func running<Value: Sendable>(
    atMost limit: Duration = .seconds(7 * 86_400), _ body: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    let end = state.withLock { $0.now } + limit
    return try await withThrowingTaskGroup(of: Done<Value>?.self) { group in
      group.addTask { Done(value: try await body()) }
      group.addTask {
        try await self.pass(until: end)
        return nil
      }
      defer { group.cancelAll() }
      guard let first = try await group.next(), let done = first else { throw TimeIsOver(limit: limit) }
      return done.value
    }
  }

  /// What `body` came to; an optional alone would not tell whether there is one.
  private struct Done<Value: Sendable>: Sendable {
    let value: Value
  }

  /// What a test waited for has not come.
  public struct TimeIsOver: Error, Sendable, CustomStringConvertible {
    /// How long it was waited for.
    public let limit: Duration

    public var description: String { "what was waited for has not come within \(limit) on the clock" }
  }

  private func pass(until end: MonotonicTime) async throws {
    while true {
      // Whoever has just been told of something, and has not begun with it, comes first.
      await Task.yield()
      try await quiet(needsSleeper: true)
      if wake(until: end) == .later { return }
    }
  }

  private enum Waking {
    case woken
    /// Something has begun meanwhile.
    case busy
    /// Nobody wants to be woken, or not until then.
    case nobody, later
  }

  /// Moves to the next moment at which somebody wants to be woken, and wakes them.
  private func wake(until end: MonotonicTime) -> Waking {
    let (waking, woken): (Waking, [Sleeper]) = state.withLock { state in
      guard state.work == 0 else { return (.busy, []) }
      guard let next = state.sleepers.values.map(\.time).min() else { return (.nobody, []) }
      guard next <= end else { return (.later, []) }
      state.now = max(state.now, next)
      let numbers = state.sleepers.filter { $0.value.time <= state.now }.keys.sorted()
      state.work += numbers.count
      return (.woken, numbers.compactMap { state.sleepers.removeValue(forKey: $0) })
    }
    for sleeper in woken { sleeper.caller.resume() }
    return waking
  }

  // MARK: Waiting

  private func sleep(until time: MonotonicTime) async throws {
    let number = state.withLock { $0.number() }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { caller in
        let (outcome, heard): (Result<Void, any Error>?, [Watcher]) = state.withLock { state in
          if Task.isCancelled { return (.failure(CancellationError()), []) }
          if time <= state.now { return (.success(()), []) }
          precondition(state.work > 0, "only work rests")
          state.work -= 1
          state.sleepers[number] = Sleeper(time: time, caller: caller)
          return (nil, state.heard())
        }
        if let outcome { caller.resume(with: outcome) }
        for watcher in heard { watcher.caller.resume() }
      }
    } onCancel: {
      let sleeper = state.withLock { state in
        let sleeper = state.sleepers.removeValue(forKey: number)
        if sleeper != nil { state.work += 1 }
        return sleeper
      }
      sleeper?.caller.resume(throwing: CancellationError())
    }
  }

  private func work(_ change: Int) {
    guard change != 0 else { return }
    let heard = state.withLock { state in
      state.work += change
      precondition(state.work >= 0, "more work has ended than has begun")
      return state.heard()
    }
    for watcher in heard { watcher.caller.resume() }
  }

  /// Returns when nothing is under way, and somebody waits to be woken if that is needed.
  private func quiet(needsSleeper: Bool) async throws {
    let number = state.withLock { $0.number() }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { caller in
        let (isCancelled, heard) = state.withLock { state in
          if Task.isCancelled { return (true, [Watcher]()) }
          state.watchers[number] = Watcher(needsSleeper: needsSleeper, caller: caller)
          return (false, state.heard())
        }
        if isCancelled { caller.resume(throwing: CancellationError()) }
        for watcher in heard { watcher.caller.resume() }
      }
    } onCancel: {
      let watcher = state.withLock { $0.watchers.removeValue(forKey: number) }
      watcher?.caller.resume(throwing: CancellationError())
    }
  }
}
