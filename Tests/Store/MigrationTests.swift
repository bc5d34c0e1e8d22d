import HoldfastStore
import HoldfastTesting
import Testing

@Suite struct MigrationTests {
  private let disk = LosingDisk(seed: 5)

  private let titles = Migration(
    2, "titles",
    check: { transaction in
      let missing = try transaction.first("SELECT count(*) FROM note WHERE title IS NULL") { $0.integer(0) }
      if missing != 0 { throw Refusal() }
    },
    revert: { try $0.execute("ALTER TABLE note DROP COLUMN title") },
    { transaction in
      try transaction.execute("ALTER TABLE note ADD COLUMN title TEXT")
      try transaction.execute("UPDATE note SET title = 'none' WHERE number <> 13")
    })

  private func columns(_ database: Database) throws -> [String] {
    try database.write { try $0.all("PRAGMA table_info(note)") { $0.text(1) } }
  }

  @Test func `migrations are applied once, in order`() throws {
    for _ in 0..<2 {
      let database = try disk.openDatabase(notes + [titles])
      #expect(try columns(database) == ["number", "body", "title"])
    }
  }

  @Test func `of several who open a new file at once, one applies them`() async throws {
    let migrations = notes + [titles]
    for seed in 0..<60 as Range<UInt64> {
      let disk = LosingDisk(seed: seed)
      // The file is there, and nobody has applied anything.
      _ = try disk.openDatabase([])
      try await withThrowingTaskGroup(of: [String].self) { group in
        for _ in 0..<4 { group.addTask { try columns(disk.openDatabase(migrations)) } }
        for try await columns in group { #expect(columns == ["number", "body", "title"]) }
      }
    }
  }

  @Test func `a migration whose check fails is rolled back whole`() throws {
    try disk.openDatabase().write { try $0.note(13) }
    let error = #expect(throws: StoreError.self) { try disk.openDatabase(notes + [titles]) }
    #expect(error?.code == .migration)
    #expect(error?.message.contains("migration 2 (titles)") == true)
    #expect(try columns(disk.openDatabase()) == ["number", "body"])
  }

  @Test func `a migration can be reverted where it says how`() throws {
    let database = try disk.openDatabase(notes + [titles])
    let migrator = Migrator(notes + [titles])
    try migrator.revert(database, to: 1)
    #expect(try columns(database) == ["number", "body"])
    let error = #expect(throws: StoreError.self) { try migrator.revert(database, to: 0) }
    #expect(error?.code == .migration)
    try migrator.migrate(database)
    #expect(try columns(database) == ["number", "body", "title"])
  }

  @Test func `a database that is newer than the program is left alone`() throws {
    _ = try disk.openDatabase(notes + [titles])
    let error = #expect(throws: StoreError.self) { try disk.openDatabase(notes) }
    #expect(error?.code == .newerSchema)
  }

  @Test func `a database with another history is left alone`() throws {
    _ = try disk.openDatabase()
    let error = #expect(throws: StoreError.self) { try disk.openDatabase([Migration(1, "other") { _ in }]) }
    #expect(error?.code == .migration)
  }

  @Test func `rows that refer to nothing fail a migration`() throws {
    let broken = Migration(2, "children") { transaction in
      try transaction.execute("CREATE TABLE child(note INTEGER REFERENCES note(number) DEFERRABLE INITIALLY DEFERRED)")
      try transaction.execute("INSERT INTO child(note) VALUES(99)")
    }
    let error = #expect(throws: StoreError.self) { try disk.openDatabase(notes + [broken]) }
    #expect(error?.message.contains("rows of child") == true)
  }

  @Test func `an interrupted long migration resumes after a restart`() throws {
    do {
      let database = try disk.openDatabase()
      for number in 0..<100 { try database.write { try $0.note(number, [0]) } }
    }
    let touched = Monitor<[Int64]>([])
    func long(failingAt stop: Int64?) -> Migration {
      Migration(
        2, "long",
        step: { transaction, progress in
          touched.withLock { $0.append(progress) }
          if progress == stop { throw Refusal() }
          try transaction.execute(
            "UPDATE note SET body = x'01' WHERE number >= $1 AND number < $2",
            [.integer(progress), .integer(progress + 10)])
          return progress < 90 ? progress + 10 : nil
        })
    }
    #expect(throws: StoreError.self) { try disk.openDatabase(notes + [long(failingAt: 50)]) }
    let database = try disk.openDatabase(notes + [long(failingAt: nil)])
    #expect(touched.withLock { $0 } == [0, 10, 20, 30, 40, 50, 50, 60, 70, 80, 90])
    let untouched = try database.write {
      try $0.first("SELECT count(*) FROM note WHERE body = x'00'") { $0.integer(0) }
    }
    #expect(untouched == 0)
  }
}
