#if os(Linux)
  import Foundation
  import HoldfastRPC
  import TestSupport
  import Testing

  @testable import TestDevice

  /// A device that is killed and started again; several may have one file.
  final class StormDevice {
    struct Failure: Error {
      let description: String
    }

    let name: String
    let file: String
    /// Its way to the hub.
    let way: FaultyProxy
    let shelf: UInt32?
    private(set) var process: DeviceProcess?
    private var starts = 0
    /// Where it complains.
    private var errors = ""
    private var earlier: [DeviceLine] = []

    init(name: String, file: String, way: FaultyProxy, shelf: UInt32?) {
      (self.name, self.file, self.way, self.shelf) = (name, file, way, shelf)
    }

    /// All that it has said, in whichever run.
    var lines: [DeviceLine] { earlier + (process?.lines ?? []) }

    /// Starts it unless it runs. Marks of different runs differ by the name.
    func start(_ options: (_ name: String) -> DeviceOptions, errors: String) throws {
      guard process == nil else { return }
      starts += 1
      self.errors = errors
      process = try DeviceProcess(options("\(name).\(starts)"), errors: errors)
    }

    /// Kills it if it runs.
    func kill() async {
      guard let process else { return }
      process.kill()
      let code = await process.ended()
      // It has no reason to end by itself.
      #expect(code == 9, "\(name): \((try? String(contentsOfFile: errors, encoding: .utf8)) ?? "")")
      earlier += process.lines
      self.process = nil
    }

    /// Waits until what it has said in this run holds this.
    func wait(_ isThere: ([DeviceLine]) -> Bool) async throws {
      guard let process else { throw Failure(description: "\(name) does not run") }
      let hasSaid = try await eventually {
        if isThere(process.lines) { return true }
        if process.isRunning { return false }
        throw Failure(description: "\(name) has ended with \(await process.ended())")
      }
      if !hasSaid { throw Failure(description: "\(name) is stuck") }
    }
  }
#endif
