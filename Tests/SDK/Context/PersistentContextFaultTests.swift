import Foundation
import HoldfastRPC
import HoldfastStore
import HoldfastTesting
import TestSupport
import Testing

@testable import HoldfastSDK

/// What can happen to a file of context: each time an error that says so, never nil, and nothing that is written over.
@Suite struct PersistentContextFaultTests {
  private let folder: TemporaryDirectory
  private let key = ContextKey("key", default: "default")
  private var path: String { folder.path("context.db") }

  init() throws { folder = try TemporaryDirectory() }

  /// A file with values enough for several pages, closed again.
  private func fill() async throws {
    let plain = try await SQLiteAdapter.open(path)
    let context = try PersistentContextProvider(SecureAdapter(plain, master: .file(path + ".key")))
    for number in 0..<40 {
      try await context.set(String(repeating: "\(number) ", count: 500), for: ContextKey("other\(number)"))
    }
    try await context.set("value", for: key)
    await plain.close()
  }

  @Test func `sealed from the beginning, with a key of its own beside the file`() async throws {
    try await PersistentContextProvider.open(path).set("no secret is safe here", for: key)
    #expect(try FileManager.default.attributesOfItem(atPath: path + ".key")[.posixPermissions] as? Int == 0o600)
    for file in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
      let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.path(file)))
      #expect(bytes.range(of: Data("no secret".utf8)) == nil, "\(file)")
    }
    #expect(try await PersistentContextProvider.open(path).resolve(key)?.value == "no secret is safe here")
  }

  @Test func `another master key is refused each time, and nothing is changed`() async throws {
    try await fill()
    let before = try Data(contentsOf: URL(fileURLWithPath: path))
    let plain = try await SQLiteAdapter.open(path)
    let other = try PersistentContextProvider(SecureAdapter(plain, master: .bytes(Array(repeating: 8, count: 32))))
    let calls: [() async throws -> Void] = [
      { [key] in _ = try await other.resolve(key) }, { [key] in try await other.set("b", for: key) },
      { [key] in try await other.remove(key) }, { _ = try await other.purge() },
      { [key] in _ = try await other.history(of: key) },
    ]
    for call in calls {
      let error = await #expect(throws: ContextError.self) { try await call() }
      #expect(error?.code == .persistence)
      #expect((error?.causes.first as? StorageError)?.code == .wrongKey)
    }
    await plain.close()
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
    #expect(try await PersistentContextProvider.open(path).resolve(key)?.value == "value")
  }

  @Test func `a file that is cut off is damaged, and stays as it is`() async throws {
    try await fill()
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    for size in [whole.count / 2, 5_000, 4_096, 1_000, 99] {
      let cut = whole.prefix(size)
      try cut.write(to: URL(fileURLWithPath: path))
      let error = await #expect(throws: ContextError.self, "\(size) bytes") {
        let context = try await PersistentContextProvider.open(path)
        for number in 0..<40 { _ = try await context.resolve(ContextKey("other\(number)", default: "default")) }
        _ = try await context.resolve(key)
      }
      #expect(error?.code == .corruption, "\(size) bytes: \(error as Any)")
      #expect(try Data(contentsOf: URL(fileURLWithPath: path)).starts(with: cut))
    }
  }

  @Test func `a bit that has flipped gives an error or changes nothing, wherever it is`() async throws {
    try await fill()
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    var damaged = 0
    for place in stride(from: 100, to: whole.count, by: whole.count / 40) {
      var flipped = whole
      flipped[place] ^= 0x10
      try flipped.write(to: URL(fileURLWithPath: path))
      do throws(ContextError) {
        let context = try await PersistentContextProvider.open(path)
        for number in 0..<40 {
          let found = try await context.resolve(ContextKey<String>("other\(number)"))
          let isWhole = found?.value == String(repeating: "\(number) ", count: 500)
          #expect(isWhole, "byte \(place), key \(number): \(found?.value.prefix(20) ?? "nil")")
        }
      } catch {
        #expect([.corruption, .persistence].contains(error.code), "\(error)")
        damaged += 1
      }
    }
    #expect(damaged > 0)
  }

  @Test func `a folder in the file's place, or no folder for it, is an error that says so`() async throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    for place in [path, folder.path("no/such/folder.db")] {
      let error = await #expect(throws: ContextError.self) { try await PersistentContextProvider.open(place) }
      #expect(error?.code == .persistence)
      #expect(error?.causes.first is StorageError)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: path).isEmpty)
  }

  @Test func `on a disk that is read-only or full, what is there is found and what is set is refused`() async throws {
    let disk = LosingDisk(seed: 1)
    var options = StoreOptions()
    options.vfs = disk.name
    let plain = try await SQLiteAdapter.open("context.db", options)
    let context = try PersistentContextProvider(SecureAdapter(plain, master: .bytes(Array(repeating: 7, count: 32))))
    try await context.set("value", for: key)

    let used = disk.usedBytes
    disk.inject { $0.capacity = used }
    let full = await #expect(throws: ContextError.self) {
      try await context.set(String(repeating: "long ", count: 20_000), for: key)
    }
    #expect((full?.causes.first as? StorageError)?.code == .full)
    #expect(full?.message.contains("free some space") == true)

    disk.inject { $0.isReadOnly = true }
    let refused = await #expect(throws: ContextError.self) { try await context.set("new", for: key) }
    #expect(refused?.code == .persistence)
    #expect(try await context.resolve(key)?.value == "value")

    disk.inject { ($0.capacity, $0.isReadOnly) = (.max, false) }
    try await context.set("new", for: key)
    #expect(try await context.history(of: key).map(\.value) == ["new", "value"])
    await plain.close()
  }

  @Test func `what is no context any more stays until it is set anew`() async throws {
    let memory = MemoryAdapter()
    let context = try PersistentContextProvider(memory)
    try await memory.write(Array("{}".utf8), for: "context/key")
    for _ in 0..<2 {
      let error = await #expect(throws: ContextError.self) { try await context.resolve(key) }
      #expect(error?.code == .corruption)
      #expect(try await context.purge() == 0)
    }
    try await context.set("new", for: key)
    #expect(try await context.resolve(key)?.value == "new")
  }

  @Test func `numbers that cannot be are damage or bounded, and nothing traps`() async throws {
    let memory = MemoryAdapter()
    let context = try PersistentContextProvider(memory)
    func put(_ version: UInt64, _ written: Int64) async throws {
      let item = #"{"content":"MQ==","type":"Int","version":1,"written":\#(written),"ends":\#(Int64.max)}"#
      let record = #"{"layout":1,"items":[\#(item)],"lastVersion":\#(version)}"#
      try await memory.write(Array(record.utf8), for: "context/number")
    }
    let number = ContextKey<Int>("number")
    try await put(1, .min)
    #expect(try #require(try await context.resolve(number)).age > .seconds(86_400))
    try await put(1, .max)
    #expect(try await context.resolve(number)?.age == .zero)
    try await put(.max, 0)
    let error = await #expect(throws: ContextError.self) { try await context.resolve(number) }
    #expect(error?.code == .corruption)
    try await context.set(2, for: number)
    #expect(try await context.resolve(number)?.value == 2)
  }

  @Test func `what a later release has written is not written over`() async throws {
    let memory = MemoryAdapter()
    let later = Array(#"{"layout":2,"items":[],"lastVersion":3}"#.utf8)
    try await memory.write(later, for: "context/key")
    let context = try PersistentContextProvider(memory)
    let calls: [() async throws -> Void] = [
      { [key] in _ = try await context.resolve(key) }, { [key] in try await context.set("old", for: key) },
      { [key] in try await context.remove(key) },
    ]
    for call in calls {
      let error = await #expect(throws: ContextError.self) { try await call() }
      #expect(error?.code == .persistence)
      #expect((error?.causes.first as? StorageError)?.code == .newerVersion)
    }
    #expect(try await memory.read("context/key")?.bytes == later)
  }

  @Test func `two processes on one file see each other's values and lose none`() async throws {
    let context = try await PersistentContextProvider.open(path)
    try await context.set("first", for: key)
    async let child: Void = Self.setInAnotherProcess(path)
    for number in 0..<10 { try await context.set("here \(number)", for: key) }
    try await child
    let past = try await context.history(of: key)
    #expect(past.first.map { Int($0.version) } == 21)
    #expect(past.map(\.version) == (12...21).reversed())
    #expect(try await context.resolve(ContextKey<Int>("there"))?.value == 10)
  }

  private static func setInAnotherProcess(_ path: String) async throws {
    await #expect(processExitsWith: .success) { [path] in
      let context = try await PersistentContextProvider.open(path)
      for number in 1...10 {
        try await context.set("there \(number)", for: ContextKey("key"))
        try await context.set(number, for: ContextKey("there"))
      }
    }
  }
}
