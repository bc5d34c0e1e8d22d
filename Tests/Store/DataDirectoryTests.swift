import Glibc
import HoldfastStore
import HoldfastTesting
import TestSupport
import Testing

@Suite struct DataDirectoryTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func mode(_ name: String) -> UInt32 {
    var status = stat()
    return lstat(directory.path(name), &status) == 0 ? status.st_mode & 0o777 : 0
  }

  @Test func `a second owner is refused until the first is gone`() throws {
    var first: DataDirectory? = try DataDirectory.open(directory.path)
    let error = #expect(throws: StoreError.self) { try DataDirectory.open(directory.path) }
    #expect(error?.code == .locked)
    #expect(error?.message.contains("another process owns the data directory") == true)
    _ = first
    first = nil
    _ = try DataDirectory.open(directory.path)
  }

  @Test func `who has closed its store owns nothing, whoever still holds the store`() async throws {
    let store = try directory.openStore()
    store.close()
    let next = try directory.openStore()
    // Closing again takes nothing from the next owner.
    store.close()
    let error = #expect(throws: StoreError.self) { try DataDirectory.open(directory.path) }
    #expect(error?.code == .locked)
    next.close()
    withExtendedLifetime((store, next)) {}
  }

  @Test func `only the owner may read what the store writes`() async throws {
    let store = try Store.open(DataDirectory.open(directory.path("data")), migrations: notes)
    try await store.write { try $0.note(1) }
    #expect(mode("data") == 0o700)
    for name in ["lock", "holdfast.sqlite", "holdfast.sqlite-wal", "holdfast.sqlite-shm"] {
      #expect(mode("data/\(name)") == 0o600, "\(name)")
    }
  }

  @Test func `a directory that cannot be made says why`() throws {
    let error = #expect(throws: StoreError.self) { try DataDirectory.open(directory.path("missing/data")) }
    #expect(error?.code == .cannotOpen)
    #expect(error?.message.contains("No such file or directory") == true)
  }

  @Test func `a read-only file is told as such`() throws {
    let disk = LosingDisk(seed: 4)
    _ = try disk.openDatabase()
    disk.inject { $0.isReadOnly = true }
    let error = #expect(throws: StoreError.self) { try disk.openDatabase() }
    #expect(error?.code == .readOnly)
  }

  @Test func `a file that is no database is told as corrupt`() throws {
    let name = "holdfast.sqlite"
    try directory.write(String(repeating: "This is not a database. ", count: 400), to: name)
    let error = #expect(throws: StoreError.self) { try directory.openStore() }
    #expect(error?.code == .corrupt)
    #expect(error?.message.contains("restore the last backup") == true)
  }
}
