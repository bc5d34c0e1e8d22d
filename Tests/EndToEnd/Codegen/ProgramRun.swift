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
    let output = Pipe()
    let errors = Pipe()
    process.standardOutput = output
    process.standardError = errors
    process.standardInput = FileHandle.nullDevice
    try process.run()
    async let printed = read(output)
    async let complained = read(errors)
    let texts = await (printed, complained)
    process.waitUntilExit()
    return ProgramRun(exitCode: process.terminationStatus, output: texts.0, errors: texts.1)
  }

  private static func read(_ pipe: Pipe) async -> String {
    await withCheckedContinuation { caller in
      Thread.detachNewThread {
        let data = (try? pipe.fileHandleForReading.readToEnd()) ?? Data()
        caller.resume(returning: String(decoding: data, as: UTF8.self))
      }
    }
  }
}
