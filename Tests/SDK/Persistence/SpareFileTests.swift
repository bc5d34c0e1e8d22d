import Foundation
import HoldfastStore
import TestSupport
import Testing

@testable import HoldfastSDK

/// The file that a replaced value leaves for the next, and what others may do with files meanwhile.
@Suite struct SpareFileTests {
  private let folder: TemporaryDirectory
  private let adapter: FileAdapter

  init() throws {
    folder = try TemporaryDirectory()
    adapter = try FileAdapter(directory: folder.path, client: "tests")
  }

  private var spare: String { folder.path("tests/values/spare") }

  private func file(_ key: String) -> String { folder.path("tests/values/\(ValueFile.name(of: key))") }

  private func bytes(_ path: String) throws -> [UInt8] { try [UInt8](Data(contentsOf: URL(fileURLWithPath: path))) }

  private func number(_ path: String) throws -> UInt64 {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return try #require(attributes[.systemFileNumber] as? UInt64)
  }

  /// Saves twice, so that a replaced file is there for the next save.
  private func replaceOnce(_ key: String = "key") async throws {
    try await adapter.write([1, 1, 1], for: key)
    try await adapter.write([2, 2, 2], for: key)
  }

  /// Whether the system and the file system of temporary files can do what a spare file needs.
  private static func canKeep() throws -> Bool {
    let folder = try TemporaryDirectory()
    let (one, other) = (try folder.write("1", to: "one"), try folder.write("2", to: "other"))
    guard LocalFile.exchange(one, with: other) else { return false }
    return try FileDescriptor.open(one, O_WRONLY, verb: "open").isOnlyOne
  }

  @Test(.enabled(if: try canKeep()))
  func `a replaced value is gone, and its file takes the next one`() async throws {
    try await adapter.write([1, 1, 1], for: "key")
    let first = try number(file("key"))
    try await adapter.write([2, 2, 2], for: "key")
    #expect(try number(spare) == first)
    #expect(try bytes(spare).allSatisfy { $0 == 0 })
    try await adapter.write([3, 3, 3], for: "key")
    #expect(try number(file("key")) == first)
    #expect(try await adapter.read("key")?.bytes == [3, 3, 3])
  }

  @Test func `values that grow, shrink and come to other keys are whole`() async throws {
    var kept: [String: [UInt8]] = [:]
    for round in 0..<60 {
      let bytes = [UInt8](repeating: UInt8(round), count: [5000, 3, 0, 70_000, 1][round % 5])
      let key = "key \(round % 3)"
      try await adapter.write(bytes, for: key)
      kept[key] = bytes
      for (key, bytes) in kept { #expect(try await adapter.read(key)?.bytes == bytes, "round \(round)") }
    }
  }

  @Test func `who has a value open reads it to its end`() async throws {
    try await adapter.write([1, 1, 1], for: "key")
    let reader = try #require(FileHandle(forReadingAtPath: file("key")))
    let whole = try bytes(file("key"))
    for round: UInt8 in 2..<6 { try await adapter.write([round, round, round], for: "key") }
    #expect(try reader.readToEnd().map { [UInt8]($0) } == whole)
  }

  @Test func `a copy that is another name of the file stays as it was`() async throws {
    try await adapter.write([1, 1, 1], for: "key")
    let (copy, whole) = (folder.path("copy"), try bytes(file("key")))
    try FileManager.default.linkItem(atPath: file("key"), toPath: copy)
    for round: UInt8 in 2..<6 { try await adapter.write([round, round, round], for: "key") }
    #expect(try bytes(copy) == whole)
  }

  @Test func `a copy of the spare file that is another name of it stays as it was`() async throws {
    try await replaceOnce()
    let copy = folder.path("copy")
    try FileManager.default.linkItem(atPath: spare, toPath: copy)
    try await adapter.write([3, 3, 3], for: "key")
    #expect(try bytes(copy).allSatisfy { $0 == 0 })
    #expect(try await adapter.read("key")?.bytes == [3, 3, 3])
  }

  @Test func `a file that others may read takes no other value`() async throws {
    try await adapter.write([1, 1, 1], for: "open")
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file("open"))
    for round: UInt8 in 2..<6 { try await adapter.write([round], for: "open") }
    try await adapter.write([1], for: "key")
    try await adapter.write([2], for: "key")
    for key in ["open", "key"] {
      let mode = try FileManager.default.attributesOfItem(atPath: file(key))[.posixPermissions] as? Int
      #expect(mode == 0o600)
    }
  }

  @Test func `a symbolic link in the place of a file is replaced, and what it leads to stays as it was`() async throws {
    try await replaceOnce()
    let target = folder.path("target")
    try FileManager.default.moveItem(atPath: file("key"), toPath: target)
    try FileManager.default.createSymbolicLink(atPath: file("key"), withDestinationPath: target)
    let whole = try bytes(target)
    for round: UInt8 in 3..<6 { try await adapter.write([round, round, round], for: "key") }
    #expect(try bytes(target) == whole)
    #expect(try await adapter.read("key")?.bytes == [5, 5, 5])
    #expect(throws: (any Error).self) { try FileManager.default.destinationOfSymbolicLink(atPath: file("key")) }
  }

  @Test func `something else in the spare file's place is not written to`() async throws {
    try await replaceOnce()
    let target = try folder.write("not ours", to: "target")
    try FileManager.default.removeItem(atPath: spare)
    try FileManager.default.createSymbolicLink(atPath: spare, withDestinationPath: target)
    try await adapter.write([3], for: "key")
    #expect(try bytes(target) == Array("not ours".utf8))
    #expect(try await adapter.read("key")?.bytes == [3])
  }

  @Test func `a directory in the spare file's place is an error, and the value stays`() async throws {
    try await adapter.write([1], for: "key")
    try FileManager.default.createDirectory(atPath: spare, withIntermediateDirectories: false)
    await #expect(throws: StorageError.self) { try await adapter.write([2], for: "key") }
    #expect(try await adapter.read("key")?.bytes == [1])
    try FileManager.default.removeItem(atPath: spare)
    try await adapter.write([2], for: "key")
    #expect(try await adapter.read("key")?.bytes == [2])
  }

  @Test func `what another adapter has replaced is not written over`() async throws {
    let other = try FileAdapter(directory: folder.path, client: "tests")
    try await replaceOnce("a")
    for round: UInt8 in 0..<10 {
      // Each finds the spare file of the other.
      try await other.write([round, 1], for: "b")
      try await adapter.write([round, 2], for: "a")
      #expect(try await adapter.read("b")?.bytes == [round, 1])
      #expect(try await other.read("a")?.bytes == [round, 2])
    }
    try await other.delete("b")
    try await adapter.write([9], for: "a")
    #expect(try await adapter.keys(prefix: "", after: nil, limit: 10) == ["a"])
    #expect(try await adapter.version("a") ?? 0 > 0)
  }

  @Test func `versions grow whoever writes between`() async throws {
    let other = try FileAdapter(directory: folder.path, client: "tests")
    var last = try await adapter.write([0], for: "key")
    for round: UInt8 in 1..<10 {
      let next = try await (round % 3 == 0 ? other : adapter).write([round], for: "key", expected: last)
      #expect(next > last)
      await #expect(throws: StorageError.self) { try await adapter.write([0], for: "key", expected: last) }
      last = next
    }
  }

  @Test func `a folder that was removed and made again is used as it is now`() async throws {
    try await replaceOnce()
    let removed = folder.path("removed")
    try FileManager.default.moveItem(atPath: folder.path("tests"), toPath: removed)
    await #expect(throws: StorageError.self) { try await adapter.write([3], for: "key") }
    let before = try bytes("\(removed)/values/\(ValueFile.name(of: "key"))")

    let other = try FileAdapter(directory: folder.path, client: "tests")
    #expect(try await adapter.read("key") == nil)
    let version = try await adapter.write([4], for: "key")
    #expect(try await other.read("key") == StoredValue([4], version: version))
    #expect(try bytes("\(removed)/values/\(ValueFile.name(of: "key"))") == before)
  }

  @Test func `what is deleted is in no file, even where a crash left the one that was replaced`() async throws {
    let secret = Array("a secret of many letters".utf8)
    try await adapter.write(secret, for: "key")
    let whole = try bytes(file("key"))
    try await adapter.write([1], for: "key")
    // As a crash leaves it: the names exchanged, and the old file with what it held.
    try Data(whole).write(to: URL(fileURLWithPath: spare))
    try await adapter.delete("key")
    #expect(!FileManager.default.fileExists(atPath: spare))
  }

  @Test func `erasing leaves no spare file`() async throws {
    try await replaceOnce()
    try await adapter.eraseAll()
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("tests/values")).isEmpty)
    try await replaceOnce()
    #expect(try await adapter.read("key")?.bytes == [2, 2, 2])
  }

  @Test func `a large file is not kept when it is replaced`() async throws {
    try await adapter.write([UInt8](repeating: 1, count: PersistenceLimits.spareBytes + 1), for: "key")
    try await adapter.write([2], for: "key")
    #expect(!FileManager.default.fileExists(atPath: spare))
    #expect(try await adapter.read("key")?.bytes == [2])
  }
}
