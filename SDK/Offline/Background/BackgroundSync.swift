import HoldfastRPC
import HoldfastWire

/// What came of looking for something new.
public enum BackgroundResult: Sendable, Hashable {
  case newData, noData, failed
}

/// Something that is brought up to date from time to time. A `Replica` is one.
public protocol BackgroundSource: Sendable {
  /// Brings it up to date. The task is cancelled when the time is up.
  func sync() async throws -> BackgroundResult
  /// Why it said last that it failed, where it did so without throwing.
  var lastFailure: (any Error)? { get async }
}

extension BackgroundSource {
  public var lastFailure: (any Error)? { nil }
}

/// Brings sources up to date from time to time, when there is a network, and never for longer than allowed.
///
///     let background = BackgroundSync([replica])
///     try await background.run { report in print(report.result) }
public struct BackgroundSync: Sendable {
  public var sources: [any BackgroundSource]
  /// From the beginning of one run to that of the next.
  public var interval = Duration.seconds(900)
  /// What one run may take.
  public var deadline = Duration.seconds(30)
  /// Without a network no run begins; nil runs whether or not there is one.
  public var network: NetworkMonitor?
  /// Waits; tests step it.
  package var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }

  /// What one run came to.
  public struct Report: Sendable {
    /// New data if any source had some; failed if none had and one failed.
    public var result: BackgroundResult
    /// Of each source, in their order; nil where the time was up.
    public var results: [BackgroundResult?]
    public var failures: [any Error]
  }

  public init(_ sources: [any BackgroundSource], network: NetworkMonitor? = .system) {
    self.sources = sources
    self.network = network
  }

  /// Runs at once, and again after each interval, until the task is cancelled.
  public func run(_ report: @Sendable (Report) async -> Void = { _ in }) async throws {
    while true {
      try await awaitNetwork()
      async let pause: Void = sleep(interval)
      await report(await runOnce())
      try await pause
    }
  }

  private func awaitNetwork() async throws {
    guard let network else { return }
    for await state in network.states where state == .up || state == .unknown { break }
    try Task.checkCancellation()
  }

  /// One run: all sources at the same time.
  public func runOnce() async -> Report {
    let found = await withTaskGroup(of: (Int, Result<BackgroundResult?, any Error>).self) { group in
      for (index, source) in sources.enumerated() {
        group.addTask { (index, await self.sync(source)) }
      }
      return await group.reduce(into: [Int: Result<BackgroundResult?, any Error>]()) { $0[$1.0] = $1.1 }
    }
    var report = Report(result: .noData, results: [], failures: [])
    for index in sources.indices {
      switch found[index] {
      case .success(let result)?:
        report.results.append(result)
        if result == .failed, let failure = await sources[index].lastFailure { report.failures.append(failure) }
      case .failure(let error)?:
        report.results.append(.failed)
        report.failures.append(error)
      case nil: report.results.append(nil)
      }
    }
    if report.results.contains(.newData) {
      report.result = .newData
    } else if report.results.contains(.failed) {
      report.result = .failed
    }
    return report
  }

  /// nil when the time is up.
  private func sync(_ source: any BackgroundSource) async -> Result<BackgroundResult?, any Error> {
    await withTaskGroup(of: Result<BackgroundResult?, any Error>?.self) { group in
      group.addTask {
        do { return .success(try await source.sync()) } catch is CancellationError { return nil } catch {
          return .failure(error)
        }
      }
      group.addTask {
        do { try await self.sleep(self.deadline) } catch { return nil }
        return .success(nil)
      }
      defer { group.cancelAll() }
      for await result in group {
        if let result { return result }
      }
      return .success(nil)
    }
  }
}

extension Replica: BackgroundSource {
  public var lastFailure: (any Error)? { currentStatus.lastError }

  /// Sends what waits and asks the hub for what is new; returns when both are done, or cannot be done now.
  ///
  /// - Returns: whether anything came or went. `noData` as well where another process on this file syncs.
  public func sync() async throws -> BackgroundResult {
    guard let engine = connection.withLock({ $0 })?.engine else {
      return currentStatus.phase == .elsewhere ? .noData : .failed
    }
    let before = core.status.value.metrics
    await engine.refresh()
    for await status in status {
      let hasNews = status.metrics.received > before.received || status.metrics.synced > before.synced
      switch status.phase {
      case .synced, .pending: return hasNews ? .newData : .noData
      case .offline where status.metrics.failed > before.failed, .needs: return .failed
      case .elsewhere: return .noData
      case .offline, .syncing: continue
      }
    }
    throw CancellationError()
  }
}
