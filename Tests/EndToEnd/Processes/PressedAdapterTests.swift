import Foundation
import HoldfastSDK
import TestSupport
import Testing

/// Adapters in a process of its own, under a system that does not let them do what they want.
@Suite(.ownThread) struct PressedAdapterTests {
  private let folder: TemporaryDirectory

  init() throws { folder = try TemporaryDirectory() }

  private func start(_ words: [String]) throws -> (Process, Pipe) {
    let process = Process()
    process.executableURL = Holdfast.program.deletingLastPathComponent().appendingPathComponent("TestDevice")
    process.arguments = ["presser"] + words
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    return (process, output)
  }

  private func open(_ kind: String, in place: String) async throws -> any StorageAdapter {
    switch kind {
    case "sqlite": try await SQLiteAdapter.open(place + "/values.sqlite")
    case "file": try FileAdapter(directory: place, client: "app")
    default: try DefaultsAdapter(file: place + "/settings.json")
    }
  }

  private func presser(_ words: String...) async throws -> [String] {
    let (process, output) = try start(words)
    let said = try output.fileHandleForReading.readToEnd() ?? Data()
    #expect(await process.ended() == 0)
    return String(decoding: said, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  /// What is refused in the middle of a write leaves what was there, and everything works again when there is room.
  @Test(arguments: [("sqlite", "failed"), ("file", "tooLarge"), ("defaults", "tooLarge")])
  func `a file that may not grow is an error, and loses nothing`(_ adapter: String, _ error: String) async throws {
    let said = try await presser("limit", adapter, folder.path)
    #expect(
      said == [error, error, "Optional([1])", "nil", "true", "true", #"["large", "other", "small"]"#], "\(adapter)")
  }

  @Test(arguments: ["sqlite", "file", "defaults"])
  func `a program that is killed while it writes leaves a whole value, and none older than it was told of`(
    _ kind: String
  ) async throws {
    var newest: UInt64 = 0
    for run in 1...8 {
      let (process, output) = try start(["overwrite", kind, folder.path])
      // By then it is in the middle of another write.
      var told = ""
      for _ in 0..<run { told += await output.text(upTo: "\n") }
      Foundation.kill(process.processIdentifier, SIGKILL)
      let rest = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
      await process.ended()
      newest = (told + rest).split(separator: "\n").compactMap { UInt64($0) }.max() ?? newest
      let adapter = try await open(kind, in: folder.path)
      let found = try #require(try await adapter.read("value"))
      #expect(found.version >= newest, "run \(run)")
      let isWhole = found.bytes == [UInt8](repeating: found.bytes.first ?? 0, count: 200_000)
      #expect(isWhole, "run \(run)")
      if let store = adapter as? SQLiteAdapter { await store.close() }
    }
  }

  @Test(arguments: ["sqlite", "file", "defaults"])
  func `a place of somebody else's is an error, and never empty`(_ kind: String) async throws {
    let place = folder.path("place")
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    let adapter = try await open(kind, in: place)
    try await adapter.write([1], for: "small")
    if let store = adapter as? SQLiteAdapter { await store.close() }
    // Above it everybody may pass; in it nobody but the superuser, who becomes another.
    chmod(folder.path, 0o755)
    chmod(place, 0o000)
    defer { chmod(place, 0o700) }
    #expect(try await presser("stranger", kind, place) == ["notPermitted", "notPermitted"])
  }
}
