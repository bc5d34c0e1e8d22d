import Foundation
import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import Testing

/// From a file to what comes of its texts, as programs do it.
struct `The whole workflow of an analysis` {
  @Test(arguments: [
    (runs: 5, connections: 1, rows: 200, chain: "sentiment"),
    (runs: 100, connections: 10, rows: 12, chain: "statistics"),
  ])
  func `upload, profile, the three best columns, estimate, start and results with progress, for many at once`(
    _ load: (runs: Int, connections: Int, rows: Int, chain: String)
  ) async throws {
    let process = try await HubProcess()
    var hubs: [Hub] = []
    for _ in 0..<load.connections { hubs.append(try await process.connect()) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<load.runs {
        let hub = hubs[number % hubs.count]
        group.addTask { try await analyze(AnalysedFile(rows: load.rows, name: "reviews \(number)"), load.chain, hub) }
      }
      try await group.waitForAll()
    }
    let listed = try await hubs[0].analysis.listRuns(ListRunsRequest(space: "default", limit: 100)).runs
    #expect(listed.count == load.runs)
    #expect(listed.allSatisfy { $0.state == .done })
    for hub in hubs { hub.close() }
  }

  private func analyze(_ file: AnalysedFile, _ chain: String, _ hub: Hub) async throws {
    let uploaded = try await file.upload(to: hub)
    #expect(uploaded.state == .ready)

    var profile = ProfiledFile()
    let request = ProfileRequest(space: "default", file: uploaded.file, exact: true)
    for try await next in hub.analysis.profile(request) { profile = next }
    #expect(profile.exact)
    #expect(profile.rows == UInt64(file.rows))
    #expect(profile.candidates.count >= 5)
    let scores = profile.candidates.map { number in profile.columns.first { $0.number == number }?.score ?? -1 }
    #expect(scores == scores.sorted(by: >))
    let best = profile.candidates.prefix(3).compactMap { number in profile.columns.first { $0.number == number }?.name }
    #expect(best.count == 3)

    let options = RunOptions(columns: best, chain: chain, price: "0.10")
    let estimate = try await hub.analysis.estimate(
      EstimateRequest(space: "default", file: uploaded.file, options: options))
    #expect(estimate.rows == UInt64(file.rows))
    #expect(estimate.tokens > 0)
    #expect(estimate.lower <= estimate.seconds && estimate.seconds <= estimate.upper)

    let run = try await hub.analysis.start(StartRequest(space: "default", file: uploaded.file, options: options)).run
    let seen = try await SeenItems.follow(hub, run)
    seen.expectWhole(best, rows: file.rows)
    #expect(seen.shares.last == 1)
    #expect(abs(Double(seen.status.tokens) / Double(estimate.tokens) - 1) < 0.15)
  }
}
