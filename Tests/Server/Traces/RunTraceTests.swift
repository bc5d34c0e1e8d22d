import Foundation
import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastWire
import TestSupport
import Testing

@testable import HoldfastServer

struct `The trace of an analysis` {
  /// A span as `spans` tells it.
  private struct ToldSpan: Decodable {
    let traceId: String
    let spanId: String
    let parentSpanId: String?
    let name: String
  }

  private struct Export: Decodable {
    struct Resource: Decodable { let scopeSpans: [Scope] }
    struct Scope: Decodable { let spans: [ToldSpan] }
    let resourceSpans: [Resource]

    var spans: [ToldSpan] { resourceSpans.flatMap { $0.scopeSpans.flatMap(\.spans) } }
  }

  private func spans(of home: MetricsHub, trace: [UInt8] = []) async throws -> [ToldSpan] {
    let reply = try await home.hub.administration.spans(SpansRequest(trace: trace))
    return try JSONDecoder().decode(Export.self, from: Data(reply.otlp.utf8)).spans
  }

  @Test func `upload, profile, run, leases, batches and the worker have one trace`() async throws {
    let home = try await MetricsHub { $0.analysis.workers = 0 }
    let client = TraceContext.random()
    let options = CallOptions.traced(client)
    let text = "id,text\n" + (0..<100).map { "\($0),I like number \($0)\n" }.joined()
    let file = try await home.hub.analysis.upload(
      Array(text.utf8), named: "people.csv", to: "notes", options: options)
    let profile = ProfileRequest(space: "notes", file: file.file, exact: true)
    for try await _ in home.hub.analysis.profile(profile, options: options) {}
    let seen = Lock<[String]>([])
    let worker = Task {
      try await Worker(home.hub, space: "notes", name: "w0", chain: "mine") { batch in
        seen.withLock { $0.append(batch.traceparent) }
        return batch.texts.map { _ in ItemResult() }
      }.run()
    }
    while try await home.metrics()[#"holdfast_workers{state="healthy"}"#] < 1 { await Task.yield() }
    let begun = try await home.hub.analysis.start(
      StartRequest(space: "notes", file: file.file, options: RunOptions(columns: ["text"], chain: "mine")),
      options: options)
    for try await _ in home.hub.analysis.follow(ResultsRequest(space: "notes", run: begun.run)) {}
    #expect(TraceContext(traceparent: begun.traceparent)?.trace == client.trace)
    let contexts = seen.withLock { $0 }.map { TraceContext(traceparent: $0) }
    #expect(!contexts.isEmpty && contexts.allSatisfy { $0?.trace == client.trace })

    let trace = [client.trace.high, client.trace.low].flatMap { withUnsafeBytes(of: $0.bigEndian, Array.init) }
    // The lease's span ends a little after the run.
    while try await !spans(of: home, trace: trace).contains(where: { $0.name == "column_lease" }) { await Task.yield() }
    let own = try await spans(of: home, trace: trace)
    #expect(own.allSatisfy { $0.traceId == client.trace.description })
    let byName = Dictionary(grouping: own, by: \.name)
    #expect(
      Set(byName.keys)
        == ["upload", "profile_columns", "analyze_multi_field", "column_lease", "batch", "work_batch"])
    let root = TraceContext.hex(client.span, digits: 16)
    for name in ["upload", "profile_columns", "analyze_multi_field"] {
      #expect(byName[name]?.map(\.parentSpanId) == [root], "\(name)")
    }
    func spanIDs(_ name: String) -> Set<String> { Set(byName[name, default: []].map(\.spanId)) }
    func parents(_ name: String) -> Set<String?> { Set(byName[name, default: []].map(\.parentSpanId)) }
    #expect(parents("column_lease").isSubset(of: spanIDs("analyze_multi_field")))
    #expect(parents("batch").isSubset(of: spanIDs("column_lease")))
    #expect(parents("work_batch").isSubset(of: spanIDs("batch")))
    #expect(spanIDs("work_batch") == Set(contexts.compactMap { $0.map { TraceContext.hex($0.span, digits: 16) } }))
    worker.cancel()
    await home.close()
  }

  @Test func `who brings no trace is told the run's`() async throws {
    let home = try await MetricsHub()
    let file = try await home.hub.analysis.upload(Array("text\ngood\n".utf8), named: "a.csv", to: "notes")
    func start() async throws -> StartReply {
      try await home.hub.analysis.start(
        StartRequest(space: "notes", file: file.file, options: RunOptions(columns: ["text"], chain: "sentiment")))
    }
    let first = try #require(TraceContext(traceparent: try await start().traceparent))
    let second = try #require(TraceContext(traceparent: try await start().traceparent))
    #expect(first.trace != second.trace)
    await home.close()
  }

  @Test func `only an administrator is told, and a trace has 16 bytes`() async throws {
    let home = try await MetricsHub()
    let wrong = await #expect(throws: CallError<AdministrationMethods.SpansFailure>.self) {
      try await home.hub.administration.spans(SpansRequest(trace: [1, 2, 3]))
    }
    #expect(wrong?.status == .invalidArgument)
    let token = try await home.hub.administration.createToken(
      CreateTokenRequest(name: "app", scope: TokenScope(spaces: ["*"], write: true))
    ).token
    let client = try await home.connect(token)
    let refusal = await #expect(throws: CallError<AdministrationMethods.SpansFailure>.self) {
      try await client.administration.spans(SpansRequest())
    }
    #expect(refusal?.declared == .notAllowed(NotAllowed(need: "an admin token")))
    client.close()
    await home.close()
  }
}
