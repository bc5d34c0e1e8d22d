import HoldfastRPC
import HoldfastSync
import HoldfastWire
import TestSupport
import Testing

@testable import HoldfastSDK

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What counts of a network that comes and goes.
struct NetworkTests {
  private func time(_ seconds: Double) -> MonotonicTime {
    MonotonicTime(nanoseconds: UInt64((1_000 + seconds) * 1_000_000_000))
  }

  @Test func `a network that comes counts at once, one that goes has to stay away`() {
    var damping = NetworkDamping()
    #expect(damping.see(.unknown, at: time(0)) == nil && damping.state == .unknown)
    #expect(damping.see(.up, at: time(1)) == nil && damping.state == .up)
    #expect(damping.see(.down, at: time(100)) == time(101) && damping.state == .up)
    #expect(damping.see(.down, at: time(100.5)) == time(101))
    #expect(damping.see(.down, at: time(101)) == nil && damping.state == .down)
  }

  @Test func `a gap that nobody needs to know of is not told`() {
    var damping = NetworkDamping()
    _ = damping.see(.up, at: time(0))
    _ = damping.see(.down, at: time(100))
    #expect(damping.see(.up, at: time(100.3)) == nil && damping.state == .up)
  }

  @Test func `the more often it flaps the longer it has to last, up to a bound`() {
    var damping = NetworkDamping()
    _ = damping.see(.up, at: time(0))
    var waits: [Duration] = []
    for step in 1...10 {
      let now = time(100 + Double(step))
      let seen: NetworkState = step % 2 == 1 ? .down : .up
      if let due = damping.see(seen, at: now) { waits.append(due - now) }
    }
    #expect(waits == waits.sorted() && waits.last ?? .zero <= .seconds(30))
    #expect(waits.last ?? .zero > .seconds(10))
    // A calm minute later all is as before.
    #expect(damping.see(.down, at: time(300)) == time(301))
  }

  /// A network that tests switch.
  private final class Switch: NetworkSource {
    let isOn = Lock(true)
    let bell = Bell()
    func hasNetwork() -> Bool { isOn.withLock { $0 } }
    func change(within limit: Duration) async { await bell.wait() }
    func turn(_ on: Bool) {
      isOn.withLock { $0 = on }
      bell.ring()
    }
  }

  @Test func `a monitor tells of changes, and can be overruled`() async throws {
    let source = Switch()
    var damping = NetworkDamping()
    damping.hold = .zero
    let monitor = NetworkMonitor(source, damping: damping)
    var states = monitor.states.makeAsyncIterator()
    while await states.next() != .up {}
    source.turn(false)
    #expect(await states.next() == .down)
    monitor.override(.off)
    #expect(await states.next() == .off)
    source.turn(true)
    monitor.override(nil)
    while await states.next() != .up {}
  }

  @Test func `a machine that has only itself is no reason not to try`() async throws {
    let source = Switch()
    source.turn(false)
    let monitor = NetworkMonitor(source)
    var states = monitor.states.makeAsyncIterator()
    #expect(await states.next() == .unknown)
    source.turn(true)
    while await states.next() != .up {}
  }

  @Test func `the kernel is listened to until somebody has heard enough`() async {
    let network = SystemNetwork()
    let waiting = Task { await network.change(within: .seconds(600)) }
    waiting.cancel()
    await waiting.value
    await network.change(within: .milliseconds(1))
    _ = network.hasNetwork()
  }

  @Test func `a replica works without the hub while it is told to, and syncs as soon as it is not`() async throws {
    let directory = try TemporaryDirectory()
    let monitor = NetworkMonitor(Switch())
    monitor.override(.off)
    let replica = try await Replica.open(file: directory.path("r"), space: "s", entities: [Note.self])
    let transport = ModelTransport(ModelTransport.Place())
    var settings = SyncSettings()
    settings.network = monitor
    await replica.connect(by: transport, settings: settings, timing: .standard)
    let handle = try await replica.notes.create(Note(id: UUID()))
    for await status in replica.status where status.pending == 1 && status.phase == .offline { break }
    let explanation = try await replica.explain(#require(handle.id))
    #expect(explanation?.reasons == [.hub(.offline)])
    monitor.override(nil)
    #expect(try await handle.outcome() == .applied(version: 1))
    await replica.close()
  }
}
