import Foundation

/// The `holdfast` program that this build made.
enum Holdfast {
  /// Runs it to its end with no hub in its environment but what `environment` names.
  static func run(
    _ arguments: [String], environment: [String: String] = [:], input: Data = Data()
  ) async throws -> ProgramRun {
    try await ProgramRun.run(prepare(arguments, environment: environment), input: input)
  }

  static func prepare(_ arguments: [String], environment: [String: String] = [:]) -> Process {
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    let inherited = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("HOLDFAST_") }
    process.environment = inherited.merging(environment) { $1 }
    return process
  }

  /// The program lies beside the tests.
  static let program: URL = {
    let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
    var folder = URL(fileURLWithPath: own).deletingLastPathComponent()
    while folder.pathComponents.contains(where: { $0.hasSuffix(".xctest") }) { folder.deleteLastPathComponent() }
    return folder.appendingPathComponent("holdfast")
  }()
}
