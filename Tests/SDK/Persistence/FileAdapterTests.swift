import Foundation
import TestSupport
import Testing

@testable import HoldfastSDK

/// Values in files, and what happens to files.
@Suite struct FileAdapterTests {
  private let folder: TemporaryDirectory
  private let adapter: FileAdapter

  init() throws {
    folder = try TemporaryDirectory()
    adapter = try FileAdapter(directory: folder.path, client: "tests")
  }

  private var values: String { folder.path("tests/values") }

  private func files(_ place: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path("tests/\(place)"))
  }

  private func onlyFile() throws -> String { "\(values)/\(try #require(try files("values").first))" }

  /// Changes the bytes of the one value's file.
  private func damage(_ change: (inout Data) -> Void) throws {
    var bytes = try Data(contentsOf: URL(fileURLWithPath: onlyFile()))
    change(&bytes)
    try bytes.write(to: URL(fileURLWithPath: onlyFile()))
  }

  @Test func `no key is a path`() async throws {
    try await adapter.write([1], for: "../../../etc/passwd")
    try await adapter.write([2], for: "/etc/passwd")
    #expect(try files("values").allSatisfy { $0.wholeMatch(of: /[0-9a-f]{64}\.value/) != nil })
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["tests"])
  }

  @Test(arguments: ["", ".hidden", "a/b", "..", String(repeating: "a", count: 129)])
  func `a folder has a plain name`(_ client: String) throws {
    #expect(throws: StorageError.self) { try FileAdapter(directory: folder.path, client: client) }
  }

  @Test(arguments: [0, 5, 9, 17, 30, 57, 60])
  func `a flipped bit is an error until the key is written anew`(_ place: Int) async throws {
    try await adapter.write(Array("content".utf8), for: "key")
    try damage { $0[place] ^= 1 }
    let error = await #expect(throws: StorageError.self) { try await adapter.read("key") }
    #expect(error?.code == .damaged)
    try await adapter.write([1], for: "key")
    #expect(try await adapter.read("key")?.bytes == [1])
  }

  @Test(arguments: [0, 10, 56, 60])
  func `a file that was cut is an error`(_ size: Int) async throws {
    try await adapter.write(Array("content".utf8), for: "key")
    try damage { $0 = $0.prefix(size) }
    let error = await #expect(throws: StorageError.self) { try await adapter.read("key") }
    #expect(error?.code == .damaged)
  }

  @Test func `what has no head left is put aside when it is replaced`() async throws {
    try await adapter.write([1], for: "key")
    try damage { $0 = Data("nothing of ours".utf8) }
    let listing = await #expect(throws: StorageError.self) {
      try await FileAdapter(directory: folder.path, client: "tests").keys(prefix: "", after: nil, limit: 10)
    }
    #expect(listing?.code == .damaged)
    await #expect(throws: StorageError.self) { try await adapter.write([2], for: "key", expected: 7) }
    try await adapter.write([2], for: "key")
    #expect(try await adapter.read("key")?.bytes == [2])
    #expect(try files("damaged").count == 1)
  }

  @Test func `a file that cannot be looked into now is neither replaced nor put aside`() async throws {
    try await adapter.write([1], for: "key")
    let file = try onlyFile()
    try FileManager.default.moveItem(atPath: file, toPath: file + ".moved")
    // A socket: it is there, and the system refuses to open it, for root as well.
    try #require(mknod(file, S_IFSOCK | 0o600, 0) == 0)
    let error = await #expect(throws: StorageError.self) { try await adapter.write([2], for: "key") }
    #expect(error?.code == .failed)
    #expect(try files("damaged").isEmpty)
    try FileManager.default.removeItem(atPath: file)
    try FileManager.default.moveItem(atPath: file + ".moved", toPath: file)
    #expect(try await adapter.read("key")?.bytes == [1])
  }

  @Test func `a directory in the place of a file is an error`() async throws {
    try await adapter.write([1], for: "key")
    let file = try onlyFile()
    try FileManager.default.removeItem(atPath: file)
    try FileManager.default.createDirectory(atPath: file, withIntermediateDirectories: false)
    let error = await #expect(throws: StorageError.self) { try await adapter.read("key") }
    #expect(error?.code == .damaged)
    await #expect(throws: StorageError.self) { try await adapter.version("key") }
  }

  @Test func `changes that a killed process had in its journal are made, and only once`() async throws {
    try await adapter.apply([.write([1], for: "a"), .write([1], for: "b")])
    let before = try #require(try await adapter.read("a"))
    // A process that was killed when its journal was whole, and one of its changes made.
    let steps = [
      ValueFolder.Step(key: "a", value: StoredValue([2], version: before.version + 1)),
      ValueFolder.Step(key: "b", value: nil),
      ValueFolder.Step(key: "c", value: StoredValue([3], version: before.version + 2)),
    ]
    try Data(ChangeJournal.bytes(steps)).write(to: URL(fileURLWithPath: folder.path("tests/journal")))
    let next = try FileAdapter(directory: folder.path, client: "tests")
    #expect(try await next.keys(prefix: "", after: nil, limit: 10) == ["a", "c"])
    #expect(try await next.read("a")?.bytes == [2])
    #expect(!FileManager.default.fileExists(atPath: folder.path("tests/journal")))
    try await next.write([9], for: "b")
    #expect(try await adapter.read("b")?.bytes == [9])
  }

  @Test func `a journal that is damaged is told of once, and put aside`() async throws {
    var bytes = ChangeJournal.bytes([ValueFolder.Step(key: "a", value: StoredValue([2], version: 1))])
    bytes[bytes.count - 1] ^= 1
    try Data(bytes).write(to: URL(fileURLWithPath: folder.path("tests/journal")))
    let error = await #expect(throws: StorageError.self) { try await adapter.read("a") }
    #expect(error?.code == .damaged)
    #expect(try files("damaged").count == 1)
    #expect(try await adapter.read("a") == nil)
  }

  @Test func `a journal is read back as it was written, and nothing else is a journal`() throws {
    let steps = [
      ValueFolder.Step(key: "a\0/é", value: StoredValue([], version: .max)),
      ValueFolder.Step(key: "b", value: nil),
      ValueFolder.Step(key: "c", value: StoredValue([UInt8](repeating: 7, count: 1000), version: 1)),
    ]
    let bytes = ChangeJournal.bytes(steps)
    #expect(ChangeJournal.steps(bytes) == steps)
    for size in 0..<bytes.count { #expect(ChangeJournal.steps(Array(bytes[..<size])) == nil) }
    for place in bytes.indices {
      var other = bytes
      other[place] ^= 0x10
      #expect(ChangeJournal.steps(other) == nil)
    }
  }

  @Test func `two adapters on one folder see each other's values and do not tear changes`() async throws {
    let other = try FileAdapter(directory: folder.path, client: "tests")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (number, adapter) in [adapter, other].enumerated() {
        group.addTask {
          for round in 0..<20 {
            let bytes = [UInt8(number), UInt8(round)]
            try await adapter.apply([.write(bytes, for: "a"), .write(bytes, for: "b")])
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(try await adapter.read("a")?.bytes == other.read("b")?.bytes)
  }
}
