import Foundation
import TestSupport
import Testing

struct `The benchmark of a cache` {
  @Test func `prints each trace's hits beside those of others`() async throws {
    let directory = try TemporaryDirectory()
    let loop = (0..<20_000).map { "\($0 % 300)\n" }.joined()
    let file = try directory.write(loop, to: "loop")
    let run = try await Holdfast.run(
      ["bench", "cache", "--trace", file, "--trace", file, "--capacity", "200", "--json"])
    #expect(run.exitCode == 0, "\(run.errors)")
    let lines = run.output.split(separator: "\n")
    #expect(lines.count == 2)
    for line in lines {
      let report = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      #expect(report["requests"] as? Int == 20_000)
      #expect(report["keys"] as? Int == 300)
      #expect(report["lru_percent"] as? Double == 0)
      let (hits, best) = (report["hit_percent"] as? Double ?? 0, report["optimal_percent"] as? Double ?? 0)
      #expect(hits > best - 15 && hits <= best && best < 67)
    }
  }

  @Test func `prints how many gets a second there were by one thread and by two`() async throws {
    let run = try await Holdfast.run(["bench", "cache", "--capacity", "100", "--seconds", "200ms", "--json"])
    #expect(run.exitCode == 0, "\(run.errors)")
    let report = try #require(try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
    for name in ["gets_per_s", "gets_per_s_2_threads", "ratio_2_threads", "cpu_ns", "cpu_ns_2_threads"] {
      #expect((report[name] as? Double ?? 0) > 0, "\(name)")
    }
  }

  @Test(arguments: [
    ["bench", "cache", "--trace", "/nowhere/at/all"], ["bench", "cache", "--capacity", "0"],
    ["bench", "echo", "--capacity", "5"], ["bench", "echo", "--trace", "/dev/null"],
  ])
  func `says what makes no sense`(_ arguments: [String]) async throws {
    let run = try await Holdfast.run(arguments)
    #expect(run.exitCode == 2)
    #expect(!run.errors.isEmpty)
  }

  @Test func `fails when there is nothing in the trace`() async throws {
    #expect(try await Holdfast.run(["bench", "cache", "--trace", "/dev/null"]).exitCode == 1)
  }
}
