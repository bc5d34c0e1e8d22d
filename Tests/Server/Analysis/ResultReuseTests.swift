import FoundationEssentials
import HoldfastAnalysis
import HoldfastCache
import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastStore
import HoldfastWire
import TestSupport
import Testing

@testable import HoldfastServer

/// Columns that were analysed before.
struct `Results that are used again` {
  /// What a worker has been asked to do, and what it may be held up by.
  private final class Work: Sendable {
    let texts = Lock(0)
    let isHeld = Lock(false)
  }

  private let fixture: AnalysisFixture
  private let hub: Hub
  private let work = Work()
  private static let rows = 3_000
  private let file = Self.file()
  private var client: AnalysisClient { hub.analysis }
  private var desk: RunDesk { fixture.calls.runs }

  init() async throws {
    var settings = AnalysisSettings()
    settings.resultsReused = .seconds(1_000)
    fixture = try await AnalysisFixture(settings)
    hub = Hub(fixture.calls.rpcClient())
  }

  private static func file(_ word: String = "text") -> TestFile {
    TestFile(Array(("title,text\n" + (0..<rows).map { "t\($0),\(word) of \($0)\n" }.joined()).utf8))
  }

  private func worker(
    _ name: String, space: String = "notes", version: String? = "1"
  ) -> Task<Void, any Error> {
    Task { [hub, work] in
      try await Worker(hub, space: space, name: name, chain: "length", version: version) { batch in
        work.texts.withLock { $0 += batch.texts.count }
        while work.isHeld.withLock({ $0 }) {
          try Task.checkCancellation()
          await Task.yield()
        }
        return batch.texts.map(lengthResult)
      }.run()
    }
  }

  /// Runs `body` while the hub looks after runs; once in a test.
  private func tended(_ body: () async throws -> Void) async throws {
    let tending = Task { [desk] in await desk.run() }
    defer { tending.cancel() }
    try await body()
    tending.cancel()
    await tending.value
  }

  /// Runs `body` while there is a worker for each version, and no other.
  private func employing(
    _ versions: [String?], space: String = "notes", _ body: () async throws -> Void
  ) async throws {
    let workers = versions.enumerated().map { worker("w\($0)", space: space, version: $1) }
    defer { for worker in workers { worker.cancel() } }
    while desk.workers.count < versions.count { await Task.yield() }
    try await body()
    for worker in workers { worker.cancel() }
    while !desk.workers.isEmpty { await Task.yield() }
  }

  /// Both.
  private func working(_ versions: [String?] = ["1"], _ body: () async throws -> Void) async throws {
    try await tended { try await employing(versions, body) }
  }

  private func start(
    _ file: TestFile, _ columns: [String] = ["title", "text"], fresh: Bool = false
  ) async throws -> UUID {
    try await client.start(
      StartRequest(
        space: file.head.space, file: file.head.file,
        options: RunOptions(columns: columns, chain: "length", price: "0.10", fresh: fresh))
    ).run
  }

  private func follow(
    _ run: UUID, after: UInt64 = 0, space: String = "notes"
  ) async throws -> (items: [Item], status: RunStatus) {
    var items: [Item] = []
    var last = RunStatus()
    for try await event in client.follow(ResultsRequest(space: space, run: run, after: after)) {
      switch event.value {
      case .items(let block): items += block.items
      case .progress(let status): last = status
      case nil: Issue.record("an event of no kind")
      }
    }
    return (items, last)
  }

  private func check(_ seen: (items: [Item], status: RunStatus), _ columns: [String] = ["title", "text"]) {
    #expect(seen.status.state == .done)
    #expect(seen.items.map(\.sequence) == Array(1...UInt64(Self.rows * columns.count)))
    for column in columns {
      let own = seen.items.filter { $0.column == column }
      #expect(own.map(\.row) == Array(0..<UInt64(Self.rows)))
      #expect(own.map(\.length) == (0..<Self.rows).map { column == "title" ? "t\($0)".count : "text of \($0)".count })
    }
  }

  @Test func `the same content again has its items at once, and nobody works on it`() async throws {
    try await client.upload(file)
    let again = Self.file()
    try await client.upload(again)
    try await working {
      let first = try await follow(start(file))
      check(first)
      #expect(first.status.columns.map(\.reused) == [false, false])
      #expect(work.texts.withLock { $0 } == 2 * Self.rows)
      let run = try await start(again, ["text", "title"])
      let status = try await client.run(RunRequest(space: "notes", run: run))
      #expect(status.state == .done, "when start has answered, all is there")
      #expect((status.done, status.total) == (6_000, 6_000))
      #expect((status.tokens, status.cost) == (first.status.tokens, first.status.cost))
      let second = try await follow(run)
      check(second, ["text", "title"])
      #expect(second.status.columns.map(\.reused) == [true, true])
      #expect(work.texts.withLock { $0 } == 2 * Self.rows)
      for after in [1, 2_999, 3_000, 3_001, 5_999, 6_000] as [UInt64] {
        #expect(try await follow(run, after: after).items == Array(second.items[Int(after)...]))
      }
      let log = try await client.logs(LogRequest(space: "notes", run: run)).entries
      #expect(log.count == 2)
      #expect(log.allSatisfy { $0.text.contains("an earlier analysis of the same") })
    }
  }

  @Test func `columns that were analysed and others make one sequence`() async throws {
    try await client.upload(file)
    try await working {
      check(try await follow(start(file, ["text"])), ["text"])
      let both = try await follow(start(file))
      check(both)
      #expect(both.status.columns.map(\.reused) == [false, true])
      #expect(work.texts.withLock { $0 } == 2 * Self.rows)
      check(try await follow(start(file)))
      #expect(work.texts.withLock { $0 } == 2 * Self.rows)
    }
  }

  @Test func `of many runs of the same more than four in five find what is kept`() async throws {
    try await client.upload(file)
    try await working {
      for _ in 0..<20 { check(try await follow(start(file))) }
      let counters = desk.results.counters
      #expect(counters == ResultDesk.Counters(hits: 38, joined: 0, misses: 2))
      #expect(Double(counters.hits) > 0.8 * Double(counters.hits + counters.misses))
    }
  }

  @Test func `other content, chains of other versions and another space have nothing of it`() async throws {
    try await client.upload(file)
    let changed = Self.file("TEXT")
    try await client.upload(changed)
    var elsewhere = file
    elsewhere.head.space = "other"
    try await client.upload(elsewhere)
    try await tended {
      try await employing(["1"]) {
        check(try await follow(start(file)))
        let reused = try await follow(start(changed, ["text"])).status.columns.map(\.reused)
        #expect(reused == [false])
        #expect(work.texts.withLock { $0 } == 3 * Self.rows)
      }
      try await employing(["2"]) {
        check(try await follow(start(file, ["text"])), ["text"])
        #expect(work.texts.withLock { $0 } == 4 * Self.rows)
      }
      try await employing(["1"], space: "other") {
        let reused = try await follow(start(elsewhere, ["text"]), space: "other").status.columns.map(\.reused)
        #expect(reused == [false])
        #expect(work.texts.withLock { $0 } == 5 * Self.rows)
      }
    }
  }

  @Test(arguments: [[nil], ["1", nil], ["1", "2"]] as [[String?]])
  func `without one version of the chain nothing is used again`(_ versions: [String?]) async throws {
    try await client.upload(file)
    try await working(versions) {
      for _ in 0..<2 { check(try await follow(start(file, ["text"])), ["text"]) }
      #expect(work.texts.withLock { $0 } == 2 * Self.rows)
      #expect(desk.results.counters.hits == 0)
    }
  }

  @Test func `what a worker of another version has had a part in is not used again`() async throws {
    try await client.upload(file)
    try await tended {
      work.isHeld.withLock { $0 = true }
      let first = worker("first")
      while desk.workers.isEmpty { await Task.yield() }
      let run = try await start(file, ["text"])
      while work.texts.withLock({ $0 }) == 0 { await Task.yield() }
      first.cancel()
      while !desk.workers.isEmpty { await Task.yield() }
      work.isHeld.withLock { $0 = false }
      try await employing(["2"]) { check(try await follow(run), ["text"]) }
      let before = work.texts.withLock { $0 }
      for version in ["1", "2"] {
        try await employing([version]) { check(try await follow(start(file, ["text"])), ["text"]) }
      }
      #expect(work.texts.withLock { $0 } == before + 2 * Self.rows)
    }
  }

  @Test func `two at once do the work once, and if the first is cancelled the second does it`() async throws {
    try await client.upload(file)
    try await working(["1", "1"]) {
      work.isHeld.withLock { $0 = true }
      let runs = try await [start(file), start(file), start(file)]
      work.isHeld.withLock { $0 = false }
      for run in runs { check(try await follow(run)) }
      #expect(work.texts.withLock { $0 } == 2 * Self.rows)
      #expect(desk.results.counters == ResultDesk.Counters(hits: 0, joined: 4, misses: 2))

      let other = Self.file("other text")
      try await client.upload(other)
      work.isHeld.withLock { $0 = true }
      let (leader, follower) = try await (start(other, ["title"]), start(other, ["title"]))
      _ = try await client.cancel(RunRequest(space: "notes", run: leader))
      work.isHeld.withLock { $0 = false }
      #expect(try await follow(leader).status.state == .cancelled)
      check(try await follow(follower), ["title"])
    }
  }

  @Test func `on demand everything is worked out anew, and that is used from then on`() async throws {
    try await client.upload(file)
    try await working {
      check(try await follow(start(file, ["text"])), ["text"])
      let fresh = try await follow(start(file, ["text"], fresh: true))
      check(fresh, ["text"])
      #expect(fresh.status.columns.map(\.reused) == [false])
      #expect(work.texts.withLock { $0 } == 2 * Self.rows)
      check(try await follow(start(file, ["text"])), ["text"])
      let source = try await fixture.hub.store.scan { transaction in
        try transaction.first("SELECT source FROM analysis_column WHERE run = 3") { $0.integer(0) }
      }
      #expect(source == 2)
    }
  }

  @Test func `what is older than it may be is not used`() async throws {
    try await client.upload(file)
    try await working {
      check(try await follow(start(file, ["text"])), ["text"])
      fixture.hub.advance(seconds: 999)
      let reused3 = try await follow(start(file, ["text"])).status.columns.map(\.reused)
      #expect(reused3 == [true])
      fixture.hub.advance(seconds: 2)
      let reused4 = try await follow(start(file, ["text"])).status.columns.map(\.reused)
      #expect(reused4 == [false])
    }
  }

  @Test func `items go when the last file of that content goes`() async throws {
    let again = Self.file()
    try await client.upload(file)
    try await client.upload(again)
    let blocks = {
      try await fixture.hub.store.scan { try $0.first("SELECT count(*) FROM analysis_block") { $0.integer(0) } ?? -1 }
    }
    try await working {
      check(try await follow(start(file)))
      let kept = try await start(again)
      _ = try await client.removeFile(file.request)
      try await desk.tend()
      #expect(try await blocks() > 0)
      check(try await follow(kept))
      check(try await follow(start(again)))
      #expect(work.texts.withLock { $0 } == 2 * Self.rows)
      _ = try await client.removeFile(again.request)
      try await desk.tend()
      #expect(try await blocks() == 0)
      let checkpoints = try await fixture.hub.store.scan { transaction in
        try transaction.first("SELECT count(*) FROM analysis_checkpoint") { $0.integer(0) }
      }
      #expect(checkpoints == 0)
      // Nothing of what is gone is found.
      let third = Self.file()
      try await client.upload(third)
      check(try await follow(start(third)))
      #expect(work.texts.withLock { $0 } == 4 * Self.rows)
    }
  }

  @Test func `a hub that was stopped goes on with the first, and the second has its items`() async throws {
    try await client.upload(file)
    work.isHeld.withLock { $0 = true }
    let leaving = worker("leaves")
    while desk.workers.isEmpty { await Task.yield() }
    let runs = try await [start(file), start(file)]
    leaving.cancel()
    while !desk.workers.isEmpty { await Task.yield() }
    work.isHeld.withLock { $0 = false }
    let done = work.texts.withLock { $0 }

    let calls = AnalysisCalls(beside: fixture.hub.calls)
    let next = Hub(calls.rpcClient())
    let tending = Task { await calls.runs.run() }
    let worker = Task { [work] in
      try await Worker(next, space: "notes", chain: "length", version: "1") { batch in
        work.texts.withLock { $0 += batch.texts.count }
        return batch.texts.map(lengthResult)
      }.run()
    }
    for run in runs {
      var items: [Item] = []
      for try await event in next.analysis.follow(ResultsRequest(space: "notes", run: run)) {
        if case .items(let block)? = event.value { items += block.items }
      }
      #expect(items.map(\.sequence) == Array(1...UInt64(2 * Self.rows)))
      #expect(Set(items.map { "\($0.column) \($0.row)" }).count == 2 * Self.rows)
    }
    #expect(work.texts.withLock { $0 } == done + 2 * Self.rows)
    #expect(calls.runs.results.counters.joined == 2)
    worker.cancel()
    tending.cancel()
    await tending.value

    // And another that starts later knows what was analysed, before anybody asks.
    let later = AnalysisCalls(beside: fixture.hub.calls)
    try await later.runs.results.warm(10)
    #expect(later.runs.results.indexCounters.entries == 2)
  }

  @Test func `runs that have others' items tell nothing of how long a run takes`() async throws {
    try await client.upload(file)
    try await working {
      for _ in 0..<3 { check(try await follow(start(file))) }
      let past = try await fixture.hub.store.scan { try AnalysisRunTable.past(limit: 10, $0) }
      #expect(past.map(\.texts) == [2 * Self.rows])
    }
  }
}

@Sendable private func lengthResult(_ text: String) -> ItemResult {
  ItemResult(findings: [NamedFinding(name: "length", value: .integer(Int64(text.count)))])
}

/// An item as a client sees it.
private struct Item: Equatable {
  let sequence: UInt64
  let column: String
  let row: UInt64
  let length: Int?
}

extension ItemBlock {
  fileprivate var items: [Item] {
    results.enumerated().map { place, result in
      var length: Int?
      if case .integer(let number)? = result.findings.first?.value.value { length = Int(number) }
      return Item(sequence: sequence + UInt64(place), column: column, row: row + UInt64(place), length: length)
    }
  }
}
