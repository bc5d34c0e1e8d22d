#if os(Linux)
  import Foundation
  import Glibc
  import HoldfastTesting

  /// A way to a hub on which the weather is bad: clients connect to it in place of the hub.
  ///
  /// Threads that block do the work, two for a connection, and end when the proxy goes.
  final class FaultyProxy: Sendable {
    struct NoAddress: Error {
      let reason: String
    }

    let address: String
    private let road: Road

    /// - Parameter hub: `a.b.c.d:PORT`; the proxy has another port there.
    init(to hub: String, seed: UInt64) throws {
      guard let target = sockaddr_in(hub), var own = sockaddr_in(hub) else { throw NoAddress(reason: hub) }
      // The address is the test's alone: a port there that was free stays free.
      own.sin_port = 0
      own.sin_port = try Self.listener(at: own).name.sin_port
      address = "\(hub.prefix { $0 != ":" }):\(UInt16(bigEndian: own.sin_port))"
      road = Road(seed: seed)
      let (road, place) = (road, own)
      Thread.detachNewThread { Self.serve(at: place, to: target, on: road) }
    }

    deinit { road.close() }

    var weather: Weather {
      get { road.weather }
      set { road.weather = newValue }
    }

    private static func listener(at place: sockaddr_in) throws -> Descriptor {
      let listener = Descriptor(socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0))
      var yes: Int32 = 1
      setsockopt(listener.number, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
      let bound = place.withPointer { bind(listener.number, $0, $1) }
      guard bound == 0, listen(listener.number, 64) == 0 else {
        throw NoAddress(reason: String(cString: strerror(errno)))
      }
      return listener
    }

    /// Takes connections in, as long as the proxy is there; it is not listened while everybody is refused.
    private static func serve(at place: sockaddr_in, to target: sockaddr_in, on road: Road) {
      var listener: Descriptor?
      while road.isOpen {
        guard road.weather != .refusing else {
          listener = nil
          road.pause(milliseconds: 20)
          continue
        }
        guard let current = listener ?? (try? Self.listener(at: place)) else {
          road.pause(milliseconds: 20)
          continue
        }
        listener = current
        guard current.isReadable(within: 20) else { continue }
        let near = Descriptor(accept(current.number, nil, nil))
        guard near.number >= 0, fcntl(near.number, F_SETFD, FD_CLOEXEC) == 0 else { continue }
        Thread.detachNewThread { FaultyLink.carry(near, to: target, on: road) }
      }
    }
  }

  /// The weather, and who is on the way.
  final class Road: @unchecked Sendable {  // the condition guards everything
    private let condition = NSCondition()
    private var current = Weather.calm
    private var generator: SeededGenerator
    private var isClosed = false

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    var isOpen: Bool { condition.withLock { !isClosed } }

    var weather: Weather {
      get { condition.withLock { current } }
      set {
        condition.withLock {
          current = newValue
          condition.broadcast()
        }
      }
    }

    func close() {
      condition.withLock {
        isClosed = true
        condition.broadcast()
      }
    }

    /// What becomes of some bytes that are to go now.
    func passage(of count: Int) -> Passage {
      condition.withLock { .random(of: count, in: current, using: &generator) }
    }

    /// Returns after so long, or earlier when the weather changes or the road is closed.
    func pause(milliseconds: Int) {
      condition.withLock {
        let (before, end) = (current, Date(timeIntervalSinceNow: Double(milliseconds) / 1000))
        while !isClosed, current == before, condition.wait(until: end) {}
      }
    }
  }
#endif
