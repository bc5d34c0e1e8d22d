import HoldfastRPC
import HoldfastSDK
import HoldfastTesting
import Testing

/// Values that an earlier release of a program has set.
@Suite struct ContextMigrationTests {
  private let memory = MemoryAdapter()
  private let theme = ContextKey<String>("editor.theme")
  private let style = ContextKey<String>("editor.style")

  private static let steps: [ContextMigration] = [
    .values(to: 1, "themes have names", under: "editor.theme") { (_, number: Int) in number == 0 ? "light" : "dark" },
    .rename(to: 2, "themes are styles", from: "editor.theme", by: "editor.style"),
  ]

  private func provider(
    _ policy: MigratingAdapter.Policy, _ steps: [ContextMigration] = ContextMigrationTests.steps
  ) throws -> PersistentContextProvider {
    var settings = PersistentContextProvider.Settings()
    settings.migrations = steps
    settings.migration = policy
    return try PersistentContextProvider(
      SecureAdapter(memory, master: .bytes(Array(repeating: 7, count: 32))), settings)
  }

  /// As the first release did it, which had no steps.
  private func setNumbers() async throws {
    let first = try provider(.none, [])
    for number in [1, 0, 1] { try await first.set(number, for: ContextKey("editor.theme")) }
    try await first.set(true, for: ContextKey("other"))
  }

  @Test func `by itself, with the history, before the first lookup`() async throws {
    try await setNumbers()
    let context = try provider(.automatic)
    #expect(try await context.resolve(style)?.value == "dark")
    #expect(try await context.resolve(theme) == nil)
    let past = try await context.history(of: style)
    #expect(past.map(\.value) == ["dark", "light", "dark"])
    #expect(past.map(\.version) == [3, 2, 1])
    #expect(Set(past.map(\.type)) == ["String"])
    #expect(try await context.resolve(ContextKey<Bool>("other"))?.value == true)
    try await context.set("blue", for: style)
    #expect(try await provider(.automatic).history(of: style).first?.version == 4)
  }

  @Test func `by hand: until then what is stored is read as it will be, and not written`() async throws {
    try await setNumbers()
    let context = try provider(.manual)
    #expect(try await context.resolve(style)?.value == "dark")
    let error = await #expect(throws: ContextError.self) { try await context.set("blue", for: style) }
    #expect(error?.code == .persistence)
    #expect((error?.causes.first as? StorageError)?.code == .outdated)
    #expect(try await provider(.none, []).resolve(ContextKey<Int>("editor.theme"))?.value == 1)
    let migrations = try #require(context.migrations)
    try await migrations.migrate()
    try await context.set("blue", for: style)
    #expect(try await context.resolve(style)?.value == "blue")
  }

  @Test func `never: what is stored stays, and is an error where it has another type`() async throws {
    try await setNumbers()
    let context = try provider(.none)
    #expect(try await context.resolve(style) == nil)
    let error = await #expect(throws: ContextError.self) { try await context.resolve(theme) }
    #expect(error?.code == .corruption)
    #expect(error?.message.contains("Int") == true)
  }

  @Test func `a value that cannot be changed stops all, and everything is as it was`() async throws {
    try await setNumbers()
    let first = try provider(.none, [])
    try await first.set("no number", for: ContextKey("editor.theme2"))
    let error = await #expect(throws: ContextError.self) { try await provider(.automatic).resolve(style) }
    #expect(error?.code == .persistence)
    #expect((error?.causes.first as? StorageError)?.code == .migrationFailed)
    #expect(try await first.resolve(ContextKey<Int>("editor.theme"))?.value == 1)
    // What does not count any more may be of any type.
    try await first.set(0, for: ContextKey("editor.theme2"))
    let context = try provider(.automatic)
    #expect(try await context.resolve(ContextKey<String>("editor.style2"))?.value == "light")
    let mixed = await #expect(throws: ContextError.self) {
      try await context.history(of: ContextKey<Int>("editor.style2"))
    }
    #expect(mixed?.code == .corruption)
  }

  @Test func `a program that is older than what is stored leaves it alone`() async throws {
    try await setNumbers()
    _ = try await provider(.automatic).resolve(style)
    let older = try provider(.automatic, Array(Self.steps.prefix(1)))
    let calls: [() async throws -> Void] = [
      { _ = try await older.resolve(theme) }, { try await older.set("blue", for: style) },
    ]
    for call in calls {
      let error = await #expect(throws: ContextError.self) { try await call() }
      #expect((error?.causes.first as? StorageError)?.code == .newerVersion)
    }
    #expect(try await provider(.automatic).resolve(style)?.value == "dark")
  }

  @Test func `steps in no order are refused`() async throws {
    let error = #expect(throws: ContextError.self) { try provider(.automatic, Self.steps.reversed()) }
    #expect(error?.code == .persistence)
  }
}
