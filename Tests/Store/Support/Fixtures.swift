import Glibc
import HoldfastStore
import HoldfastTesting
import TestSupport

/// A table of numbered notes: enough of a schema for the tests.
let notes = [
  Migration(1, "notes") { transaction in
    try transaction.execute("CREATE TABLE note(number INTEGER PRIMARY KEY, body BLOB NOT NULL)")
  }
]

struct Refusal: Error, Hashable {}

extension WriteTransaction {
  /// Stores a note.
  func note(_ number: Int, _ body: [UInt8] = [1, 2, 3]) throws(StoreError) {
    try execute(
      "INSERT INTO note(number, body) VALUES($1, $2) ON CONFLICT(number) DO UPDATE SET body = excluded.body",
      [.integer(number), .bytes(body)])
  }
}

extension Transaction where Self: ~Copyable {
  func body(of number: Int) throws(StoreError) -> [UInt8]? {
    try first("SELECT body FROM note WHERE number = $1", [.integer(number)]) { $0.bytes(0) }
  }

  func numbers() throws(StoreError) -> [Int] {
    try all("SELECT number FROM note ORDER BY number") { Int($0.integer(0)) }
  }
}

extension TemporaryDirectory {
  func openStore(_ options: StoreOptions = StoreOptions(), _ migrations: [Migration] = notes) throws -> Store {
    try Store.open(DataDirectory.open(path), options: options, migrations: migrations)
  }
}

extension LosingDisk {
  /// Opens the database on this disk, without threads.
  func openDatabase(
    durability: StoreOptions.Durability = .full, _ migrations: [Migration] = notes
  ) throws(StoreError) -> Database {
    try Database(path: "hub", options: options(durability), migrations: migrations)
  }

  func options(_ durability: StoreOptions.Durability = .full) -> StoreOptions {
    var options = StoreOptions()
    options.vfs = name
    options.durability = durability
    return options
  }
}

enum FileSize {
  static func of(_ path: String) throws -> Int {
    var status = stat()
    guard lstat(path, &status) == 0 else { throw Refusal() }
    return Int(status.st_size)
  }
}
