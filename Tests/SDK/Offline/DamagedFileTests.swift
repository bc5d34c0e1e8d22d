import HoldfastStore
import TestSupport
import Testing

@testable import HoldfastSDK

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct `Damaged files of replicas` {
  private static let count = 400
  private static let pageBytes = 4_096
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func open(_ name: String) async throws -> Replica {
    try await Replica.open(file: directory.path(name), space: "s", entities: [Folder.self])
  }

  private func fill() async throws -> [Folder] {
    let replica = try await open("whole")
    for number in 0..<Self.count { try await replica.folders.create(Folder(id: UUID(), name: "folder \(number)")) }
    let folders = try await replica.folders.query()
    await replica.close()
    return folders
  }

  /// A file in which much waits. All of it is in one part once nobody has it open.
  private func make() async throws -> (bytes: [UInt8], folders: [Folder], work: [String]) {
    let folders = try await fill()
    let work = try await SalvagedWork.read(directory.path("whole"))
    #expect(work.operations.count == Self.count && work.unreadable == 0)
    let bytes = try #require(FileManager.default.contents(atPath: directory.path("whole")))
    return (Array(bytes), folders, work.operations.map(\.exported))
  }

  /// Opens the file, reads all that is in it, and looks it through.
  private func read(_ name: String, _ body: ([Folder], [QueuedOperation]) -> Void) async throws {
    let replica = try await open(name)
    do {
      body(try await replica.folders.query(), try await replica.operations(after: nil, limit: .max))
      try await replica.core.read { try $1.checkFile() }
      await replica.close()
    } catch {
      await replica.close()
      throw error
    }
  }

  @Test func `wherever the damage is, it is found, and what waits elsewhere is saved`() async throws {
    let whole = try await make()
    let pages = whole.bytes.count / Self.pageBytes
    #expect(pages > 30)
    var (found, saved) = (0, 0)
    for page in stride(from: 0, to: pages, by: 2) {
      var bytes = whole.bytes
      for index in page * Self.pageBytes..<(page + 1) * Self.pageBytes { bytes[index] = 0xa5 }
      let name = "damaged \(page)"
      try Data(bytes).write(to: URL(filePath: directory.path(name)))
      do {
        try await read(name) { folders, operations in
          #expect(folders == whole.folders, "page \(page)")
          #expect(operations.count == Self.count, "page \(page)")
        }
        // A page that holds nothing.
      } catch let error as ReplicaError where error.code == .corrupt {
        found += 1
        #expect(error.message.contains("SalvagedWork"))
      }
      do {
        let salvaged = try await SalvagedWork.read(directory.path(name))
        let lines = salvaged.operations.map(\.exported)
        let kept = Set(lines)
        #expect(lines == whole.work.filter { kept.contains($0) }, "page \(page)")
        #expect(lines.count + salvaged.unreadable == Self.count, "page \(page)")
        if salvaged.unreadable > 0, !lines.isEmpty { saved += 1 }
      } catch let error as ReplicaError where error.code == .corrupt {
        // Nothing can be found without its first pages.
        #expect(page < 12, "page \(page)")
      }
    }
    #expect(found > pages / 3 && saved > 3)
  }
}
