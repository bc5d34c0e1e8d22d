import Foundation
import Testing

/// `holdfast bench save` and `holdfast bench seal`.
struct `The benchmarks of adapters` {
  @Test(arguments: ["sqlite", "file"])
  func `saves are counted, each with its time`(_ adapter: String) async throws {
    let run = try await Holdfast.run([
      "bench", "save", "--adapter", adapter, "--inflight", "4", "--payload", "1KiB", "--seconds", "200ms", "--json",
    ])
    #expect(run.exitCode == 0, "\(run.errors)")
    let found = try json(run.output)
    #expect(found["op"] as? String == "save")
    #expect(found["errors"] as? Int == 0)
    #expect(try #require(found["calls"] as? Int) >= 4)
    #expect(try #require(found["p50_us"] as? Double) > 0)
  }

  /// Whether sealing is quick enough is for a quiet machine to say: here it is only that it costs something, and is told.
  @Test func `what sealing costs is told, and decides the exit code`() async throws {
    let run = try await Holdfast.run(["bench", "seal", "--payload", "100", "--seconds", "200ms", "--json"])
    let found = try json(run.output)
    let overheads = try ["save_overhead_ns", "load_overhead_ns"].map { try #require(found[$0] as? Double) }
    #expect(try #require(found["save_sealed_ns"] as? Double) > 0)
    #expect(run.exitCode == (overheads.allSatisfy { $0 < 3_000 } ? 0 : 1))
  }

  @Test(arguments: [["bench", "save", "--adapter", "nowhere"], ["bench", "echo", "--adapter", "file"]])
  func `what makes no sense is refused`(_ words: [String]) async throws {
    let run = try await Holdfast.run(words + ["--data", "/nowhere"])
    #expect(run.exitCode == 2)
    #expect(run.errors.contains("--adapter"))
  }

  private func json(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }
}
