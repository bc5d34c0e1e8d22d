import Foundation
import HoldfastContract
import HoldfastSDK
import Testing

/// A `holdfast worker` in a process of its own.
final class WorkerProcess: @unchecked Sendable {  // a test drives it from one task at a time
  let name: String
  private let process: Process

  /// Starts it and returns when the hub knows it.
  init(_ name: String, for hub: HubProcess, _ client: Hub, slots: Int = 4, space: String = "default") async throws {
    self.name = name
    process = Holdfast.prepare([
      "worker", "--name", name, "--slots", "\(slots)", "--space", space, "--data", hub.data, "--json",
    ])
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try process.run()
    #expect(try await eventually { try await Self.status(name, client, space: space)?.healthy == true })
  }

  deinit {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
  }

  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// Sends a signal and waits for the end. The exit code, or the signal's number if that ended it.
  @discardableResult
  func end(_ signal: Int32) async -> Int32 {
    send(signal)
    return await process.ended()
  }

  static func status(_ name: String, _ client: Hub, space: String = "default") async throws -> WorkerStatus? {
    try await client.analysis.workers(WorkersRequest(space: space)).workers.first { $0.name == name }
  }
}

extension HubProcess {
  /// Workers that take part until a test lets go of them.
  func workers(_ names: [String], _ client: Hub) async throws -> [WorkerProcess] {
    var workers: [WorkerProcess] = []
    for name in names { workers.append(try await WorkerProcess(name, for: self, client)) }
    return workers
  }
}
