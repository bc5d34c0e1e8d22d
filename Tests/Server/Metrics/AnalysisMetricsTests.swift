import FoundationEssentials
import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastWire
import TestSupport
import Testing

@testable import HoldfastServer

struct `What a hub counts of analyses` {
  private static let rows = 300

  private func upload(to home: MetricsHub) async throws -> FileStatus {
    let text = "id,title,text\n" + (0..<Self.rows).map { "\($0),title \($0),I like number \($0)\n" }.joined()
    return try await home.hub.analysis.upload(Array(text.utf8), named: "people.csv", to: "notes")
  }

  private func follow(_ run: UUID, of home: MetricsHub) async throws {
    for try await _ in home.hub.analysis.follow(ResultsRequest(space: "notes", run: run)) {}
  }

  @Test func `files, profiles, runs, columns, items, tokens and cost are counted exactly`() async throws {
    let home = try await MetricsHub()
    let file = try await upload(to: home)
    for _ in 0..<3 {
      for try await _ in home.hub.analysis.profile(ProfileRequest(space: "notes", file: file.file, exact: true)) {}
    }
    let run = try await home.hub.analysis.start(
      StartRequest(
        space: "notes", file: file.file,
        options: RunOptions(columns: ["title", "text"], chain: "sentiment", price: "0.10"))
    ).run
    try await follow(run, of: home)
    let status = try await home.hub.analysis.run(RunRequest(space: "notes", run: run))
    let metrics = try await home.metrics()
    #expect(metrics["holdfast_files_uploaded_total"] == 1)
    #expect(metrics["holdfast_uploaded_bytes_total"] == Double(file.size))
    // A small file is read whole for each; the second and third time it is kept.
    #expect(metrics.sum("holdfast_profiles_total") == 1)
    #expect(metrics[#"holdfast_cache_hits_total{cache="profiles"}"#] == 2)
    #expect(metrics[#"holdfast_cache_misses_total{cache="profiles"}"#] == 1)
    #expect(metrics[#"holdfast_cache_entries{cache="profiles"}"#] == 1)
    #expect(metrics[#"holdfast_cache_size_bytes{cache="profiles"}"#] > 0)
    #expect(metrics["holdfast_runs_begun_total"] == 1)
    #expect(metrics[#"holdfast_runs_ended_total{state="done"}"#] == 1)
    #expect(metrics["holdfast_runs"] == 0)
    #expect(metrics["holdfast_columns_analyzed_total"] == 2)
    #expect(metrics[#"holdfast_items_analyzed_total{chain="sentiment"}"#] == Double(Self.rows * 2))
    #expect(metrics.sum("holdfast_items_analyzed_total") == Double(Self.rows * 2))
    #expect(metrics.sum("holdfast_item_errors_total") == 0)
    #expect(metrics[#"holdfast_tokens_total{chain="sentiment"}"#] == Double(status.tokens))
    let cost = try #require(Double(status.cost))
    #expect(abs(metrics[#"holdfast_cost_total{chain="sentiment"}"#] - cost) < 1e-9 && cost > 0)
    #expect(metrics["holdfast_leases_total"] == 2)
    #expect(metrics["holdfast_leases_redistributed_total"] == 0)
    await home.close()
  }

  @Test func `chains of clients are counted as one, and workers by whether they live`() async throws {
    let home = try await MetricsHub { $0.analysis.workers = 1 }
    let file = try await upload(to: home)
    for chain in ["mine", "yours"] {
      let worker = Task {
        try await Worker(home.hub, space: "notes", chain: chain) { batch in
          batch.texts.map { $0.hasSuffix("7") ? ItemResult(error: "seven") : ItemResult() }
        }.run()
      }
      while try await home.metrics()[#"holdfast_workers{state="healthy"}"#] < 2 { await Task.yield() }
      let run = try await home.hub.analysis.start(
        StartRequest(space: "notes", file: file.file, options: RunOptions(columns: ["text"], chain: chain))
      ).run
      try await follow(run, of: home)
      worker.cancel()
      while try await home.metrics()[#"holdfast_workers{state="healthy"}"#] > 1 { await Task.yield() }
    }
    let metrics = try await home.metrics()
    #expect(metrics[#"holdfast_items_analyzed_total{chain="custom"}"#] == Double(Self.rows * 2))
    #expect(metrics[#"holdfast_item_errors_total{chain="custom"}"#] == Double(Self.rows / 10 * 2))
    #expect(!metrics.series.contains { $0.contains("mine") || $0.contains("yours") })
    await home.close()
  }

  @Test func `a column that goes on elsewhere is counted, and what comes late of it`() async throws {
    let home = try await MetricsHub { $0.analysis.workers = 0 }
    let file = try await upload(to: home)
    let arrived = Happening()
    let mayReport = Happening()
    let late = Task {
      try await Worker(home.hub, space: "notes", name: "late", chain: "mine") { batch in
        arrived.pass()
        await mayReport.wait()
        return batch.texts.map { _ in ItemResult() }
      }.run()
    }
    while try await home.metrics()[#"holdfast_workers{state="healthy"}"#] < 1 { await Task.yield() }
    let run = try await home.hub.analysis.start(
      StartRequest(space: "notes", file: file.file, options: RunOptions(columns: ["text", "title"], chain: "mine"))
    ).run
    await arrived.wait(for: 2)
    #expect(try await home.metrics()[#"holdfast_worker_slots{state="used"}"#] == 2)
    // The second has nothing to do, so that it gets one of the two.
    let second = Task {
      try await Worker(home.hub, space: "notes", name: "second", chain: "mine") { batch in
        batch.texts.map { _ in ItemResult() }
      }.run()
    }
    while try await home.metrics()["holdfast_leases_redistributed_total"] < 1 { await Task.yield() }
    mayReport.pass()
    try await follow(run, of: home)
    while try await home.metrics()["holdfast_late_results_refused_total"] < 1 { await Task.yield() }
    let metrics = try await home.metrics()
    #expect(metrics["holdfast_leases_redistributed_total"] >= 1)
    #expect(metrics["holdfast_leases_total"] == 2 + metrics["holdfast_leases_redistributed_total"])
    #expect(metrics.sum("holdfast_items_analyzed_total") == Double(Self.rows * 2))
    late.cancel()
    second.cancel()
    await home.close()
  }
}
