import HoldfastRPC
import HoldfastSDK
import HoldfastWire

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Runs one kind of work on many lanes and measures it.
struct Benchmark<Work: BenchWork>: Sendable {
  let work: Work
  /// Connections; lanes are dealt out over them in turn.
  let hubs: [Hub]
  let lanes: Int

  /// Runs for `seconds`, after a start of a fifth of a second that is not measured; each lane makes one call at a time.
  func run(seconds: Double) async throws -> BenchResult {
    try await run(seconds) { number, hub, end in await runLane(number, hub, until: end) }
  }

  private func run(
    _ seconds: Double, _ runLane: @escaping @Sendable (Int, Hub, MonotonicTime) async -> LaneResult
  ) async throws -> BenchResult {
    try await work.prepare(hubs[0])
    _ = await measure(for: .milliseconds(200), runLane)
    return await measure(for: .seconds(seconds), runLane)
  }

  private func measure(
    for time: Duration, _ runLane: @escaping @Sendable (Int, Hub, MonotonicTime) async -> LaneResult
  ) async -> BenchResult {
    let cpu = cpuSeconds()
    let start = MonotonicTime.now()
    let end = start + time
    let total = await withTaskGroup(of: LaneResult.self) { group in
      for number in 0..<lanes {
        let hub = hubs[number % hubs.count]
        // On the connection's own loop, a call costs no change of thread.
        group.addTask(executorPreference: hub.client.loop.executor) { await runLane(number, hub, end) }
      }
      return await group.reduce(into: LaneResult()) { $0.merge($1) }
    }
    let elapsed = MonotonicTime.now() - start
    return BenchResult(total, elapsed: elapsed, cpuSeconds: cpuSeconds() - cpu)
  }

  nonisolated(nonsending) private func runLane(_ number: Int, _ hub: Hub, until end: MonotonicTime) async -> LaneResult
  {
    var result = LaneResult()
    var lane = work.makeLane(number, hub)
    var failuresInARow = 0
    var began = MonotonicTime.now()
    // At least once, however late its turn comes.
    repeat {
      do {
        try await work.step(&lane)
        let ended = MonotonicTime.now()
        result.histogram.record(ended.nanoseconds - began.nanoseconds)
        failuresInARow = 0
        began = ended
      } catch {
        result.fail(error)
        failuresInARow += 1
        began = MonotonicTime.now()
      }
    } while began < end && failuresInARow < Limits.benchFailures
    return result
  }
}

extension Benchmark where Work: PipelinedWork {
  /// Runs for `seconds` as above; the lanes keep `inflight` calls under way together.
  func run(seconds: Double, inflight: Int) async throws -> BenchResult {
    try await run(seconds) { number, hub, end in
      await runWindow(number, hub, inflight / lanes + (number < inflight % lanes ? 1 : 0), until: end)
    }
  }

  /// A lane that has `depth` calls under way: waits for the oldest, and sends the next.
  nonisolated(nonsending) private func runWindow(
    _ number: Int, _ hub: Hub, _ depth: Int, until end: MonotonicTime
  ) async -> LaneResult {
    var result = LaneResult()
    var lane = work.makeLane(number, hub)
    // A place is empty while its reply is read, so that nothing is held twice.
    var window: [PendingReply<Work.Reply, Work.Failure>?] = []
    var began: [MonotonicTime] = []
    var oldest = 0
    do {
      for _ in 0..<depth {
        began.append(.now())
        window.append(work.begin(&lane))
      }
      while let pending = window[oldest].take() {
        try work.check(await pending.reply, &lane)
        let now = MonotonicTime.now()
        result.histogram.record(now.nanoseconds - began[oldest].nanoseconds)
        guard now < end else { break }
        began[oldest] = now
        window[oldest] = work.begin(&lane)
        oldest = (oldest + 1) % depth
      }
      for pending in window { _ = try await pending?.reply }
    } catch {
      result.fail(error)
    }
    return result
  }
}

/// What one lane counted.
struct LaneResult: Sendable {
  var histogram = Histogram()
  var errors = 0
  var firstError: String?

  mutating func fail(_ error: any Error) {
    errors += 1
    if firstError == nil { firstError = "\(error)" }
  }

  mutating func merge(_ other: LaneResult) {
    histogram.merge(other.histogram)
    errors += other.errors
    firstError = firstError ?? other.firstError
  }
}

/// What a benchmark found.
struct BenchResult: Sendable {
  let calls: UInt64
  let seconds: Double
  let errors: Int
  let firstError: String?
  let clientCPUSeconds: Double
  private let histogram: Histogram

  /// - Parameter calls: how many were made, where the lanes have not timed each.
  init(_ lanes: LaneResult, calls: UInt64? = nil, elapsed: Duration, cpuSeconds: Double) {
    self.calls = calls ?? lanes.histogram.count
    seconds = inThousandths(elapsed / .seconds(1))
    errors = lanes.errors
    firstError = lanes.firstError
    clientCPUSeconds = inThousandths(cpuSeconds)
    histogram = lanes.histogram
  }

  var callsPerSecond: Double { (Double(calls) / seconds).rounded() }

  func microseconds(_ share: Double) -> Double { Double(histogram.percentile(share)) / 1000 }

  var longestMicroseconds: Double { Double(histogram.longest) / 1000 }
}

/// Rounded, as more digits say nothing.
func inThousandths(_ seconds: Double) -> Double { (seconds * 1000).rounded() / 1000 }

private func usage() -> rusage {
  var usage = rusage()
  #if canImport(Glibc)
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  #else
    getrusage(RUSAGE_SELF, &usage)
  #endif
  return usage
}

/// CPU time of this process so far, in user and system mode.
func cpuSeconds() -> Double {
  let usage = usage()
  return [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
}

/// The most memory that this process has had resident, in KiB.
func residentPeakKiB() -> Int {
  #if os(Linux)
    Int(usage().ru_maxrss)
  #else
    Int(usage().ru_maxrss) / 1024
  #endif
}
