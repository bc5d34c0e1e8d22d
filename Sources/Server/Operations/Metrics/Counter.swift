internal import Synchronization

/// A number that only grows, which many threads may count at once.
final class Counter: Sendable {
  private let count = Atomic<UInt64>(0)

  func add(_ amount: Int = 1) { count.wrappingAdd(UInt64(clamping: amount), ordering: .relaxed) }

  var value: UInt64 { count.load(ordering: .relaxed) }
}
