import Foundation
import HoldfastCrypto
import HoldfastRPC
import HoldfastSDK
import HoldfastServer
import HoldfastStore
import TestSupport

/// A hub in a process of its own, in a directory of its own, on an address of its own.
final class HubProcess: @unchecked Sendable {  // a test drives it from one task at a time
  struct NotStarted: Error {
    let exitCode: Int32
    let errors: String
  }

  let directory: TemporaryDirectory
  /// The hub's data directory.
  let data: String
  /// The same directory, as the hub is told of it.
  private let ownData: String
  /// What it is started by, where it is not the test that starts it.
  private let entry: [String]
  private(set) var address = ""
  private(set) var fingerprint = ""
  private var process: Process
  private let options: [String]
  private let environment: [String: String]

  /// Starts a hub and returns when it listens.
  init(_ options: [String] = [], environment: [String: String] = [:]) async throws {
    directory = try TemporaryDirectory()
    data = directory.path("hub")
    ownData = data
    entry = []
    self.options = options
    self.environment = environment
    process = Process()
    try await start(listen: Loopback.ownAddress() + ":0")
  }

  #if os(Linux)
    /// Starts a hub whose data directory is on this disk.
    init(on disk: SmallDisk) async throws {
      directory = try TemporaryDirectory()
      data = disk.outside + "/hub"
      ownData = disk.path + "/hub"
      entry = disk.entry
      options = []
      environment = [:]
      process = Process()
      try await start(listen: Loopback.ownAddress() + ":0")
    }
  #endif

  deinit {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
  }

  var pid: Int32 { process.processIdentifier }

  /// Starts it again on the port that it had.
  func restart() async throws { try await start(listen: address) }

  private func start(listen: String) async throws {
    process = Holdfast.prepare(
      ["serve", "--data", ownData, "--listen", listen, "--json"] + options, environment: environment)
    if !entry.isEmpty {
      process.arguments = entry + [Holdfast.program.path] + (process.arguments ?? [])
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    }
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle(forWritingAtPath: try directory.write("", to: "errors"))
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let line = await output.text(upTo: "\n")
    guard let event = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String],
      event["event"] == "listening", let address = event["address"], let fingerprint = event["fingerprint"]
    else {
      throw NotStarted(exitCode: await process.ended(), errors: errors)
    }
    self.address = address
    self.fingerprint = fingerprint
  }

  /// What it has printed to standard error since it was started.
  var errors: String { (try? String(contentsOfFile: directory.path("errors"), encoding: .utf8)) ?? "" }

  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// A client with the admin token.
  func connect(_ settings: ClientSettings = ClientSettings()) async throws -> Hub {
    let directory = HubDirectory(path: data)
    return try await Hub.connect(
      to: address, token: try LocalFile.readText(directory.adminToken),
      trust: .certificateAuthority(.file(directory.authority)), settings: settings)
  }

  /// Makes it present another certificate, which it has not issued itself, to those who connect a little later.
  func present(_ identity: Identity) throws {
    let directory = HubDirectory(path: data)
    try LocalFile.remove(directory.authorityKey)
    try LocalFile.replace(directory.key, with: identity.privateKeyPEM.utf8, mode: 0o600)
    try LocalFile.replace(directory.certificate, with: identity.certificatePEM.utf8, mode: 0o644)
    send(SIGHUP)
  }

  /// Sends a signal and waits for the end. The exit code, or the signal's number if that ended it.
  @discardableResult
  func end(_ signal: Int32 = SIGTERM) async -> Int32 {
    send(signal)
    return await process.ended()
  }

  /// Runs a client command against it.
  func client(_ words: String..., environment: [String: String] = [:], input: Data = Data()) async throws -> ProgramRun
  {
    try await Holdfast.run(words + ["--data", data], environment: environment, input: input)
  }
}

extension Pipe {
  /// Reads what a process prints until it has printed `mark`, or to the end; a thread of its own waits meanwhile.
  func text(upTo mark: String) async -> String {
    await onThread { [handle = fileHandleForReading] in
      var text = Data()
      while !text.suffix(mark.utf8.count).elementsEqual(mark.utf8), let byte = try? handle.read(upToCount: 1),
        !byte.isEmpty
      {
        text += byte
      }
      return String(decoding: text, as: UTF8.self)
    }
  }
}

/// Waits until a condition holds that another process brings about; false when it does not within minutes, which even a
/// machine that is busy with much else does not take.
func eventually(_ condition: () async throws -> Bool) async throws -> Bool {
  for _ in 0..<20_000 {
    if try await condition() { return true }
    try await Task.sleep(for: .milliseconds(10))
  }
  return false
}
