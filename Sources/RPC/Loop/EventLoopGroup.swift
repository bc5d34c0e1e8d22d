import Synchronization

/// Loops that share out the connections.
public final class EventLoopGroup: Sendable {
  /// The loop of all clients that were not given another, started when it is first asked for. It is never shut down.
  public static let shared: EventLoopGroup = {
    do {
      return try EventLoopGroup(loopCount: 1, name: "hf-client")
    } catch {
      // Nothing that speaks to anybody can work in a process without descriptors or threads.
      preconditionFailure("The shared event loop cannot start: \(error)")
    }
  }()

  public let loops: [EventLoop]
  private let turn = Atomic<Int>(0)

  /// Makes and starts `loopCount` loops, at least one.
  ///
  /// Throws what the system says when it has no descriptors or threads left.
  public init(loopCount: Int, name: String = "hf-loop", poller: PollerKind = .standard) throws(SystemError) {
    var started: [EventLoop] = []
    do throws(SystemError) {
      for number in 0..<max(1, loopCount) {
        let loop = try EventLoop(name: "\(name)-\(number)", poller: poller)
        try loop.start()
        started.append(loop)
      }
    } catch {
      for loop in started { loop.shutdown() }
      throw error
    }
    loops = started
  }

  /// Each loop in turn.
  public func next() -> EventLoop {
    let number = turn.wrappingAdd(1, ordering: .relaxed).oldValue
    return loops[Int(UInt(bitPattern: number) % UInt(loops.count))]
  }

  /// Ends all loops; returns when their threads are through. See `EventLoop.shutdown`.
  public func shutdown() {
    for loop in loops { loop.shutdown() }
  }
}
