import Synchronization

/// A clock that moves when the test says so.
final class TestTime: Sendable {
  private let nanoseconds = Atomic<UInt64>(1)

  var clock: @Sendable () -> UInt64 {
    { self.nanoseconds.load(ordering: .relaxed) }
  }

  func advance(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    nanoseconds.wrappingAdd(
      UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds) / 1_000_000_000, ordering: .relaxed)
  }
}
