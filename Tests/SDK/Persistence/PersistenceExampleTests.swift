import HoldfastSDK
import TestSupport
import Testing

private enum Theme: String, Codable, Sendable { case light, dark }

private actor Preferences: Persistable {
  static let persistedKeys = ["theme"]
  @Persisted("theme") var theme = Theme.light

  func choose(_ theme: Theme) { self.theme = theme }
}

/// The parts of persistence, one upon the other, as a program uses them.
@Suite struct PersistenceExampleTests {
  @Test func `a program keeps its state over its releases`() async throws {
    let folder = try TemporaryDirectory()
    let file = folder.path("settings.json")
    // The first release stored whether it is dark.
    try await Persistence(try DefaultsAdapter(file: file)).save(true, as: "theme")

    for (run, expected) in [Theme.dark, .light].enumerated() {
      let steps: [StateMigration] = [
        .values(to: 1, "themes have names", under: "theme") { (_, dark: Bool) in dark ? Theme.dark : .light }
      ]
      let migrations = try StateMigrations(Persistence(try DefaultsAdapter(file: file)), steps)
      let cached = CachedAdapter(over: MigratingAdapter(migrations), bytes: 1 << 20)
      let coordinator = PersistenceCoordinator(Persistence(cached), interval: .seconds(10))
      let preferences = Preferences()
      try await coordinator.add(preferences)
      #expect(await preferences.theme == expected)
      if run == 0 { await preferences.choose(.light) }
      try await coordinator.close()
    }
  }
}
