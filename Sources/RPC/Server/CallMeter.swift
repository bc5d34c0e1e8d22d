/// Counts what a server's connections and calls do: calls by name and status, how long they take, and bytes.
///
/// Given to a server by its settings, and read by whoever shows the figures. Each loop counts for itself
/// (`LoopMeter`), so that counting a call takes a few stores and the time of day; reading adds them up.
public final class CallMeter: Sendable {
  /// How a meter's figures are divided: calls by their numbers in the dispatcher, with those that it has not last.
  private let names: [String]
  private let loops = Lock<[ObjectIdentifier: LoopMeter]>([:])

  /// A meter of the calls that the dispatcher has now.
  public init(_ dispatcher: Dispatcher) { names = dispatcher.names }

  /// Counts for connections of this loop.
  func meter(on loop: EventLoop) -> LoopMeter {
    loops.withLock { loops in
      if let known = loops[ObjectIdentifier(loop)] { return known }
      let new = LoopMeter(calls: names.count + 1)
      loops[ObjectIdentifier(loop)] = new
      return new
    }
  }

  /// What has been counted so far. The figures are read one after the other while others go on.
  public func figures() -> CallFigures {
    var figures = CallFigures(calls: (names.map(Optional.some) + [nil]).map { CallFigures.Call(name: $0) })
    for meter in loops.withLock({ Array($0.values) }) { meter.add(to: &figures) }
    return figures
  }
}

/// What a server's connections and calls have done so far.
public struct CallFigures: Sendable {
  public struct Call: Sendable {
    /// `notes.Notes/save`; nil stands for all calls that the server does not have.
    public let name: String?
    /// How many ended with each status: the place is the status' number.
    public internal(set) var statuses: [UInt64] = Array(repeating: 0, count: Limits.countedStatuses)
    /// How many took up to the bound of the same place in `CallFigures.bounds`, and longer than the one before it; the last
    /// stands for all that took longer.
    public internal(set) var times: [UInt64] = Array(repeating: 0, count: Limits.countedTimes.count + 1)
    /// How long all took together, from the call's arrival to its reply.
    public internal(set) var time: Duration = .zero

    init(name: String?) { self.name = name }
  }

  /// The bounds of `Call.times`.
  public static var bounds: [Duration] { Limits.countedTimes.map { .nanoseconds($0) } }

  public internal(set) var calls: [Call]
  /// Connections that were taken, and those of them that have ended.
  public internal(set) var connectionsBegun: UInt64 = 0
  public internal(set) var connectionsEnded: UInt64 = 0
  /// Calls that have arrived, and those of them that have their reply.
  public internal(set) var callsBegun: UInt64 = 0
  public internal(set) var callsEnded: UInt64 = 0
  /// Bytes of frames.
  public internal(set) var bytesReceived: UInt64 = 0
  public internal(set) var bytesSent: UInt64 = 0

  init(calls: [Call]) { self.calls = calls }
}
