import HoldfastRPC
package import HoldfastWire

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The clocks by which a replica works. Programs have the system's; tests take those of `TestClock` in HoldfastTesting,
/// which stand still until they are moved.
public struct DeviceClock: Sendable {
  /// Microseconds since 1970; may be wrong and may jump.
  package var wall: @Sendable () -> Int64
  package var monotonic: @Sendable () -> MonotonicTime
  /// Returns when the time has come, or throws when the task is cancelled before. To be called in the midst of work, which
  /// rests meanwhile.
  package var sleep: @Sendable (_ until: MonotonicTime) async throws -> Void
  /// Told how many pieces of work have begun, or, below zero, are over: a clock that is moved by hand stands still as
  /// long as there are any.
  package var work: @Sendable (_ change: Int) -> Void

  /// This machine's.
  public static let system = DeviceClock(
    wall: { Int64(Date().timeIntervalSince1970 * 1_000_000) }, monotonic: { MonotonicTime.now() })

  /// A clock whose monotonic time passes as the system's does.
  package init(wall: @escaping @Sendable () -> Int64, monotonic: @escaping @Sendable () -> MonotonicTime) {
    let sleep = { @Sendable (until: MonotonicTime) in try await Task.sleep(for: max(until - monotonic(), .zero)) }
    self.init(wall: wall, monotonic: monotonic, sleep: sleep, work: { _ in })
  }

  package init(
    wall: @escaping @Sendable () -> Int64, monotonic: @escaping @Sendable () -> MonotonicTime,
    sleep: @escaping @Sendable (_ until: MonotonicTime) async throws -> Void,
    work: @escaping @Sendable (_ change: Int) -> Void
  ) {
    (self.wall, self.monotonic) = (wall, monotonic)
    (self.sleep, self.work) = (sleep, work)
  }

  /// Whether the task's own work is counted by its clock.
  @TaskLocal package static var isCounted = false

  /// Returns when the time has come, or throws when the task is cancelled before. For what is no work.
  package func rest(until time: MonotonicTime) async throws {
    work(1)
    defer { work(-1) }
    try await sleep(time)
  }

  var moment: ReplicaBook.Moment { ReplicaBook.Moment(wall: wall(), monotonic: monotonic()) }
}
