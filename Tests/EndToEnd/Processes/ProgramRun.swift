import Foundation
import TestSupport

/// One run of a program to its end.
struct ProgramRun {
  let exitCode: Int32
  let output: String
  let errors: String

  /// Runs the code generator that this build made, in the package's top folder.
  static func codegen(_ arguments: [String]) async throws -> ProgramRun {
    try await run(Holdfast.program.deletingLastPathComponent().appendingPathComponent("holdfast-codegen"), arguments)
  }

  /// Runs a program that the shell finds.
  static func named(_ name: String, _ arguments: [String]) async throws -> ProgramRun {
    try await run(URL(fileURLWithPath: "/usr/bin/env"), [name] + arguments)
  }

  private static func run(_ program: URL, _ arguments: [String]) async throws -> ProgramRun {
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: Repository.root)
    return try await run(process)
  }

  /// Runs a process that is prepared but for its three streams.
  static func run(_ process: Process, input: Data = Data()) async throws -> ProgramRun {
    let output = Pipe()
    let errors = Pipe()
    let given = Pipe()
    process.standardOutput = output
    process.standardError = errors
    process.standardInput = given
    try process.run()
    async let printed = read(output)
    async let complained = read(errors)
    await onThread {
      // A program that does not want all of it closes its end.
      try? given.fileHandleForWriting.write(contentsOf: input)
      try? given.fileHandleForWriting.close()
    }
    let texts = await (printed, complained)
    return ProgramRun(exitCode: await process.ended(), output: texts.0, errors: texts.1)
  }

  private static func read(_ pipe: Pipe) async -> String {
    await onThread {
      let data = (try? pipe.fileHandleForReading.readToEnd()) ?? Data()
      return String(decoding: data, as: UTF8.self)
    }
  }
}

extension Process {
  /// Waits for its end. The exit code, or the signal's number if that ended it.
  @discardableResult
  func ended() async -> Int32 {
    let process = Unchecked(self)
    return await onThread {
      process.value.waitUntilExit()
      return process.value.terminationStatus
    }
  }
}

/// A process that one thread at a time looks at.
private struct Unchecked: @unchecked Sendable {  // see above
  let value: Process
  init(_ value: Process) { self.value = value }
}
