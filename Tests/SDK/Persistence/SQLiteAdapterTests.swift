import HoldfastSDK
import HoldfastStore
import TestSupport
import Testing

/// Values in an SQLite file, and what happens to such files.
@Suite struct SQLiteAdapterTests {
  private let folder: TemporaryDirectory
  private var path: String { folder.path("values.sqlite") }

  init() throws { folder = try TemporaryDirectory() }

  @Test func `a value whose bytes have changed is an error until it is written anew`() async throws {
    let adapter = try await SQLiteAdapter.open(path)
    try await adapter.write([1, 2, 3], for: "key")
    try await adapter.write([4], for: "other")
    await adapter.close()
    try SQLiteFile.change(path, "UPDATE item SET content = x'010204' WHERE version > $1")

    let again = try await SQLiteAdapter.open(path)
    let error = await #expect(throws: StorageError.self) { try await again.read("key") }
    #expect(error?.code == .damaged)
    #expect(error?.key == "key")
    try await again.write([5], for: "key")
    #expect(try await again.read("key")?.bytes == [5])
    #expect(try await again.delete("other"))
    #expect(try await again.read("other") == nil)
  }

  @Test func `a value that has got the row of another is an error`() async throws {
    let adapter = try await SQLiteAdapter.open(path)
    try await adapter.write([1], for: "key")
    await adapter.close()
    try SQLiteFile.change(path, "UPDATE item SET key = x'6F74686572' WHERE version > $1")
    let again = try await SQLiteAdapter.open(path)
    #expect(try await again.read("key") == nil)
    let error = await #expect(throws: StorageError.self) { try await again.read("other") }
    #expect(error?.code == .damaged)
  }

  @Test func `a write of any key gives it a greater version, although the clock was set back`() async throws {
    let adapter = try await SQLiteAdapter.open(path)
    let first = try await adapter.write([1], for: "key")
    #expect(try await adapter.write([2], for: "key") > first)
    await adapter.close()
    try SQLiteFile.change(path, "UPDATE item SET version = 4000000000000000 WHERE version > $1")

    let again = try await SQLiteAdapter.open(path)
    #expect(try await again.write([3], for: "key") == 4_000_000_000_000_001)
    #expect(try await again.write([4], for: "key") == 4_000_000_000_000_002)
    #expect(try await again.read("key") == StoredValue([4], version: 4_000_000_000_000_002))
    // What is deleted leaves nothing from which to count on.
    #expect(try await again.delete("key"))
    let anew = try await again.write([5], for: "key")
    #expect((first..<4_000_000_000_000_000).contains(anew))
    #expect(try await again.read("key") == StoredValue([5], version: anew))
  }

  @Test func `two adapters on one file see each other's writes, and each wins or hears of a conflict`() async throws {
    let (one, two) = (try await SQLiteAdapter.open(path), try await SQLiteAdapter.open(path))
    let version = try await one.write([1], for: "key")
    #expect(try await two.read("key") == StoredValue([1], version: version))
    let next = try await two.write([2], for: "key", expected: version)
    let error = await #expect(throws: StorageError.self) { try await one.write([3], for: "key", expected: version) }
    #expect(error?.code == .conflict)
    #expect(try await one.version("key") == next)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for adapter in [one, two] {
        group.addTask {
          for _ in 0..<5 {
            try await Persistence(adapter).transaction { keys in
              try keys.save(1 + (try await keys.load(Int.self, "count") ?? 0), as: "count")
            }
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(try await Persistence(one).load(Int.self, "count") == 10)
  }

  @Test func `after closing, everything says so`() async throws {
    let adapter = try await SQLiteAdapter.open(path)
    await adapter.close()
    for call in [{ _ = try await adapter.read("key") }, { try await adapter.write([1], for: "key") }] {
      let error = await #expect(throws: StorageError.self) { try await call() }
      #expect(error?.code == .closed)
    }
  }

  @Test func `a file that is no database is refused and left as it is`() async throws {
    try folder.write(String(repeating: "no database", count: 1000), to: "values.sqlite")
    let error = await #expect(throws: StorageError.self) { try await SQLiteAdapter.open(path) }
    #expect(error?.code == .damaged)
  }
}

/// Changes the adapter's file behind its back.
private enum SQLiteFile {
  static func change(_ path: String, _ sql: SQL) throws {
    let migrations = [Migration(1, "values") { _ in }]
    let database = try Database(path: path, options: StoreOptions(), migrations: migrations)
    try database.write { _ = try $0.execute(sql, [.integer(0)]) }
  }
}
