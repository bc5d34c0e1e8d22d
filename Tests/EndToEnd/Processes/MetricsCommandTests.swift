import Foundation
import HoldfastRPC
import HoldfastSDK
import HoldfastWire
import TestSupport
import Testing

struct `Metrics by the command line` {
  @Test func `they are printed as Prometheus reads them, and as JSON lines`() async throws {
    let hub = try await HubProcess()
    for key in ["a", "b", "c"] {
      #expect(try await hub.client("put", key, "v", "--space", "notes").exitCode == 0)
    }
    let run = try await hub.client("metrics")
    #expect(run.exitCode == 0)
    let metrics = try PrometheusText(run.output)
    let put = #"holdfast_requests_total{call="holdfast.persistence.Persistence/put",status="ok"}"#
    #expect(metrics[put] == 3)
    let lines = try await hub.client("metrics", "--json").output.split(separator: "\n").map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
    #expect(lines.count >= metrics.series.count)
    let found = lines.first { line in
      (line["labels"] as? [String: String])?["call"] == "holdfast.persistence.Persistence/put"
        && line["name"] as? String == "holdfast_requests_total"
    }
    #expect(found?["value"] as? Double == 3)
  }

  @Test func `only an administrator is told them`() async throws {
    let hub = try await HubProcess()
    let token = try await hub.client("token", "create", "app", "--space", "*", "--write")
    let file = try hub.directory.write(token.output, to: "app.token")
    let run = try await Holdfast.run(["metrics", "--data", hub.data, "--token-file", file])
    #expect(run.exitCode == 6)
    #expect(run.output.isEmpty)
    #expect(run.errors.contains("needs an admin token"))
  }
}

struct `Traces by the command line` {
  @Test func `they are printed as OTLP has them, all or one`() async throws {
    let hub = try await HubProcess()
    let client = try await hub.connect()
    let options = CallOptions.traced()
    let trace = try #require(options.trace).trace
    _ = try await client.analysis.upload(Array("text\ngood\n".utf8), named: "a.csv", to: "notes", options: options)
    _ = try await client.analysis.upload(Array("text\nbad\n".utf8), named: "b.csv", to: "notes")
    client.close()
    func spans(_ words: [String]) async throws -> [[String: Any]] {
      let run = try await Holdfast.run(["traces", "--data", hub.data] + words)
      #expect(run.exitCode == 0)
      let all = try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any]
      let resource = try #require((all?["resourceSpans"] as? [[String: Any]])?.first)
      let scope = try #require((resource["scopeSpans"] as? [[String: Any]])?.first)
      return try #require(scope["spans"] as? [[String: Any]])
    }
    #expect(try await spans([]).count == 2)
    let own = try await spans(["--trace", trace.description])
    #expect(own.map { $0["name"] as? String } == ["upload"])
    #expect(own.first?["traceId"] as? String == trace.description)
    for wrong in ["12", String(repeating: "0", count: 32), String(repeating: "x", count: 32)] {
      let run = try await Holdfast.run(["traces", "--data", hub.data, "--trace", wrong])
      #expect(run.exitCode == 2)
      #expect(run.errors.contains("32 hexadecimal digits"))
    }
  }
}
