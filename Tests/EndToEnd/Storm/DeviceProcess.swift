import Foundation
import HoldfastRPC
import TestSupport

@testable import TestDevice

/// A device in a process of its own.
final class DeviceProcess: @unchecked Sendable {  // one task drives it; its reader's state is behind a lock
  let options: DeviceOptions
  private let process = Process()
  private let input = Pipe()
  private let heard = Lock<[DeviceLine]>([])
  private let isRead = Happening()

  /// Starts it. What it complains about is added to a file.
  init(_ options: DeviceOptions, errors: String) throws {
    self.options = options
    process.executableURL = Holdfast.program.deletingLastPathComponent().appendingPathComponent("TestDevice")
    process.arguments = options.words
    if !FileManager.default.fileExists(atPath: errors) {
      _ = FileManager.default.createFile(atPath: errors, contents: nil)
    }
    let complaints = FileHandle(forUpdatingAtPath: errors)
    try complaints?.seekToEnd()
    let output = Pipe()
    (process.standardInput, process.standardOutput, process.standardError) = (input, output, complaints)
    try process.run()
    let (heard, isRead) = (heard, isRead)
    Thread.detachNewThread {
      var (text, chunk) = ([UInt8](), [UInt8](repeating: 0, count: 4096))
      while true {
        let count = read(output.fileHandleForReading.fileDescriptor, &chunk, chunk.count)
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { break }
        text += chunk[..<count]
        // A line that it did not come to the end of was not said.
        while let end = text.firstIndex(of: UInt8(ascii: "\n")) {
          let line = DeviceLine(String(decoding: text[..<end], as: UTF8.self))
          heard.withLock { $0 += line.map { [$0] } ?? [] }
          text.removeFirst(end + 1)
        }
      }
      isRead.pass()
    }
  }

  deinit { kill() }

  /// All that it has said so far.
  var lines: [DeviceLine] { heard.withLock { $0 } }

  var isRunning: Bool { process.isRunning }

  func tell(_ command: DeviceCommand) {
    // It may have been killed.
    try? input.fileHandleForWriting.write(contentsOf: Data((command.rawValue + "\n").utf8))
  }

  func kill() {
    if process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) }
  }

  /// Waits for its end and for the last of what it said. The exit code, or the signal's number if that ended it.
  @discardableResult
  func ended() async -> Int32 {
    let code = await process.ended()
    await isRead.wait()
    return code
  }
}
