import HoldfastSDK
import HoldfastTesting
import Testing

private enum Theme: String, Codable, Sendable { case light, dark }

private actor Preferences: Persistable {
  static let persistedKeys = ["theme", "size", "recent"]

  @Persisted("theme") var theme = Theme.light
  @Persisted("size") var size = 12
  @Persisted("recent") var recent: [String] = []
  /// Not saved.
  var isOpen = false

  func set(_ theme: Theme, _ size: Int? = nil) {
    self.theme = theme
    if let size { self.size = size }
  }

  func open(_ file: String) {
    recent.append(file)
    isOpen = true
  }
}

private class Window: Persistable {
  class var persistedKeys: [String] { ["width"] }
  @Persisted("width") var width = 800
}

private final class Editor: Window {
  override class var persistedKeys: [String] { ["width", "font"] }
  @Persisted("font") var font = "Mono"
}

private final class Muddled: Persistable {
  static let persistedKeys = ["theme", "lost", "theme"]
  @Persisted("theme") var theme = Theme.light
  @Persisted("kept") var kept = 1
  @Persisted("kept") var again = 2
}

/// The state of a program over its runs.
@Suite struct PersistenceCoordinatorTests {
  private let place = FailingAdapter(MemoryAdapter())
  private let clock = TestClock()
  private var persistence: Persistence { Persistence(place) }

  private func coordinator() -> PersistenceCoordinator {
    PersistenceCoordinator(persistence, interval: .seconds(10), clock: clock.device())
  }

  /// Lets time pass until something holds.
  private func pass(until holds: @escaping @Sendable () -> Bool) async throws {
    try await clock.running { while !holds() { await Task.yield() } }
  }

  @Test func `what one run has changed, the next begins with`() async throws {
    let (first, second) = (Preferences(), Preferences())
    let before = coordinator()
    try await before.add(first)
    await first.set(.dark, 14)
    await first.open("a")
    try await before.close()

    try await coordinator().add(second)
    #expect(await second.theme == .dark)
    #expect(await second.size == 14)
    #expect(await second.recent == ["a"])
    #expect(await !second.isOpen)
  }

  @Test func `what has nothing saved keeps its value, and is not saved until it changes`() async throws {
    try await persistence.save(20, as: "size")
    let (preferences, coordinator) = (Preferences(), coordinator())
    try await coordinator.add(preferences)
    #expect(await preferences.theme == .light)
    #expect(await preferences.size == 20)
    #expect(try await coordinator.persistState() == 0)
    #expect(try await persistence.list() == ["size"])
  }

  @Test func `only what has changed is saved, all of it together`() async throws {
    let (preferences, coordinator) = (Preferences(), coordinator())
    try await coordinator.add(preferences)
    await preferences.set(.dark, 9)
    #expect(coordinator.unsaved.keys == ["size", "theme"])
    #expect(try await coordinator.persistState() == 2)
    await preferences.open("a")
    #expect(try await coordinator.persistState() == 1)
    #expect(place.applied.suffix(2).map { $0.map(\.key) } == [["size", "theme"], ["recent"]])
    #expect(coordinator.unsaved.keys.isEmpty)
  }

  @Test func `a part of the state can be saved, and restored`() async throws {
    let (preferences, coordinator) = (Preferences(), coordinator())
    try await coordinator.add(preferences)
    await preferences.set(.dark, 9)
    #expect(try await coordinator.persistState(["size"]) == 1)
    #expect(coordinator.unsaved.keys == ["theme"])
    try await persistence.save(30, as: "size")
    try await coordinator.restoreState(["size"])
    #expect(await preferences.size == 30)
    #expect(await preferences.theme == .dark)
    #expect(coordinator.unsaved.keys == ["theme"])
  }

  @Test func `what cannot be restored leaves all as it was, and is never replaced`() async throws {
    try await persistence.save("large", as: "size")
    try await persistence.save(Theme.dark, as: "theme")
    let (preferences, coordinator) = (Preferences(), coordinator())
    let error = await #expect(throws: StorageError.self) { try await coordinator.add(preferences) }
    #expect(error?.code == .undecodable)
    #expect(error?.key == "size")
    #expect(await preferences.theme == .light)
    await preferences.set(.light, 1)
    try await coordinator.close()
    #expect(try await persistence.load(String.self, "size") == "large")
  }

  @Test func `changes are saved at intervals, and tried again when that fails`() async throws {
    let (preferences, coordinator) = (Preferences(), coordinator())
    try await coordinator.add(preferences)
    let running = Task { await coordinator.run() }
    await preferences.set(.dark)
    try await pass { coordinator.unsaved.keys.isEmpty }
    #expect(clock.elapsed >= .seconds(10))
    #expect(try await persistence.load(Theme.self, "theme") == .dark)

    place.fail(from: 1)
    await preferences.set(.light)
    try await pass { coordinator.unsaved.failure != nil }
    #expect(coordinator.unsaved.keys == ["theme"])
    #expect(coordinator.unsaved.failure?.code == .unavailable)
    place.fail(from: nil)
    try await pass { coordinator.unsaved.keys.isEmpty }
    #expect(coordinator.unsaved.failure == nil)
    #expect(try await persistence.load(Theme.self, "theme") == .light)
    try await coordinator.close()
    await running.value
  }

  @Test func `closing saves the rest, can be tried again, and ends what runs`() async throws {
    let (preferences, coordinator) = (Preferences(), coordinator())
    try await coordinator.add(preferences)
    let running = Task { await coordinator.run() }
    await preferences.set(.dark)
    place.fail(from: 1)
    await #expect(throws: StorageError.self) { try await coordinator.close() }
    await running.value
    place.fail(from: nil)
    try await coordinator.close()
    #expect(try await persistence.load(Theme.self, "theme") == .dark)
    let error = await #expect(throws: StorageError.self) { try await coordinator.add(Preferences()) }
    #expect(error?.code == .closed)
    await coordinator.run()
  }

  @Test func `keys that do not agree are named`() async throws {
    let error = await #expect(throws: PersistedKeysError.self) { try await coordinator().add(Muddled()) }
    #expect(error?.declaredOnly == ["lost"])
    #expect(error?.savedOnly == ["kept"])
    #expect(error?.usedTwice == ["kept", "theme"])
    #expect(error?.description.contains("“lost”") == true)
  }

  @Test func `two objects have one key only where their prefixes differ`() async throws {
    let coordinator = coordinator()
    let (left, right) = (Window(), Window())
    try await coordinator.add(left, under: "left/")
    try await coordinator.add(right, under: "right/")
    let error = await #expect(throws: PersistedKeysError.self) { try await coordinator.add(Window(), under: "left/") }
    #expect(error?.usedTwice == ["left/width"])
    right.width = 5
    try await coordinator.close()
    #expect(try await persistence.list() == ["right/width"])
  }

  @Test func `properties of a class above are saved too`() async throws {
    let (editor, coordinator) = (Editor(), coordinator())
    try await coordinator.add(editor)
    (editor.width, editor.font) = (1, "Sans")
    try await coordinator.close()
    #expect(try await persistence.list() == ["font", "width"])
  }

  @Test func `of many savings at once the last change is what stays`() async throws {
    let (preferences, coordinator) = (Preferences(), coordinator())
    try await coordinator.add(preferences)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for size in 1...100 {
        await preferences.set(.dark, size)
        group.addTask { try await coordinator.persistState() }
      }
      try await group.waitForAll()
    }
    #expect(try await persistence.load(Int.self, "size") == 100)
    #expect(coordinator.unsaved.keys.isEmpty)
  }

  @Test func `a value that cannot be written is named, and nothing of the rest is saved`() async throws {
    let (chart, coordinator) = (Chart(), coordinator())
    try await coordinator.add(chart)
    (chart.name, chart.scale) = ("a", .nan)
    let error = await #expect(throws: StorageError.self) { try await coordinator.persistState() }
    #expect(error?.code == .unencodable)
    #expect(error?.key == "scale")
    #expect(try await persistence.list().isEmpty)
    chart.scale = 2
    #expect(try await coordinator.persistState() == 2)
  }
}

private final class Chart: Persistable {
  static let persistedKeys = ["name", "scale"]
  @Persisted("name") var name = ""
  @Persisted("scale") var scale = 1.0
}
