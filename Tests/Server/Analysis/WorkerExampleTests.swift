import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import Testing

@testable import HoldfastServer

/// What the README shows: a worker with a chain of its own.
private func work(for hub: Hub) async throws {
  let worker = Worker(hub, space: "shop", chain: "length") { batch in
    batch.texts.map { text in
      ItemResult(findings: [NamedFinding(name: "characters", value: .integer(Int64(text.count)))])
    }
  }
  try await worker.run()
}

@Test func `a chain of one's own runs in a worker of one's own`() async throws {
  let fixture = try await AnalysisFixture()
  let hub = Hub(fixture.calls.rpcClient())
  let working = Task { try await work(for: hub) }
  defer { working.cancel() }
  let file = try await hub.analysis.upload(Array("text\nfour\nsix666\n".utf8), named: "a.csv", to: "shop")
  let options = RunOptions(columns: ["text"], chain: "length")
  // The chain is there as soon as the worker has joined.
  var run: StartReply?
  while run == nil {
    do {
      run = try await hub.analysis.start(StartRequest(space: "shop", file: file.file, options: options))
    } catch {
      guard case .noSuchChain = error.declared else { throw error }
      await Task.yield()
    }
  }
  var found: [FoundValue] = []
  for try await event in hub.analysis.follow(ResultsRequest(space: "shop", run: run?.run ?? file.file)) {
    if case .items(let block) = event.value { found += block.results.flatMap(\.findings).map(\.value) }
  }
  #expect(found == [.integer(4), .integer(6)])
}
