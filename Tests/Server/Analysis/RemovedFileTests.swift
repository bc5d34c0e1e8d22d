import FoundationEssentials
import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastStore
import HoldfastWire
import TestSupport
import Testing

@testable import HoldfastServer

/// What becomes of analyses whose file is removed.
struct `Analyses of files that are removed` {
  private let fixture: AnalysisFixture
  private let hub: Hub
  private let file = TestFile(
    Array(("title,text\n" + (0..<500).map { "t\($0),a pleasant text of \($0)\n" }.joined()).utf8))
  private var client: AnalysisClient { hub.analysis }
  private var desk: RunDesk { fixture.calls.runs }

  init() async throws {
    fixture = try await AnalysisFixture()
    hub = Hub(fixture.calls.rpcClient())
  }

  private func start(_ chain: String) async throws -> UUID {
    try await client.start(
      StartRequest(
        space: "notes", file: file.head.file, options: RunOptions(columns: ["title", "text"], chain: chain))
    ).run
  }

  /// Runs `body` while there is a worker that never comes to an end, with the first batch under way.
  private func stalled(_ body: (UUID) async throws -> Void) async throws {
    let arrived = Happening()
    let worker = Task { [hub] in
      try await Worker(hub, space: "notes", chain: "endless") { _ in
        arrived.pass()
        try await Task.sleep(for: .seconds(3_600))
        return []
      }.run()
    }
    defer { worker.cancel() }
    while desk.workers.isEmpty { await Task.yield() }
    try await client.upload(file)
    let run = try await start("endless")
    await arrived.wait()
    try await body(run)
  }

  private func status(_ run: UUID) async throws -> RunStatus {
    try await client.run(RunRequest(space: "notes", run: run))
  }

  /// Rows of the run's items, checkpoints and logs.
  private func rows() async throws -> [Int64] {
    try await fixture.hub.store.scan { transaction in
      var counts: [Int64] = []
      for count: SQL in [
        "SELECT count(*) FROM analysis_block", "SELECT count(*) FROM analysis_checkpoint",
        "SELECT count(*) FROM analysis_log",
      ] { counts.append(try transaction.first(count) { $0.integer(0) } ?? -1) }
      return counts
    }
  }

  @Test func `what goes on ends, whoever follows it learns why, and nobody works on it any longer`() async throws {
    try await stalled { run in
      #expect(desk.workers.map(\.leases) == [2])
      var seen = RunStatus()
      var events = 0
      for try await event in client.follow(ResultsRequest(space: "notes", run: run)) {
        if case .progress(let status)? = event.value { seen = status }
        events += 1
        if events == 1 { #expect(try await client.removeFile(file.request).existed) }
      }
      #expect(events == 2)
      #expect(desk.workers.map(\.leases) == [0])
      for status in try await [seen, status(run)] {
        #expect(status.state == .cancelled)
        #expect(status.failure == "its file was removed")
        #expect(status.ended != nil)
      }
    }
  }

  @Test func `analyses of other files go on, and those that had ended stay as they were`() async throws {
    try await stalled { run in
      let other = TestFile(file.content, name: "other.csv")
      try await client.upload(other)
      _ = try await client.cancel(RunRequest(space: "notes", run: run))
      let second = try await client.start(
        StartRequest(space: "notes", file: other.head.file, options: RunOptions(columns: ["text"], chain: "endless"))
      ).run
      _ = try await client.removeFile(file.request)
      #expect(try await status(second).state == .running)
      #expect(try await status(run).state == .cancelled)
      #expect(try await status(run).failure == "")
    }
  }

  @Test func `items, checkpoints and logs go, in steps; what the run was stays`() async throws {
    desk.joinLocal(2)
    try await client.upload(file)
    let run = try await start("statistics")
    for try await _ in client.follow(ResultsRequest(space: "notes", run: run)) {}
    #expect(try await rows().allSatisfy { $0 > 0 })
    _ = try await fixture.hub.store.write { transaction in
      for number in 0..<Limits.droppedRows * 2 {
        try RunLogTable.append(
          "entry \(number)", by: "test", run: 1, column: 1, at: Moment(microseconds: 1), sealing: nil,
          transaction)
      }
    }
    _ = try await client.removeFile(file.request)
    let refusal = await #expect(throws: CallError<AnalysisMethods.ResultsFailure>.self) {
      for try await _ in client.follow(ResultsRequest(space: "notes", run: run)) {}
    }
    #expect(refusal?.status == .failedPrecondition)
    #expect(refusal?.message.contains("was removed") == true)
    try await fixture.hub.store.write { try AnalysisRunTable.empty(1, limit: Limits.droppedRows, $0) }
    #expect(try await rows()[2] > Limits.droppedRows, "one step drops so many rows of a table and no more")
    try await desk.tend()
    #expect(try await rows() == [0, 0, 0])
    #expect(try await fixture.hub.store.scan { try AnalysisRunTable.emptied($0) } == nil)
    let status = try await status(run)
    #expect((status.state, status.done) == (.done, 1_000))
    #expect(try await client.listRuns(ListRunsRequest(space: "notes")).runs.map(\.run) == [run])
  }

  @Test func `no analysis begins of a file that is removed while it is looked at`() async throws {
    desk.joinLocal(1)
    try await client.upload(file)
    _ = try await client.removeFile(file.request)
    let error = await #expect(throws: CallError<AnalysisMethods.StartFailure>.self) { try await start("statistics") }
    guard case .noSuchFile? = error?.declared else {
      Issue.record("\(String(describing: error))")
      return
    }
  }
}
