import Foundation
import TestSupport
import Testing

struct `The benchmark of estimates` {
  /// How good they are depends on what else the machine does, which is no matter of a test.
  @Test func `prints how runs came out`() async throws {
    let run = try await Holdfast.run(["bench", "estimate", "--runs", "5", "--seconds", "100ms", "--json"])
    #expect([0, 1].contains(run.exitCode), "\(run.errors)")
    let report = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    #expect(report["runs"] as? Int == 5)
    for name in ["seconds", "half_width", "error", "cpu_half_width", "cpu_error"] {
      #expect((report[name] as? Double ?? 0) > 0, "\(name)")
    }
    for name in ["inside", "cpu_inside", "cost_inside"] {
      #expect((0...5).contains(report[name] as? Int ?? -1), "\(name)")
    }
  }

  @Test func `runs are for estimates alone`() async throws {
    #expect(try await Holdfast.run(["bench", "echo", "--runs", "3"]).exitCode == 2)
  }
}
