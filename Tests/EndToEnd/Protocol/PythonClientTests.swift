import Foundation
import TestSupport
import Testing

/// A client in Python, written from the specification alone, talks to a real hub.
struct PythonClientTests {
  @Test func `a client that was written from the specification does everything`() async throws {
    let python = try await run("/usr/bin/env", ["bash", Repository.path("Tests/Support/python-environment")])
    try #require(python.status == 0, "\(python.text)")
    let directory = try TemporaryDirectory()
    let descriptors = directory.path("descriptors")
    let definitions = try FileManager.default.contentsOfDirectory(atPath: Repository.path("Protocol/Definitions"))
      .filter { $0.hasSuffix(".rpc") }.map { Repository.path("Protocol/Definitions/\($0)") }
    let codegen = Holdfast.program.deletingLastPathComponent().appendingPathComponent("holdfast-codegen").path
    let export = try await run(
      codegen, ["proto", "--descriptor-set", descriptors, "--output", directory.path("proto")] + definitions.sorted())
    try #require(export.status == 0, "\(export.text)")

    let hub = try await HubProcess()
    let interpreter = python.text.split(separator: "\n").last.map(String.init) ?? ""
    let tests = try await run(
      interpreter,
      [Repository.path("Tests/Protocol/run.py"), hub.address, hub.data, descriptors, String(hub.pid)])
    #expect(tests.status == 0, "\(tests.text)")
    #expect(tests.text.contains("OK"))
    #expect(!tests.text.contains("skipped="))
  }

  /// Runs a program to its end without holding up a thread that tests run on.
  private func run(_ program: String, _ arguments: [String]) async throws -> (status: Int32, text: String) {
    let run = try await ProgramRun.named("env", ["PYTHONDONTWRITEBYTECODE=1", program] + arguments)
    return (run.exitCode, run.errors + run.output)
  }
}
