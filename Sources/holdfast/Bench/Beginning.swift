import HoldfastRPC
import HoldfastWire

/// When something that is measured has begun.
struct Beginning {
  private let time = MonotonicTime.now()
  private let cpu = cpuSeconds()

  var elapsed: Duration { MonotonicTime.now() - time }

  func result(_ lanes: LaneResult) -> BenchResult {
    BenchResult(lanes, elapsed: elapsed, cpuSeconds: cpuSeconds() - cpu)
  }

  /// Of work that is one whole: no single call has a time of its own.
  func result(calls: Int) -> BenchResult {
    BenchResult(LaneResult(), calls: UInt64(calls), elapsed: elapsed, cpuSeconds: cpuSeconds() - cpu)
  }
}
