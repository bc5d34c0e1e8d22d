import HoldfastRPC
import HoldfastSDK
import HoldfastTesting
import Testing

/// When values are migrated, and what is seen before.
@Suite struct MigratingAdapterTests {
  private let memory = MemoryAdapter()

  private static let steps: [StateMigration] = [
    .values(to: 1, "numbers are texts", under: "n/") { (_, number: Int) in "\(number)" },
    .rename(to: 2, "n is for names", from: "n/", by: "name/"),
  ]

  private func persistence(
    _ policy: MigratingAdapter.Policy, _ steps: [StateMigration] = MigratingAdapterTests.steps
  ) throws -> Persistence {
    Persistence(MigratingAdapter(try StateMigrations(Persistence(memory), steps), policy: policy))
  }

  @Test(arguments: [MigratingAdapter.Policy.automatic, .manual, .none])
  func `it is an adapter like others`(_ policy: MigratingAdapter.Policy) async {
    let broken = await StorageConformance(valueBytes: 1 << 16) {
      MigratingAdapter(try StateMigrations(Persistence(MemoryAdapter()), Self.steps), policy: policy)
    }.run()
    #expect(broken == [])
  }

  @Test func `the first access migrates, once for all who come`() async throws {
    for number in 0..<100 { try await Persistence(memory).save(number, as: "n/\(number)") }
    let persistence = try persistence(.automatic)
    try await withThrowingTaskGroup(of: String?.self) { group in
      for number in 0..<20 { group.addTask { try await persistence.load(String.self, "name/\(number)") } }
      for try await name in group { #expect(name != nil) }
    }
    #expect(try await persistence.list().count == 100)
    #expect(try await Persistence(memory).load(String.self, "name/99") == "99")
  }

  @Test func `before it is migrated by hand, it can be read as it will be, and not be written`() async throws {
    let plain = Persistence(memory)
    for number in [1, 2, 30] { try await plain.save(number, as: "n/\(number)") }
    try await plain.save("between", as: "m")
    let persistence = try persistence(.manual)
    #expect(try await persistence.load(String.self, "name/30") == "30")
    #expect(try await persistence.load(String.self, "n/30") == nil)
    #expect(try await persistence.exists("name/1"))
    #expect(try await persistence.list() == ["m", "name/1", "name/2", "name/30"])
    let page = try await persistence.adapter.keys(prefix: "name/", after: "name/1", limit: 1)
    #expect(page == ["name/2"])
    let error = await #expect(throws: StorageError.self) { try await persistence.save("x", as: "m") }
    #expect(error?.code == .outdated)
    #expect(try await plain.load(Int.self, "n/30") == 30)

    let adapter = try #require(persistence.adapter as? MigratingAdapter)
    try await adapter.migrations.migrate()
    try await persistence.save("x", as: "m")
    #expect(try await persistence.load(String.self, "name/30") == "30")
    #expect(try await plain.list(prefix: "n/").isEmpty)
  }

  @Test func `where values are never migrated, they are as they are`() async throws {
    try await Persistence(memory).save(1, as: "n/1")
    let persistence = try persistence(.none)
    #expect(try await persistence.load(Int.self, "n/1") == 1)
    try await persistence.save(2, as: "n/2")
    #expect(try await persistence.list() == ["n/1", "n/2"])
  }

  @Test func `a migration that fails can be tried again`() async throws {
    try await Persistence(memory).save("no number", as: "n/1")
    let persistence = try persistence(.automatic)
    let error = await #expect(throws: StorageError.self) { try await persistence.list() }
    #expect(error?.code == .migrationFailed)
    #expect(error?.key == "n/1")
    try await Persistence(memory).save(1, as: "n/1")
    #expect(try await persistence.list() == ["name/1"])
  }

  @Test func `its own keys are not for others`() async throws {
    let persistence = try persistence(.automatic)
    try await persistence.save(1, as: "a")
    let error = await #expect(throws: StorageError.self) {
      try await persistence.load(Int.self, "holdfast.migrations/version")
    }
    #expect(error?.code == .invalidKey)
    #expect(try await persistence.list() == ["a"])
  }
}
