import Foundation

/// One run of the `holdfast` program that this build made.
struct Holdfast {
  let exitCode: Int32
  let output: String
  let errors: String

  /// Runs it to its end with no hub in its environment but what `environment` names.
  static func run(
    _ arguments: [String], environment: [String: String] = [:], input: Data = Data()
  ) async throws -> Holdfast {
    let process = prepare(arguments, environment: environment)
    let output = Pipe()
    let errors = Pipe()
    let given = Pipe()
    process.standardOutput = output
    process.standardError = errors
    process.standardInput = given
    try process.run()
    async let printed = read(output)
    async let complained = read(errors)
    try? given.fileHandleForWriting.write(contentsOf: input)
    try? given.fileHandleForWriting.close()
    let texts = await (printed, complained)
    process.waitUntilExit()
    return Holdfast(exitCode: process.terminationStatus, output: texts.0, errors: texts.1)
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

  private static func read(_ pipe: Pipe) async -> String {
    await withCheckedContinuation { caller in
      Thread.detachNewThread {
        let data = (try? pipe.fileHandleForReading.readToEnd()) ?? Data()
        caller.resume(returning: String(decoding: data, as: UTF8.self))
      }
    }
  }
}
