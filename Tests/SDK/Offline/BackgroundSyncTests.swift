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

/// Bringing sources up to date from time to time.
struct BackgroundSyncTests {
  private struct Source: BackgroundSource {
    let body: @Sendable () async throws -> BackgroundResult
    func sync() async throws -> BackgroundResult { try await body() }
  }

  private struct Fault: Error {}

  @Test func `a run says what each source has come to`() async {
    let background = BackgroundSync(
      [Source { .noData }, Source { throw Fault() }, Source { .newData }], network: nil)
    let report = await background.runOnce()
    #expect(report.result == .newData)
    #expect(report.results == [.noData, .failed, .newData])
    #expect(report.failures.count == 1)
    #expect(await BackgroundSync([Source { .failed }], network: nil).runOnce().result == .failed)
  }

  @Test func `a source that takes too long is cancelled, and the others count`() async {
    let cancelled = Happening()
    let slow = Source {
      let bell = Bell()
      await bell.wait()
      cancelled.pass()
      try Task.checkCancellation()
      return .newData
    }
    var background = BackgroundSync([slow, Source { .noData }], network: nil)
    background.deadline = .milliseconds(10)
    let report = await background.runOnce()
    #expect(report.results == [nil, .noData])
    await cancelled.wait()
  }

  @Test func `runs go on after failures, an interval apart`() async throws {
    let slept = Lock<[Duration]>([])
    let runs = Lock(0)
    var background = BackgroundSync([Source { throw Fault() }], network: nil)
    background.sleep = { duration in
      guard duration == .seconds(900) else { return try await Task.sleep(for: duration) }
      slept.withLock { $0.append(duration) }
      if runs.withLock({ $0 }) >= 3 { throw CancellationError() }
    }
    await #expect(throws: CancellationError.self) {
      try await background.run { report in
        #expect(report.result == .failed)
        runs.withLock { $0 += 1 }
      }
    }
    #expect(runs.withLock { $0 } >= 3)
    #expect(slept.withLock { $0.count } >= 3)
  }

  @Test func `a replica is a source`() async throws {
    let directory = try TemporaryDirectory()
    let place = ModelTransport.Place()
    let replica = try await Replica.open(file: directory.path("r"), space: "s", entities: [Note.self])
    #expect(try await replica.sync() == .failed)
    let transport = ModelTransport(place)
    var settings = SyncSettings()
    settings.network = nil
    await replica.connect(by: transport, settings: settings, timing: .standard)
    for await status in replica.status where status.phase == .synced { break }
    #expect(try await replica.sync() == .noData)
    let other = try await Replica.open(file: directory.path("o"), space: "s", entities: [Note.self])
    await other.connect(by: ModelTransport(place), settings: settings, timing: .standard)
    transport.network.withLock { $0.isCut = true }
    try await other.notes.create(Note(id: UUID())).outcome()
    #expect(try await replica.sync() == .failed)
    transport.network.withLock { $0.isCut = false }
    #expect(try await replica.sync() == .newData)
    #expect(try await replica.notes.query().count == 1)
    await replica.close()
    await other.close()
  }
}
