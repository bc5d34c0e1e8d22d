import Foundation
import HoldfastSDK

/// A program that brings what it has stored to a newer version, and tells each piece of it.
enum Mover {
  static let values = 300

  static let steps: [StateMigration] = [
    .values(to: 1, "numbers are texts", under: "n/") { (_, number: Int) in "number \(number)" },
    .rename(to: 2, "n is for names", from: "n/", by: "name/"),
  ]

  /// Waits for a line after each that it says.
  static func run(_ file: String) async throws {
    let migrations = try StateMigrations(Persistence(try await SQLiteAdapter.open(file)), steps)
    try await migrations.migrate { progress in
      FileHandle.standardOutput.write(Data("\(progress.version) \(progress.phase) \(progress.done)\n".utf8))
      _ = readLine()
    }
  }
}
