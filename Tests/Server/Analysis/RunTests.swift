import FoundationEssentials
import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastTesting
import HoldfastWire
import TestSupport
import Testing

@testable import HoldfastServer

/// Analyses whose chain is the test's own: it says of each text how long it is.
struct `Analyses of columns` {
  private let fixture: AnalysisFixture
  private let hub: Hub
  private var client: AnalysisClient { hub.analysis }
  private static let rows = 5_000
  private let file = TestFile(
    Array(("id,title,text\n" + (0..<Self.rows).map { "\($0),t\($0),text of \($0)\n" }.joined()).utf8))

  init() async throws {
    fixture = try await AnalysisFixture()
    hub = Hub(fixture.calls.rpcClient())
  }

  /// Runs `body` while the hub looks after runs and a worker is there for each name.
  private func working(
    _ names: [String] = ["w0"], _ work: @escaping @Sendable (WorkBatch) async throws -> [ItemResult] = lengths,
    _ body: () async throws -> Void
  ) async throws {
    let desk = fixture.calls.runs
    let tending = Task { await desk.run() }
    let workers = names.map { name in
      Task { [hub] in try await Worker(hub, space: "notes", name: name, chain: "length", work: work).run() }
    }
    try await until { Set(desk.workers.map(\.entry.worker.name)).isSuperset(of: names) }
    defer { for worker in workers { worker.cancel() } }
    try await body()
    for worker in workers { worker.cancel() }
    tending.cancel()
    await tending.value
  }

  private func start(_ columns: [String] = ["title", "text"], chain: String = "length") async throws -> UUID {
    try await client.upload(file)
    return try await client.start(
      StartRequest(
        space: "notes", file: file.head.file, options: RunOptions(columns: columns, chain: chain, price: "0.10"))
    ).run
  }

  private func follow(_ run: UUID, after: UInt64 = 0, column: String = "") async throws -> ([SeenItem], RunStatus) {
    var items: [SeenItem] = []
    var last = RunStatus()
    for try await event in client.follow(
      ResultsRequest(space: "notes", run: run, after: after, column: column))
    {
      switch event.value {
      case .items(let block): items += block.seen
      case .progress(let status): last = status
      case nil: Issue.record("an event of no kind")
      }
    }
    return (items, last)
  }

  @Test func `each text has one item, in one sequence without a gap, and the run ends`() async throws {
    try await working {
      let run = try await start()
      let (items, status) = try await follow(run)
      #expect(items.map(\.sequence) == Array(1...UInt64(Self.rows * 2)))
      for column in ["title", "text"] {
        let own = items.filter { $0.column == column }
        #expect(own.map(\.row) == Array(0..<UInt64(Self.rows)))
        #expect(own.map(\.length) == (0..<Self.rows).map { column == "title" ? "t\($0)".count : "text of \($0)".count })
      }
      #expect(status.state == .done)
      #expect((status.done, status.total) == (10_000, 10_000))
      #expect(status.columns.map(\.done) == [5_000, 5_000])
      #expect(status.tokens > 0 && status.cost != "0.00")
    }
  }

  @Test func `a stream goes on exactly after the item that was seen last, of all columns or of one`() async throws {
    try await working {
      let run = try await start()
      let (all, _) = try await follow(run)
      for after in [1, 31, 32, 33, 4_999, 9_999, 10_000] as [UInt64] {
        let (rest, status) = try await follow(run, after: after)
        #expect(rest == Array(all[Int(after)...]))
        #expect(status.state == .done)
      }
      let (titles, _) = try await follow(run, after: 40, column: "title")
      #expect(titles == all.filter { $0.sequence > 40 && $0.column == "title" })
      let beyond = await #expect(throws: CallError<AnalysisMethods.ResultsFailure>.self) {
        for try await _ in client.results(ResultsRequest(space: "notes", run: run, after: 10_001)) {}
      }
      #expect(beyond?.status == .outOfRange)
    }
  }

  @Test func `what a worker had when it left, another goes on with: nothing is lost or doubled`() async throws {
    let arrived = Happening()
    let leaving = Task { [hub] in
      try await Worker(hub, space: "notes", name: "leaves", chain: "length") { batch in
        arrived.pass()
        try await Task.sleep(for: .seconds(3_600))
        return []
      }.run()
    }
    try await until { fixture.calls.runs.workers.count == 1 }
    let run = try await start()
    await arrived.wait()
    try await working(["stays", "leaves too"]) {
      leaving.cancel()
      let (items, status) = try await follow(run)
      #expect(items.map(\.sequence) == Array(1...UInt64(Self.rows * 2)))
      #expect(Set(items.map { "\($0.column) \($0.row)" }).count == Self.rows * 2)
      #expect(status.state == .done)
    }
    let log = try await client.logs(LogRequest(space: "notes", run: run, limit: 1_000)).entries
    #expect(log.contains { $0.worker == "leaves" && $0.text == "began" })
    #expect(log.count { $0.text.hasPrefix("done") } == 2)
  }

  @Test func `a text that no worker survives has an error, and the others their items`() async throws {
    try await working(["w0", "w1"]) { batch in
      // What breaks the worker's own report, as a crash would.
      batch.texts.contains("text of 77") ? [] : try await lengths(batch)
    } _: {
      let run = try await start(["text"])
      let (items, status) = try await follow(run)
      #expect(items.count == Self.rows)
      #expect(items.filter { $0.length == nil }.map(\.row) == [77])
      #expect(status.columns.first?.errors == 1)
    }
  }

  @Test func `an error that a chain throws for a batch is the result of its texts`() async throws {
    struct Broken: Error {}
    try await working(["w0"]) { _ in
      throw Broken()
    } _: {
      let run = try await start(["title"])
      let (items, status) = try await follow(run)
      #expect(items.allSatisfy { $0.length == nil })
      #expect(status.state == .done)
      #expect(status.columns.first?.errors == UInt64(Self.rows))
    }
  }

  @Test func `a run that is cancelled keeps its items and makes no more`() async throws {
    let arrived = Happening()
    try await working(["w0"]) { batch in
      if batch.row > 0 {
        arrived.pass()
        try await Task.sleep(for: .seconds(3_600))
      }
      return try await lengths(batch)
    } _: {
      let run = try await start(["title"])
      await arrived.wait()
      let status = try await client.cancel(RunRequest(space: "notes", run: run))
      #expect(status.state == .cancelled)
      let (items, last) = try await follow(run)
      #expect(last.state == .cancelled)
      #expect(UInt64(items.count) == last.done)
      #expect(try await client.cancel(RunRequest(space: "notes", run: run)).state == .cancelled)
    }
  }

  @Test func `a hub that starts again takes up what went on`() async throws {
    let run = try await {
      let worker = Task { [hub] in
        try await Worker(hub, space: "notes", chain: "length") { batch in
          if batch.row > 100 { try await Task.sleep(for: .seconds(3_600)) }
          return try await lengths(batch)
        }.run()
      }
      defer { worker.cancel() }
      try await until { fixture.calls.runs.workers.count == 1 }
      let run = try await start()
      try await until { try await client.run(RunRequest(space: "notes", run: run)).done > 60 }
      return run
    }()
    let calls = AnalysisCalls(beside: fixture.hub.calls)
    let again = Hub(calls.rpcClient())
    let tending = Task { await calls.runs.run() }
    let worker = Task { try await Worker(again, space: "notes", chain: "length", work: lengths).run() }
    defer { worker.cancel() }
    var items: [SeenItem] = []
    for try await event in again.analysis.follow(ResultsRequest(space: "notes", run: run)) {
      if case .items(let block) = event.value { items += block.seen }
    }
    #expect(items.map(\.sequence) == Array(1...UInt64(Self.rows * 2)))
    #expect(Set(items.map { "\($0.column) \($0.row)" }).count == Self.rows * 2)
    tending.cancel()
    await tending.value
  }

  @Test func `what is not there is said, with what there is`() async throws {
    try await working {
      try await client.upload(file)
      func refusal(
        _ columns: [String], _ chain: String, _ file: UUID, price: String = ""
      ) async -> CallError<AnalysisMethods.StartFailure>? {
        await #expect(throws: CallError<AnalysisMethods.StartFailure>.self) {
          _ = try await client.start(
            StartRequest(
              space: "notes", file: file, options: RunOptions(columns: columns, chain: chain, price: price)))
        }
      }
      let id = file.head.file
      #expect(
        await refusal(["titel"], "length", id)?.declared
          == .noSuchColumn(NoSuchColumn(column: "titel", known: ["id", "title", "text"])))
      #expect(
        await refusal(["title"], "mine", id)?.declared == .noSuchChain(NoSuchChain(chain: "mine", known: ["length"])))
      let other = UUID()
      #expect(await refusal(["title"], "length", other)?.declared == .noSuchFile(NoSuchFile(file: other)))
      #expect(await refusal([], "length", id)?.status == .invalidArgument)
      #expect(await refusal(["title", "title"], "length", id)?.status == .invalidArgument)
      #expect(await refusal(["title"], "length", id, price: "cheap")?.status == .invalidArgument)
      let run = await #expect(throws: CallError<AnalysisMethods.RunFailure>.self) {
        _ = try await client.run(RunRequest(space: "notes", run: other))
      }
      #expect(run?.declared == .noSuchRun(NoSuchRun(run: other)))
    }
  }

  @Test func `runs of a space are listed, the newest first, a page at a time`() async throws {
    try await working {
      var runs: [UUID] = []
      for _ in 0..<3 { runs.append(try await start(["title"])) }
      let page = try await client.listRuns(ListRunsRequest(space: "notes", limit: 2))
      #expect(page.runs.map(\.run) == [runs[2], runs[1]])
      #expect(page.more)
      let rest = try await client.listRuns(ListRunsRequest(space: "notes", limit: 2, before: runs[1]))
      #expect(rest.runs.map(\.run) == [runs[0]])
      #expect(!rest.more)
    }
  }
}

/// An item as a client sees it.
private struct SeenItem: Equatable {
  let sequence: UInt64
  let column: String
  let row: UInt64
  /// What the chain found; nil for an error.
  let length: Int?
}

extension ItemBlock {
  fileprivate var seen: [SeenItem] {
    results.enumerated().map { place, result in
      var length: Int?
      if case .integer(let number)? = result.findings.first?.value.value { length = Int(number) }
      return SeenItem(sequence: sequence + UInt64(place), column: column, row: row + UInt64(place), length: length)
    }
  }
}

@Sendable private func lengths(_ batch: WorkBatch) async throws -> [ItemResult] {
  batch.texts.map { ItemResult(findings: [NamedFinding(name: "length", value: .integer(Int64($0.count)))]) }
}

/// Returns as soon as something holds.
private func until(_ holds: () async throws -> Bool) async throws {
  while try await !holds() { await Task.yield() }
}
