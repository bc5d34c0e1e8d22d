import FoundationEssentials
import HoldfastContract
import HoldfastRPC
import HoldfastSDK
import HoldfastWire
import TestSupport
import Testing

@testable import HoldfastServer

struct `A hub's metrics` {
  private func requests(_ call: String, _ status: String) -> String {
    #"holdfast_requests_total{call="\#(call)",status="\#(status)"}"#
  }

  @Test func `calls are counted exactly, by call and status`() async throws {
    let home = try await MetricsHub()
    let before = try await home.metrics()
    for number in 0..<7 {
      _ = try await home.hub.persistence.put(PutRequest(space: "notes", key: "k\(number)", content: [1, 2, 3]))
    }
    for _ in 0..<3 { _ = try await home.hub.persistence.get(GetRequest(space: "notes", key: "k0")) }
    for _ in 0..<2 {
      _ = try? await home.hub.persistence.put(PutRequest(space: "notes", key: "k0", content: [], expected: 9))
    }
    for _ in 0..<4 { _ = try? await home.hub.persistence.get(GetRequest(space: "", key: "k")) }
    let metrics = try await home.metrics()
    let put = "holdfast.persistence.Persistence/put"
    let get = "holdfast.persistence.Persistence/get"
    #expect(metrics[requests(put, "ok")] == 7)
    #expect(metrics[requests(get, "ok")] == 3)
    #expect(metrics[requests(put, "failed_precondition")] == 2)
    #expect(metrics.sum(#"holdfast_requests_total{call="\#(get)""#) == 7)
    #expect(metrics[requests(get, "invalid_argument")] == 4)
    #expect(metrics[#"holdfast_request_seconds_count{call="\#(put)"}"#] == 9)
    #expect(metrics[#"holdfast_request_seconds_sum{call="\#(put)"}"#] > 0)
    // The call that asks for the figures is the only one without a reply.
    #expect(metrics["holdfast_open_streams"] == 1)
    #expect(metrics["holdfast_connections"] == 1)
    #expect(metrics["holdfast_connections_total"] == 1)
    #expect(metrics["holdfast_received_bytes_total"] > before["holdfast_received_bytes_total"])
    #expect(metrics["holdfast_sent_bytes_total"] > before["holdfast_sent_bytes_total"])
    #expect(metrics["holdfast_store_writes_total"] - before["holdfast_store_writes_total"] >= 7)
    #expect(metrics["holdfast_store_group_writes_sum"] == metrics["holdfast_store_writes_total"])
    #expect(metrics["holdfast_store_group_seconds_count"] == metrics["holdfast_store_group_writes_count"])
    #expect(metrics["holdfast_store_queue_depth"] == 0)
    #expect(metrics[#"holdfast_build_info{version="\#(HubServer.version)"}"#] == 1)
    await home.close()
  }

  @Test func `a flood of distinct bad calls makes no new series`() async throws {
    let home = try await MetricsHub()
    func flood(_ numbers: Range<UInt32>) async throws {
      for number in numbers {
        let unknown = MethodDescriptor<GetRequest, GetReply, Never>(
          service: 5_000 + number, method: number % 1_000, name: "nobody.Knows/call\(number)")
        _ = try? await home.hub.client.unary(unknown, GetRequest(space: "s\(number)", key: "k"))
        _ = try? await home.hub.persistence.get(GetRequest(space: "space \(number)\n\"", key: "k\(number)"))
        _ = try? await home.hub.analysis.start(
          StartRequest(space: "s\(number)", file: UUID(), options: RunOptions(columns: ["c"], chain: "chain\(number)")))
      }
    }
    try await flood(0..<10)
    let first = try await home.metrics()
    // The first reading counted itself.
    let known = try await home.metrics().series
    try await flood(10..<200)
    let metrics = try await home.metrics()
    #expect(metrics.series == known)
    #expect(metrics[requests("unknown", "unimplemented")] - first[requests("unknown", "unimplemented")] == 190)
    await home.close()
  }

  @Test func `only an administrator is told`() async throws {
    let home = try await MetricsHub()
    let token = try await home.hub.administration.createToken(
      CreateTokenRequest(name: "app", scope: TokenScope(spaces: ["*"], write: true))
    ).token
    let client = try await home.connect(token)
    let refusal = await #expect(throws: CallError<AdministrationMethods.MetricsFailure>.self) {
      try await client.administration.metrics(MetricsRequest())
    }
    #expect(refusal?.declared == .notAllowed(NotAllowed(need: "an admin token")))
    client.close()
    await home.close()
  }
}
