import Foundation
import HoldfastSDK

/// A program that keeps its state in a preferences file, and saves it only when it ends.
actor Keeper: Persistable {
  static let persistedKeys = ["count", "note"]

  @Persisted("count") var count = 0
  @Persisted("note") var note = "none"

  private func change(_ note: String) {
    count += 1
    self.note = note
  }

  /// Takes the file, a note, and whether it ends by itself (`close`) or waits for a signal (`wait`).
  /// - Returns: its exit code, which is the signal's number.
  static func run(_ words: [String]) async throws -> Int32 {
    guard words.count == 3 else { throw DeviceError(description: "a keeper needs: file, note, close or wait") }
    let coordinator = PersistenceCoordinator(
      Persistence(try DefaultsAdapter(file: words[0])), interval: .seconds(86_400))
    let keeper = Keeper()
    try await coordinator.add(keeper)
    let signals = TerminationSignals()
    await keeper.change(words[1])
    FileHandle.standardOutput.write(Data("\(await keeper.count)\n".utf8))
    if words[2] == "close" {
      try await coordinator.close()
      return 0
    }
    return try await coordinator.run(until: signals)
  }
}
