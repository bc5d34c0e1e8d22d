import Foundation
import Testing

struct `Devices that come back at once` {
  /// With the devices' calls on connections of their own, and with several devices on one.
  @Test(arguments: ["200", "20"])
  func `all are served, and the hub lets in no more than it may`(_ connections: String) async throws {
    let run = try await Holdfast.run(["bench", "reconnect", "--devices", "200", "--connections", connections, "--json"])
    #expect(run.exitCode == 0, "\(run.errors)")
    let report = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    let figure = { (name: String) in report[name] as? Int ?? -1 }
    #expect(report["op"] as? String == "reconnect")
    #expect((figure("devices"), figure("connections")) == (200, Int(connections)))
    #expect(figure("served") == 200)
    #expect(1...figure("admission_cap") ~= figure("most_admitted"))
    // Those who have missed something were let in; whoever has not is answered without.
    #expect(100..<200 ~= figure("let_in"), "\(figure("let_in"))")
    for name in ["seconds", "p50_ms", "p99_ms", "max_ms", "client_cpu_s", "client_max_rss_kib"] {
      #expect(report[name] is NSNumber, "\(name)")
    }
    #if os(Linux)
      #expect(figure("hub_max_rss_kib") > 0)
    #endif
  }
}
