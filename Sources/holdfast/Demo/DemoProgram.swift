import HoldfastRPC
import HoldfastSDK
import HoldfastWire

/// The demo's program: it keeps its state sealed in a file, and asks the hub for context.
struct DemoProgram {
  /// What it keeps.
  final class Settings: Persistable {
    static let persistedKeys = ["saves", "secret"]

    @Persisted("saves") var saves = 0
    @Persisted("secret") var secret = ""
  }

  /// What nobody may find in its file.
  static let secret = "the key lies under the third stone"
  static let pace = ContextKey<Int>("demo.pace", default: 1)

  let console: Console

  /// Goes on from what an earlier run has kept, and counts its saves until it is killed. Tells each that is durable.
  func save(in file: String, key: String) async throws {
    let settings = Settings()
    let (coordinator, adapter) = try await restore(settings, file, key)
    settings.secret = Self.secret
    while !Task.isCancelled {
      settings.saves += 1
      _ = try await coordinator.persistState()
      console.result("saved \(settings.saves)", json: ["saved": .integer(settings.saves)])
    }
    await adapter.close()
  }

  /// Goes on from what an earlier run has kept, and tells each value that the pace takes until it is asked to end.
  func ask(_ hub: Hub, space: String, device: String, file: String, key: String) async throws {
    let settings = Settings()
    let (coordinator, adapter) = try await restore(settings, file, key)
    let signals = TerminationSignals()
    var timing = NetworkContextProvider.Settings()
    // Somebody looks on, and does not want to wait to see that a hub is gone.
    timing.refreshInterval = .milliseconds(500)
    timing.deadline = .milliseconds(500)
    let context = NetworkContextProvider(HubContextSource(hub, space: space, device: device), timing)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await context.run() }
      group.addTask {
        for await outcome in context.watch(Self.pace) { tell(outcome) }
      }
      _ = try await coordinator.run(until: signals)
      group.cancelAll()
      try await group.waitForAll()
    }
    await adapter.close()
  }

  private func restore(
    _ settings: Settings, _ file: String, _ key: String
  ) async throws -> (PersistenceCoordinator, SQLiteAdapter) {
    let adapter = try await SQLiteAdapter.open(file)
    let sealed = SecureAdapter(adapter, master: .file(key))
    let coordinator = PersistenceCoordinator(Persistence(sealed))
    try await coordinator.add(settings)
    console.result("restored \(settings.saves)", json: ["restored": .integer(settings.saves)])
    return (coordinator, adapter)
  }

  private func tell(_ outcome: ContextOutcome<Int>) {
    switch outcome {
    case .success(let found):
      let reason = found.map { $0.reason == .cached ? "fresh" : $0.reason.rawValue } ?? "none"
      console.result(
        "pace \(found?.value ?? 0)",
        json: [
          "pace": .integer(found?.value ?? 0), "source": .string(found?.source ?? ""), "reason": .string(reason),
        ])
    case .failure(let error): console.remark("holdfast: \(error)")
    }
  }
}
