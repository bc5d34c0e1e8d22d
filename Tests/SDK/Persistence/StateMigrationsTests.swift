import HoldfastTesting
import Testing

@testable import HoldfastSDK

private struct Theme: Codable, Sendable, Equatable {
  var name: String
}

private struct NoTheme: Error {}

/// What is stored, brought from version to version.
@Suite struct StateMigrationsTests {
  private let memory = MemoryAdapter()
  private var persistence: Persistence { Persistence(memory) }

  /// Three steps: values of another type, other keys, and one value made of two.
  private static let steps: [StateMigration] = [
    .values(to: 1, "themes have names", under: "theme/") { (_, number: Int) in
      guard number >= 0 else { throw NoTheme() }
      return Theme(name: "number \(number)")
    },
    .rename(to: 2, "themes are styles", from: "theme/", by: "style/"),
    .together(to: 3, "one name") { names in
      let first = try await names.load(String.self, "first") ?? ""
      let last = try await names.load(String.self, "last") ?? ""
      try names.save("\(first) \(last)", as: "name")
      names.delete("first")
      names.delete("last")
    }.validated { place in
      if try await place.load(String.self, "name") == " " { throw NoTheme() }
    },
  ]

  /// What the release before the first step has stored: more than one piece of it.
  private func fill(_ count: Int = 150) async throws {
    for number in 0..<count { try await persistence.save(number, as: "theme/\(number)") }
    try await persistence.saveAll(["first": "Ada", "last": "King", "other": "stays"])
  }

  private func migrations(
    _ adapter: (any StorageAdapter)? = nil, pieceValues: Int = 64
  ) throws -> StateMigrations {
    try StateMigrations(Persistence(adapter ?? memory), Self.steps, pieceValues: pieceValues)
  }

  /// All that is there, without what migrations keep for themselves; with that when `all` is true.
  private func contents(all: Bool = false) async throws -> [String: [UInt8]] {
    var contents: [String: [UInt8]] = [:]
    for key in try await persistence.list() where all || !key.hasPrefix(MigrationRecord.reserved) {
      contents[key] = try await memory.read(key)?.bytes
    }
    return contents
  }

  @Test func `every value is brought to the newest version`() async throws {
    try await fill()
    let migrations = try migrations()
    #expect(try await migrations.storedVersion() == 0)
    try await migrations.migrate()
    #expect(try await migrations.storedVersion() == 3)
    let contents = try await contents()
    #expect(contents.count == 152)
    #expect(try await persistence.load(Theme.self, "style/149") == Theme(name: "number 149"))
    #expect(try await persistence.load(String.self, "name") == "Ada King")
    #expect(try await persistence.load(String.self, "other") == "stays")
    try await migrations.migrate()
    #expect(try await self.contents() == contents)
    // Only what the newest step has changed is kept beside it.
    let kept = try await persistence.list(prefix: MigrationRecord.before)
    #expect(kept == ["first", "last", "name"].map { MigrationRecord.before(3) + $0 })
  }

  @Test func `an empty place is of the newest version, and stays so when steps come`() async throws {
    let short = try StateMigrations(persistence, Array(Self.steps.prefix(1)))
    try await short.migrate()
    try await persistence.save(Theme(name: "new"), as: "theme/1")
    #expect(try await migrations().storedVersion() == 1)
    try await migrations().migrate(to: 2)
    #expect(try await persistence.load(Theme.self, "style/1") == Theme(name: "new"))
  }

  @Test func `whatever operation fails, nothing is lost, and the next call ends it`() async throws {
    try await fill(7)
    let before = try await contents()
    try await migrations().migrate()
    let after = try await contents()

    var number = 1
    while true {
      try await memory.eraseAll()
      for (key, bytes) in before { try await memory.write(bytes, for: key) }
      let failing = FailingAdapter(memory)
      failing.fail(from: number)
      do {
        try await migrations(failing, pieceValues: 3).migrate()
        break
      } catch {
        #expect((error as? StorageError)?.code == .unavailable)
      }
      // Every other time it fails again soon, in what it then goes on with.
      if number % 2 == 0 {
        failing.fail(from: number % 7 + 1)
        do {
          try await migrations(failing, pieceValues: 1).migrate()
        } catch {
          #expect((error as? StorageError)?.code == .unavailable)
        }
      }
      try await migrations(pieceValues: 2).migrate()
      #expect(try await contents() == after, "failed at operation \(number)")
      #expect(try await persistence.list(prefix: MigrationRecord.before).count == 3)
      number += 1
    }
    #expect(number > 60)
  }

  @Test func `whatever operation fails while it is undone, what was before comes back`() async throws {
    try await fill(7)
    let before = try await contents()
    var number = 1
    while true {
      let migrations = try migrations()
      try await migrations.migrate(to: 1)
      let failing = FailingAdapter(memory)
      failing.fail(from: number)
      do {
        try await self.migrations(failing, pieceValues: 3).undo(to: 0)
        break
      } catch {
        #expect((error as? StorageError)?.code == .unavailable)
      }
      try await self.migrations(pieceValues: 2).undo(to: 0)
      #expect(try await contents() == before, "failed at operation \(number)")
      number += 1
    }
    #expect(try await contents() == before)
    #expect(try await migrations().storedVersion() == 0)
    #expect(number > 15)
  }

  @Test func `a value that cannot be changed stops it before anything is changed`() async throws {
    try await fill()
    try await persistence.save(-1, as: "theme/99")
    let before = try await contents(all: true)
    let error = await #expect(throws: StorageError.self) { try await migrations().migrate() }
    #expect(error?.code == .migrationFailed)
    #expect(error?.key == "theme/99")
    #expect(error?.cause is NoTheme)
    #expect(try await contents(all: true) == before)
  }

  @Test func `a key that is taken stops renaming before anything is renamed`() async throws {
    try await fill(3)
    try await persistence.save("mine", as: "style/1")
    let error = await #expect(throws: StorageError.self) { try await migrations().migrate() }
    #expect(error?.code == .migrationFailed)
    #expect(error?.key == "theme/1")
    #expect(try await migrations().storedVersion() == 1)
    #expect(try await persistence.load(String.self, "style/1") == "mine")
    #expect(try await persistence.load(Theme.self, "theme/1") == Theme(name: "number 1"))
  }

  @Test func `what is not valid is undone`() async throws {
    try await persistence.save(7, as: "theme/7")
    let error = await #expect(throws: StorageError.self) { try await migrations().migrate() }
    #expect(error?.code == .migrationFailed)
    #expect(error?.cause is NoTheme)
    #expect(try await migrations().storedVersion() == 2)
    #expect(try await contents().keys.sorted() == ["style/7"])
    try await persistence.save("Ada", as: "first")
    try await migrations().migrate()
    #expect(try await persistence.load(String.self, "name") == "Ada ")
  }

  @Test func `the newest step can be undone, the one before it no longer`() async throws {
    try await fill(3)
    let migrations = try migrations()
    try await migrations.migrate(to: 2)
    let second = try await contents()
    try await migrations.migrate()
    try await migrations.undo(to: 2)
    #expect(try await contents() == second)
    await #expect(throws: StorageError.self) { try await migrations.undo(to: 0) }
    try await migrations.migrate()
    #expect(try await persistence.load(String.self, "name") == "Ada King")
  }

  @Test func `it tells how far it has come`() async throws {
    try await fill()
    var seen: [MigrationProgress] = []
    for try await progress in try migrations().progress(to: 1) { seen.append(progress) }
    let phases: [MigrationProgress.Phase] = [
      .checking, .checking, .checking, .changing, .changing, .changing, .validating,
    ]
    #expect(seen.map(\.phase) == phases + [.done])
    #expect(seen.map(\.done) == [64, 128, 150, 64, 128, 150, 150, 150])
    #expect(seen.suffix(5).allSatisfy { $0.total == 150 && $0.name == "themes have names" && $0.version == 1 })
  }

  @Test func `what a newer program stored is refused, and left as it is`() async throws {
    try await fill(3)
    try await migrations().migrate()
    let before = try await contents(all: true)
    let old = try StateMigrations(persistence, Array(Self.steps.prefix(2)))
    let error = await #expect(throws: StorageError.self) { try await old.migrate() }
    #expect(error?.code == .newerVersion)
    #expect(try await contents(all: true) == before)
  }

  @Test func `an old form is told by its looks`() async throws {
    try await persistence.save(Theme(name: "a"), as: "theme/1")
    let migrations = try StateMigrations(persistence, Self.steps) { place in
      for try await key in place.keys(prefix: "theme/") {
        if case .some = try? await place.load(Theme.self, key) { return 1 }
      }
      return 0
    }
    #expect(try await migrations.storedVersion() == 1)
    try await migrations.migrate(to: 2)
    #expect(try await persistence.load(Theme.self, "style/1") == Theme(name: "a"))
  }

  @Test func `two processes that migrate at once come to the same`() async throws {
    try await fill()
    let all = [try migrations(), try migrations(), try migrations()]
    try await withThrowingTaskGroup(of: Void.self) { group in
      for migrations in all { group.addTask { try await migrations.migrate() } }
      try await group.waitForAll()
    }
    #expect(try await contents().count == 152)
    #expect(try await persistence.load(Theme.self, "style/149") == Theme(name: "number 149"))
    #expect(try await persistence.load(String.self, "name") == "Ada King")
  }

  @Test func `steps are in order, and renaming has an end`() {
    for steps in [[], [Self.steps[1], Self.steps[0]], [Self.steps[0], Self.steps[2]]] {
      #expect(throws: StorageError.self) { try StateMigrations(persistence, steps) }
    }
    for (from, other) in [("a", "ab"), ("ab", "a"), ("", "a")] {
      #expect(throws: StorageError.self) {
        try StateMigrations(persistence, [.rename(to: 1, "round and round", from: from, by: other)])
      }
    }
  }
}
