import Foundation
import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastStore
import HoldfastWire
import TestSupport
import Testing

@testable import HoldfastServer

/// Files and analyses of a hub that seals.
struct `Sealed analyses` {
  private let secret = "the secret that nobody should read"
  private let rows = 12_000
  private let file: TestFile

  init() {
    let lines = (0..<rows).map { [secret] in "t\($0),\"\(secret), and number \($0)\"\n" }
    file = TestFile(Array(("title,text\n" + lines.joined()).utf8))
  }

  /// Runs a hub in a place while it looks after runs, and ends it.
  private func run(
    _ place: TemporaryDirectory, sealed: Bool = true, _ body: (AnalysisFixture) async throws -> Void
  ) async throws {
    let fixture = try await AnalysisFixture(sealed: sealed, in: place)
    let tending = Task { await fixture.calls.runs.run() }
    let result = await Result { try await body(fixture) }
    tending.cancel()
    await tending.value
    fixture.hub.close()
    try result.get()
  }

  /// Uploads the file and has it analysed by a worker that repeats the texts, keeps the last one, and fails once.
  private func fill(_ fixture: AnalysisFixture) async throws -> UUID {
    let hub = Hub(fixture.calls.rpcClient())
    try await hub.analysis.upload(file)
    let worker = Task { [secret] in
      try await Worker(hub, space: "notes", name: "echo", chains: ["echo"]) { batch in
        let results = batch.texts.map { ItemResult(findings: [NamedFinding(name: "text", value: .text($0))]) }
        let last = batch.texts.last ?? ""
        return Worker.Outcome(
          results: results, summary: Array("\(secret) up to \(last)".utf8),
          found: [NamedFinding(name: "last", value: .text(last))])
      }.run()
    }
    defer { worker.cancel() }
    while fixture.calls.runs.workers.isEmpty { await Task.yield() }
    let run = try await hub.analysis.start(
      StartRequest(space: "notes", file: file.head.file, options: RunOptions(columns: ["text"], chain: "echo"))
    ).run
    for try await _ in hub.analysis.follow(ResultsRequest(space: "notes", run: run)) {}
    let ring = fixture.hub.ring
    try await fixture.hub.calls.writeSealing { [secret] transaction in
      let found = try #require(try AnalysisRunTable.find(1, transaction))
      try RunLogTable.append(
        "given up: \(secret)", by: "echo", run: 1, column: 1, at: Moment(microseconds: 1),
        sealing: ring.seal(of: found.spaceName), transaction)
    }
    return run
  }

  /// Reads all that there is, as clients do.
  private func check(_ fixture: AnalysisFixture, _ run: UUID) async throws {
    let client = fixture.client()
    #expect(try await fixture.calls.bytes(of: file.head.file) == file.content)
    let middle = try await fixture.calls.files.content(of: file.head.file, in: "notes").piece(at: 300_001, limit: 99)
    #expect(middle == Array(file.content[300_001..<300_100]))
    let profile = try await client.profiles(file)
    #expect(profile.last?.exact == true)
    #expect(profile.last?.columns[1].samples.allSatisfy { $0.contains(secret) } == true)
    var texts: [String] = []
    for try await event in client.follow(ResultsRequest(space: "notes", run: run)) {
      guard case .items(let block)? = event.value else { continue }
      for result in block.results {
        if case .text(let text)? = result.findings.first?.value.value { texts.append(text) }
      }
    }
    #expect(texts == (0..<rows).map { "\(secret), and number \($0)" })
    let status = try await client.run(RunRequest(space: "notes", run: run))
    #expect(status.state == .done)
    #expect(status.columns.first?.summary.first?.value == .text("\(secret), and number \(rows - 1)"))
    let log = try await client.logs(LogRequest(space: "notes", run: run)).entries.map(\.text)
    #expect(log.count == 3)
    #expect(log.contains("given up: \(secret)"))
    let seal = fixture.hub.calls.seal(of: "notes")
    let summary = try await fixture.hub.store.scan { try AnalysisRunTable.summary(of: 1, opening: seal, $0) }
    #expect(String(decoding: summary, as: UTF8.self) == "\(secret) up to \(secret), and number \(rows - 1)")
  }

  @Test func `what is uploaded and what comes of it is read again, and lies nowhere in the data`() async throws {
    let place = try TemporaryDirectory()
    try await run(place) { fixture in
      let run = try await fill(fixture)
      try await check(fixture, run)
      #expect(!contains(try fixture.hub.dataBytes(), secret))
      #expect(try await fixture.used().bytes == Int64(file.content.count + "people.csv".count))
    }
  }

  @Test func `a hub that does not seal keeps it as it is`() async throws {
    let place = try TemporaryDirectory()
    try await run(place, sealed: false) { fixture in
      let run = try await fill(fixture)
      try await check(fixture, run)
      #expect(contains(try fixture.hub.dataBytes(), secret))
    }
  }

  @Test func `what was there before is sealed, keys are replaced, and a restart finds all`() async throws {
    let place = try TemporaryDirectory()
    var analysis = UUID()
    try await run(place, sealed: false) { analysis = try await fill($0) }
    try await run(place) { fixture in
      try await check(fixture, analysis)
      #expect(contains(try fixture.hub.dataBytes(), secret))
      try await fixture.hub.sealAnew()
      #expect(!contains(try fixture.hub.dataBytes(), secret))
      try await check(fixture, analysis)
      let before = try await fixture.hub.keys().map(\.id)
      _ = try await fixture.hub.calls.rotateKeys(RotateKeysRequest())
      try await fixture.hub.sealAnew()
      #expect(try await Set(fixture.hub.keys().map(\.id)).isDisjoint(with: before))
      try await check(fixture, analysis)
    }
    try await run(place) { fixture in
      try await check(fixture, analysis)
      #expect(!contains(try fixture.hub.dataBytes(), secret))
    }
  }

  @Test func `results that are used again open where they are`() async throws {
    let place = try TemporaryDirectory()
    try await run(place) { fixture in
      let hub = Hub(fixture.calls.rpcClient())
      fixture.calls.runs.joinLocal(1)
      try await hub.analysis.upload(file)
      let request = StartRequest(
        space: "notes", file: file.head.file, options: RunOptions(columns: ["text"], chain: "sentiment"))
      var seen: [[ItemResult]] = []
      for _ in 0..<2 {
        let run = try await hub.analysis.start(request).run
        var results: [ItemResult] = []
        for try await event in hub.analysis.follow(ResultsRequest(space: "notes", run: run)) {
          if case .items(let block)? = event.value { results += block.results }
        }
        seen.append(results)
        _ = try await fixture.hub.calls.rotateKeys(RotateKeysRequest())
        try await fixture.hub.sealAnew()
      }
      #expect(seen[0].count == rows)
      #expect(seen[0] == seen[1])
      let status = try await hub.analysis.listRuns(ListRunsRequest(space: "notes")).runs
      #expect(status.map { $0.columns[0].reused } == [true, false])
      #expect(status[0].columns[0].summary == status[1].columns[0].summary)
    }
  }

  @Test func `an upload goes on across a change of keys`() async throws {
    let fixture = try await AnalysisFixture(sealed: true)
    let client = fixture.client()
    try await client.upload(file, upTo: 400_000)
    _ = try await fixture.hub.calls.rotateKeys(RotateKeysRequest())
    try await fixture.hub.sealAnew()
    #expect(try await client.upload(file, from: 400_000).state == .ready)
    #expect(try await fixture.calls.bytes(of: file.head.file) == file.content)
  }

  @Test func `a piece of a file, or items, in the place of others are damage`() async throws {
    let place = try TemporaryDirectory()
    try await run(place) { fixture in
      let run = try await fill(fixture)
      _ = try await fixture.hub.store.write { transaction in
        for table: SQL in [
          """
          UPDATE analysis_chunk SET (content, seal) = (SELECT content, seal FROM analysis_chunk ORDER BY id DESC LIMIT 1)
          WHERE id = (SELECT min(id) FROM analysis_chunk)
          """,
          """
          UPDATE analysis_block SET (content, seal) = (SELECT content, seal FROM analysis_block ORDER BY id DESC LIMIT 1)
          WHERE id = (SELECT min(id) FROM analysis_block)
          """,
        ] { try transaction.execute(table) }
      }
      await #expect(throws: (any Error).self) { try await fixture.calls.bytes(of: file.head.file) }
      await #expect(throws: (any Error).self) {
        for try await _ in fixture.client().follow(ResultsRequest(space: "notes", run: run)) {}
      }
    }
  }

  @Test func `pieces of a file that was removed hold nothing up`() async throws {
    let fixture = try await AnalysisFixture(sealed: true)
    try await fixture.client().upload(file)
    _ = try await fixture.client().removeFile(file.request)
    _ = try await fixture.hub.calls.rotateKeys(RotateKeysRequest())
    try await fixture.hub.sealAnew()
    #expect(try await fixture.hub.keys().allSatisfy { !$0.retired })
    try await fixture.calls.files.tend()
    #expect(try await fixture.chunks() == 0)
  }

  @Test func `the schema of before does not come back once something is sealed`() async throws {
    let place = try TemporaryDirectory()
    try await run(place) { fixture in _ = try await fill(fixture) }
    let database = try Database(
      path: HubDirectory(path: place.path).database, options: StoreOptions(), migrations: Schema.migrations)
    let error = #expect(throws: StoreError.self) { try Migrator(Schema.migrations).revert(database, to: 19) }
    #expect(error?.message.contains("sealed") == true)
  }
}

extension Result where Failure == any Error {
  fileprivate nonisolated(nonsending) init(_ body: nonisolated(nonsending) () async throws -> Success) async {
    do { self = .success(try await body()) } catch { self = .failure(error) }
  }
}
