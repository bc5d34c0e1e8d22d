import Foundation
import TestSupport

/// A hub in a process of its own, in a directory of its own, on a port of its own.
final class HubProcess: @unchecked Sendable {  // a test drives it from one task at a time
  struct NotStarted: Error {
    let exitCode: Int32
    let errors: String
  }

  let directory: TemporaryDirectory
  /// The hub's data directory.
  let data: String
  private(set) var address = ""
  private(set) var fingerprint = ""
  private var process: Process
  private let options: [String]

  /// Starts a hub and returns when it listens.
  init(_ options: [String] = []) async throws {
    directory = try TemporaryDirectory()
    data = directory.path("hub")
    self.options = options
    process = Process()
    try await start(listen: "127.0.0.1:0")
  }

  deinit {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
  }

  var pid: Int32 { process.processIdentifier }

  /// Starts it again on the port that it had.
  func restart() async throws { try await start(listen: address) }

  private func start(listen: String) async throws {
    process = Holdfast.prepare(["serve", "--data", data, "--listen", listen, "--json"] + options)
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle(forWritingAtPath: try directory.write("", to: "errors"))
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let line = await output.text(upTo: "\n")
    guard let event = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String],
      event["event"] == "listening", let address = event["address"], let fingerprint = event["fingerprint"]
    else {
      process.waitUntilExit()
      throw NotStarted(exitCode: process.terminationStatus, errors: errors)
    }
    self.address = address
    self.fingerprint = fingerprint
  }

  /// What it has printed to standard error since it was started.
  var errors: String { (try? String(contentsOfFile: directory.path("errors"), encoding: .utf8)) ?? "" }

  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// Sends a signal and waits for the end. The exit code, or the signal's number if that ended it.
  @discardableResult
  func end(_ signal: Int32 = SIGTERM) async -> Int32 {
    send(signal)
    return await withCheckedContinuation { caller in
      Thread.detachNewThread { [process] in
        process.waitUntilExit()
        caller.resume(returning: process.terminationStatus)
      }
    }
  }

  /// Runs a client command against it.
  func client(_ words: String..., environment: [String: String] = [:], input: Data = Data()) async throws -> Holdfast {
    try await Holdfast.run(words + ["--data", data], environment: environment, input: input)
  }
}

extension Pipe {
  /// Reads what a process prints until it has printed `mark`, or to the end; a thread of its own waits meanwhile.
  func text(upTo mark: String) async -> String {
    await withCheckedContinuation { caller in
      Thread.detachNewThread { [handle = fileHandleForReading] in
        var text = Data()
        while !text.suffix(mark.utf8.count).elementsEqual(mark.utf8), let byte = try? handle.read(upToCount: 1),
          !byte.isEmpty
        {
          text += byte
        }
        caller.resume(returning: String(decoding: text, as: UTF8.self))
      }
    }
  }
}

/// Waits until a condition holds that another process brings about; false when it does not within a minute.
func eventually(_ condition: () async throws -> Bool) async throws -> Bool {
  for _ in 0..<6000 {
    if try await condition() { return true }
    try await Task.sleep(for: .milliseconds(10))
  }
  return false
}
