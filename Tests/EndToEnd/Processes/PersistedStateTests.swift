import Foundation
import HoldfastSDK
import TestSupport
import Testing

/// What a program of several runs has kept, however it ended.
@Suite(.ownThread) struct PersistedStateTests {
  private let folder: TemporaryDirectory
  private var file: String { folder.path("settings.json") }

  init() throws { folder = try TemporaryDirectory() }

  /// Starts the program, waits for its word that it has changed its state, and does something to it.
  /// - Returns: what it said, and its exit code or the signal that ended it.
  private func keeper(
    _ note: String, _ end: String, _ act: (Process) -> Void = { _ in }
  ) async throws -> (said: String, code: Int32) {
    let process = Process()
    process.executableURL = Holdfast.program.deletingLastPathComponent().appendingPathComponent("TestDevice")
    process.arguments = ["keeper", file, note, end]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    var said = ""
    while !said.hasSuffix("\n"), let data = try output.fileHandleForReading.read(upToCount: 1), !data.isEmpty {
      said += String(decoding: data, as: UTF8.self)
    }
    act(process)
    return (said, await process.ended())
  }

  private func stored() async throws -> (count: Int?, note: String?) {
    let persistence = Persistence(try DefaultsAdapter(file: file))
    return (try await persistence.load(Int.self, "count"), try await persistence.load(String.self, "note"))
  }

  @Test func `what a run has saved at its end, the next begins with`() async throws {
    for run in 1...3 {
      let (said, code) = try await keeper("run \(run)", "close")
      #expect(said == "\(run)\n")
      #expect(code == 0)
    }
    #expect(try await stored() == (3, "run 3"))
  }

  @Test(arguments: [SIGTERM, SIGINT])
  func `a program that is asked to end saves first`(_ signal: Int32) async throws {
    for run in 1...2 {
      let (said, code) = try await keeper("run \(run)", "wait") { Foundation.kill($0.processIdentifier, signal) }
      #expect(said == "\(run)\n")
      #expect(code == signal)
    }
    #expect(try await stored() == (2, "run 2"))
  }

  @Test func `a program that is killed keeps what it had saved before`() async throws {
    _ = try await keeper("first", "close")
    let (said, code) = try await keeper("second", "wait") { Foundation.kill($0.processIdentifier, SIGKILL) }
    #expect(said == "2\n")
    #expect(code == SIGKILL)
    #expect(try await stored() == (1, "first"))
  }
}
