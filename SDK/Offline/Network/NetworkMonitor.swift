import HoldfastRPC
import HoldfastWire

/// Follows whether this machine has a network, and tells those who want to know.
///
/// It says when it is worth trying, not that a hub can be reached: replicas believe their own connections first.
public final class NetworkMonitor: Sendable {
  /// The one of this machine.
  public static let system = NetworkMonitor(SystemNetwork())

  private let shown = Latest(NetworkState.unknown)
  private let forced = Lock<NetworkState?>(nil)
  private let damped = Lock(NetworkState.unknown)
  private let task = Lock<Task<Void, Never>?>(nil)

  package init(_ source: any NetworkSource, damping: NetworkDamping = NetworkDamping(), clock: DeviceClock = .system) {
    let task = Task { [weak self] in
      var damping = damping
      var hasHadNetwork = false
      while !Task.isCancelled {
        let hasNetwork = source.hasNetwork()
        hasHadNetwork = hasHadNetwork || hasNetwork
        let now = clock.monotonic()
        let due = damping.see(hasNetwork ? .up : hasHadNetwork ? .down : .unknown, at: now)
        guard let self else { return }
        self.damped.withLock { $0 = damping.state }
        self.show()
        await source.change(within: due.map { min($0 - now, Self.longestWait) } ?? Self.longestWait)
      }
    }
    self.task.withLock { $0 = task }
  }

  /// How long it goes without a look, should the kernel say nothing.
  private static let longestWait = Duration.seconds(30)

  deinit { task.withLock { $0 }?.cancel() }

  /// How things stand now.
  public var state: NetworkState { shown.value }

  /// How things stand now, and whenever that changes.
  public var states: NetworkStateStream { NetworkStateStream(latest: shown) }

  /// Takes this for the truth from now on, whatever the machine says; nil goes by the machine again.
  public func override(_ state: NetworkState?) {
    forced.withLock { $0 = state }
    show()
  }

  private func show() {
    let state = forced.withLock { $0 } ?? damped.withLock { $0 }
    shown.change { $0 = state }
  }
}

/// States of the network, each other than the one before.
public struct NetworkStateStream: AsyncSequence, Sendable {
  public typealias Element = NetworkState

  let latest: Latest<NetworkState>

  public struct AsyncIterator: AsyncIteratorProtocol {
    let follower: Latest<NetworkState>.Follower
    var last: NetworkState?

    public mutating func next() async -> NetworkState? {
      last = await follower.next(after: last)
      return last
    }
  }

  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(follower: Latest.Follower(latest)) }
}
