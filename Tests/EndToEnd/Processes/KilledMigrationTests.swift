import Foundation
import HoldfastSDK
import TestSupport
import Testing

@testable import TestDevice

/// A program that is killed while it migrates what it has stored.
@Suite(.ownThread) struct KilledMigrationTests {
  private let folder: TemporaryDirectory
  private var file: String { folder.path("values.sqlite") }

  init() throws { folder = try TemporaryDirectory() }

  /// Runs the program until it has done so many pieces of its work, and kills it before it does another.
  private func run(killedAfter pieces: Int) async throws {
    let process = Process()
    process.executableURL = Holdfast.program.deletingLastPathComponent().appendingPathComponent("TestDevice")
    process.arguments = ["mover", file]
    let (input, output) = (Pipe(), Pipe())
    (process.standardInput, process.standardOutput) = (input, output)
    try process.run()
    var said = 0
    while let data = try output.fileHandleForReading.read(upToCount: 1), !data.isEmpty {
      guard data == Data("\n".utf8) else { continue }
      said += 1
      if said == pieces { break }
      try input.fileHandleForWriting.write(contentsOf: Data("\n".utf8))
    }
    Foundation.kill(process.processIdentifier, SIGKILL)
    await process.ended()
  }

  @Test func `wherever it is killed, nothing is lost, and the next run goes on`() async throws {
    let start = try await SQLiteAdapter.open(file)
    try await Persistence(start).saveAll(
      Dictionary(uniqueKeysWithValues: (0..<Mover.values).map { ("n/\($0)", $0) }))
    await start.close()

    var (runs, isDone) = (0, false)
    while !isDone {
      runs += 1
      try await run(killedAfter: runs)
      let adapter = try await SQLiteAdapter.open(file)
      let migrations = try StateMigrations(Persistence(adapter), Mover.steps)
      let left = Persistence(MigratingAdapter(migrations, policy: .none))
      #expect(try await left.list().count == Mover.values, "killed after \(runs)")
      isDone = try await migrations.storedVersion() == 2
      await adapter.close()
      try #require(runs < 50)
    }
    // Those that only looked, and those that were killed in the midst of each step.
    #expect(runs > 6)
    let adapter = try await SQLiteAdapter.open(file)
    let persistence = Persistence(MigratingAdapter(try StateMigrations(Persistence(adapter), Mover.steps)))
    #expect(try await persistence.list().count == Mover.values)
    for number in 0..<Mover.values {
      #expect(try await persistence.load(String.self, "name/\(number)") == "number \(number)")
    }
    await adapter.close()
  }
}
