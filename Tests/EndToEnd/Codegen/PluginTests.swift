import Foundation
import TestSupport
import Testing

struct `The build-tool plugin` {
  /// Builds and runs a package of its own that depends on this one by path and has definition files.
  @Test func `makes a users' package with definition files work`() async throws {
    // SwiftPM does not see that a dependency by path has new files, unless it has to plan the build anew.
    for plan in ["debug.yaml", "plugin-tools.yaml"] {
      try? FileManager.default.removeItem(atPath: Repository.path(".build/plugin-example/\(plan)"))
    }
    let run = try await ProgramRun.named(
      "swift",
      [
        "run", "--package-path", Repository.path("Tests/EndToEnd/PluginExample"), "--scratch-path",
        Repository.path(".build/plugin-example"), "Notebook",
      ])
    #expect(run.exitCode == 0, "\(run.output)\(run.errors)")
    #expect(run.output.hasSuffix("the notebook works\n"))
    #expect(!(run.output + run.errors).contains("generated.swift:"), "warnings in generated code: \(run.output)")
  }
}
